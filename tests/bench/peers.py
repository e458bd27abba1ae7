"""The same files through fail2ban, SSHGuard and CrowdSec, and how long fail2ban and SSHGuard take from a line to the kernel. They are
installed with apt when they are missing; their services are not started, and the firewall of this machine is not touched."""

import os
import random
import shutil
import subprocess
import tempfile
import time

import lab
import logs
import reaction
import throughput
from report import Figure, number, skipped

PACKAGES = ("fail2ban", "sshguard", "crowdsec")
POLICY = "/usr/sbin/policy-rc.d"
CENTRAL = "/etc/crowdsec/online_api_credentials.yaml"
SSHG_PARSER = "/usr/libexec/sshguard/sshg-parser"
SSHG_FIREWALL = "/usr/libexec/sshguard/sshg-fw-nft-sets"


def install():
    """The reason why there are none, or nothing."""
    missing = [name for name in PACKAGES
               if "ok installed" not in subprocess.run(["dpkg-query", "-W", "-f=${Status}", name], text=True,
                                                       capture_output=True).stdout]
    if not missing:
        return None
    if os.geteuid() != 0:
        return "installing them needs root"
    # A policy that is there already, as in a container, is kept aside meanwhile.
    aside = POLICY + ".bartizan-bench"
    if os.path.lexists(POLICY):
        os.rename(POLICY, aside)
    try:
        with open(POLICY, "w") as file:
            file.write("#!/bin/sh\nexit 101\n")  # no service is started
        os.chmod(POLICY, 0o755)
        if not os.path.exists(CENTRAL):  # then its package does not register this machine anywhere
            os.makedirs(os.path.dirname(CENTRAL), exist_ok=True)
            with open(CENTRAL, "w") as file:
                file.write("# not registered\n")
        subprocess.run(["apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], text=True,
                              capture_output=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        return None if done.returncode == 0 else f"apt-get install: {done.stderr.strip()[-200:]}"
    finally:
        if os.path.lexists(aside):
            os.replace(aside, POLICY)
        else:
            os.remove(POLICY)


def compare(bin_dir, quick):
    if why := install():
        yield skipped("peers", why)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from matchers(bin_dir, quick, folder)
    if os.geteuid() != 0:
        yield skipped("peers: last line → element in the kernel", "network namespaces need root")
        return
    yield from latency(quick)


def matchers(bin_dir, quick, folder):
    lines = 20_000 if quick else 100_000
    auth = logs.write_lines(os.path.join(folder, "auth.log"), logs.auth_lines(lines, random.Random(11)))
    access = logs.write_lines(os.path.join(folder, "access.log"), logs.access_lines(lines, random.Random(12)))
    few = logs.write_lines(os.path.join(folder, "few.log"), logs.auth_lines(lines // 20, random.Random(13)))
    ours = {}
    for name, path in (("auth", auth), ("access", access)):
        result = throughput.replay(bin_dir, path)
        ours[name] = result["lines"] / result["process_cpu_seconds"]
        yield Figure(f"own {name} log, the whole process with its start", ours[name], "lines/CPU-s", note=f"{lines:,} lines")
    runs = (
        ("sshg-parser", "auth", auth, [SSHG_PARSER], True),
        ("sshg-parser", "access", access, [SSHG_PARSER], True),
        ("fail2ban-regex sshd", "auth", auth, ["fail2ban-regex", "--no-check-all", auth, "sshd"], False),
        ("fail2ban-regex nginx-botsearch", "access", access, ["fail2ban-regex", "--no-check-all", access, "nginx-botsearch"], False),
        ("crowdsec -dsn", "auth", few, crowdsec(folder, few), False),
    )
    for peer, name, path, argv, reads_input in runs:
        if not argv or not shutil.which(argv[0]):
            yield skipped(f"{peer}, own {name} log", "it is not installed")
            continue
        rate, why = rate_of(argv, path, reads_input)
        if why:
            yield skipped(f"{peer}, own {name} log", why)
        else:
            yield Figure(f"{peer}, own {name} log", rate, "lines/CPU-s", note=f"Bartizan in this run: {ours[name] / rate:,.1f} ×")


def rate_of(argv, path, reads_input):
    before = throughput.children_cpu()
    with open(path if reads_input else os.devnull) as source:
        done = subprocess.run(argv, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 1):
        return None, f"exit {done.returncode}: {done.stderr.strip()[-200:]}"
    return throughput.line_count(path) / (throughput.children_cpu() - before), None


def crowdsec(folder, path):
    """A run over one file with folders of its own; nothing is registered and nobody is asked."""
    source = "/etc/crowdsec"
    if not os.path.isdir(source):
        return None
    config = os.path.join(folder, "crowdsec")
    shutil.copytree(source, config, symlinks=True)
    data = os.path.join(folder, "crowdsec-data")
    os.makedirs(data, exist_ok=True)
    with open(os.path.join(source, "config.yaml")) as file:
        text = file.read()
    for old, new in (("/etc/crowdsec", config), ("/var/lib/crowdsec/data", data), ("/var/log", folder)):
        text = text.replace(old, new)
    settings = os.path.join(config, "config.yaml")
    with open(settings, "w") as file:
        file.write(text)
    return ["crowdsec", "-c", settings, "-dsn", f"file://{path}", "-type", "syslog", "-no-api"]


def attacks(name, events, append, count, threshold):
    times = []
    for i in range(count):
        address = f"203.0.113.{1 + i}"
        line = "desk sshd[%d]: Failed password for root from " + address + " port %d ssh2"
        stamp = time.strftime("%b %e %H:%M:%S ")
        append([stamp + line % (4000 + n, 40000 + n) for n in range(threshold - 1)])
        time.sleep(random.uniform(0.5, 1.5))
        started = time.monotonic()
        append([time.strftime("%b %e %H:%M:%S ") + line % (4100, 41000)])
        times.append(1000 * (reaction.wait_for_element(events, address) - started))
    yield from reaction.median_and_p99(f"{name}: last line → element in the kernel", times, None, None)


def latency(quick):
    for name, measure in (("fail2ban, nftables-multiport", fail2ban_latency), ("SSHGuard, nft-sets", sshguard_latency)):
        network = lab.Network()
        folder = tempfile.mkdtemp(prefix="bz-peer-")
        try:
            yield from measure(name, network.victim, folder, 5 if quick else 30)
        except (RuntimeError, OSError, StopIteration) as error:
            yield skipped(f"{name}: last line → element in the kernel", str(error) or repr(error))
        finally:
            network.close()
            shutil.rmtree(folder, ignore_errors=True)


def appender(path):
    def append(lines):
        with open(path, "a") as file:
            file.write("".join(line + "\n" for line in lines))
    return append


def fail2ban_latency(name, namespace, folder, count):
    log = os.path.join(folder, "auth.log")
    open(log, "w").close()
    config = os.path.join(folder, "fail2ban")
    shutil.copytree("/etc/fail2ban", config)
    shutil.rmtree(os.path.join(config, "jail.d"), ignore_errors=True)
    with open(os.path.join(config, "jail.local"), "w") as file:
        file.write(f"[DEFAULT]\nbackend = pyinotify\nbanaction = nftables-multiport\nusedns = no\n"
                   f"[sshd]\nenabled = true\nlogpath = {log}\nmaxretry = 6\nfindtime = 600\nbantime = 600\n")
    with open(os.path.join(config, "fail2ban.local"), "w") as file:
        file.write("[Definition]\ndbfile = None\n")
    socket = os.path.join(folder, "f2b.sock")
    server = subprocess.Popen(namespace.argv("fail2ban-server", "-f", "-c", config, "-s", socket, "-p",
                                             os.path.join(folder, "f2b.pid"), "--logtarget", os.path.join(folder, "f2b.log")),
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asks = ["fail2ban-client", "-s", socket, "status", "sshd"]
        if not lab.wait_for(lambda: subprocess.run(asks, capture_output=True).returncode == 0, 20, 0.2):
            raise RuntimeError("fail2ban-server does not start here")
        time.sleep(1)
        yield from attacks(name, reaction.kernel_events(namespace), appender(log), count, 6)
    finally:
        server.terminate()
        server.wait()


def sshguard_latency(name, namespace, folder, count):
    log = os.path.join(folder, "auth.log")
    open(log, "w").close()
    with open(os.path.join(folder, "sshguard.conf"), "w") as file:
        file.write(f'BACKEND="{SSHG_FIREWALL}"\nFILES="{log}"\nTHRESHOLD=60\nBLOCK_TIME=600\nDETECTION_TIME=1800\n')
    if not os.path.exists(SSHG_FIREWALL):
        raise RuntimeError(f"{SSHG_FIREWALL} is missing")
    # It reads one place only: `ip netns exec` has made mounts of its own, where this folder can be put there. Its parts are
    # children of a shell script; a session of its own ends them all.
    os.makedirs("/etc/sshguard", exist_ok=True)
    guard = subprocess.Popen(namespace.argv("sh", "-c", 'mount --bind "$1" /etc/sshguard && exec sshguard', "sh", folder),
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        events = reaction.kernel_events(namespace)
        time.sleep(3)
        if guard.poll() is not None:
            raise RuntimeError(f"sshguard ended with {guard.returncode}")
        yield from attacks(name, events, appender(log), count, 6)
    finally:
        try:
            os.killpg(guard.pid, 15)
        except ProcessLookupError:
            pass
        guard.wait()
