"""What `./dev bench` prints: lines per CPU second through the analysis core, and the time from a line written to a log until
the element is in the kernel. Usage: bench.py BIN_DIR [attacks]. Figures are of this machine at this moment; compare ratios."""

import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import journal_lab  # noqa: E402
import lab  # noqa: E402

NETLINK_NETFILTER, NFNLGRP_NFTABLES, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 12, 7, 270, 1
NEW_SET_ELEMENT = (10 << 8) | 12


def auth_lines(count, rng):
    users = ("root", "admin", "alice", "test", "oracle", "git")
    for i in range(count):
        address = ".".join(str(rng.randint(1, 223)) for _ in range(4))
        head = time.strftime("%b %e %H:%M:%S", time.gmtime(1_760_000_000 + i // 20)) + f" desk sshd[{300 + i % 60000}]: "
        kind = rng.random()
        if kind < 0.45:
            yield head + f"Failed password for {rng.choice(users)} from {address} port {rng.randint(1024, 65535)} ssh2"
        elif kind < 0.6:
            yield head + f"Failed password for invalid user u{i % 999} from {address} port {rng.randint(1024, 65535)} ssh2"
        elif kind < 0.75:
            yield head + f"Accepted publickey for alice from {address} port {rng.randint(1024, 65535)} ssh2: ED25519 SHA256:abc"
        elif kind < 0.85:
            yield head + f"Received disconnect from {address} port {rng.randint(1024, 65535)}:11: Bye Bye [preauth]"
        else:
            yield head.replace("sshd", "CRON") + "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"


def access_lines(count, rng):
    paths = ("/", "/index.html", "/style.css", "/api/items?id=7", "/images/logo.png", "/search?q=tower", "/wp-login.php",
             "/index.php?page=../../../etc/passwd")
    for i in range(count):
        address = ".".join(str(rng.randint(1, 223)) for _ in range(4))
        path = rng.choices(paths, (30, 20, 15, 10, 10, 10, 4, 1))[0]
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(1_760_000_000 + i // 20))
        yield (f'{address} - - [{stamp}] "GET {path} HTTP/1.1" {rng.choice((200, 200, 200, 304, 404))} '
               f'{rng.randint(0, 50000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"')


def replay(bin_dir, name, lines, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".log") as file:
        file.writelines(line + "\n" for line in lines)
        file.flush()
        rates = []
        for _ in range(3):
            done = subprocess.run([os.path.join(bin_dir, "bartizanctl"), "replay", "--json", *options, file.name],
                                  capture_output=True, text=True)
            if done.returncode != 0:
                print(f"{name:46} failed: {done.stderr.strip()[:200]}")
                return
            result = json.loads(done.stdout)
            rates.append(result["lines"] / result["cpu_seconds"])
        print(f"{name:46} {statistics.median(rates):12,.0f} lines per CPU second ({result['lines']:,} lines, "
              f"{result['alerts']:,} alerts, median of 3)")


def lines_of(*argv):
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{os.path.basename(argv[0]):46} failed: {done.stderr.strip()[:200]}")
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]


def load(bin_dir, name, ruleset):
    for phases in lines_of(os.path.join(bin_dir, "load_bench"), ruleset):
        parts = ", ".join(f"{key.replace('_', ' ')} {1000 * value:.0f}" for key, value in phases.items()
                          if isinstance(value, float) and key != "load")
        print(f"{'loading ' + name:46} {1000 * phases['load']:.0f} ms of CPU ({phases['rules']:,} rules; {parts})")


def worst_cases(bin_dir, name, ruleset):
    rows = lines_of(os.path.join(bin_dir, "worst_case_bench"), ruleset, "8192", "65536")
    for size in sorted({row["size"] for row in rows}):
        of_size = [row for row in rows if row["size"] == size]
        worst = max(of_size, key=lambda row: row["slowest_line_ms"])
        print(f"{f'worst of {size // 1024} KiB, ' + name:46} {worst['slowest_line_ms']:.1f} ms of CPU: {worst['kind']} "
              f"{worst['by']} ({sum(row['lines'] for row in of_size):,} lines, {sum(row['cut_off'] for row in of_size)} cut off)")


def kernel_events(network):
    def make():
        events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        events.bind((0, 0))
        events.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES)
        events.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        events.settimeout(5)
        return events
    return network.victim.call(make)


def wait_for_element(events, address):
    wanted = socket.inet_aton(address)
    while True:
        data = events.recv(1 << 16)
        offset = 0
        while offset + 16 <= len(data):
            length = int.from_bytes(data[offset:offset + 4], sys.byteorder)
            kind = int.from_bytes(data[offset + 4:offset + 6], sys.byteorder)
            if kind == NEW_SET_ELEMENT and wanted in data[offset:offset + length]:
                return time.monotonic()
            offset += max(16, (length + 3) & ~3)


def latency(bin_dir, attacks):
    network = lab.Network()
    engine = lab.Engine(bin_dir, network.victim)
    try:
        engine.start()
        events = kernel_events(network)
        milliseconds = []
        for i in range(attacks):
            address = f"203.0.{100 + i // 250}.{1 + i % 250}"
            engine.failed_logins(address, 5)
            time.sleep(random.uniform(0.01, 0.04))
            started = time.monotonic()
            engine.failed_logins(address, 1)
            milliseconds.append(1000 * (wait_for_element(events, address) - started))
        milliseconds.sort()
        print(f"{'last line written → element in the kernel':46} median {statistics.median(milliseconds):.2f} ms, "
              f"p99 {milliseconds[int(len(milliseconds) * 0.99)]:.2f} ms, max {milliseconds[-1]:.2f} ms ({attacks} attacks)")
        cpu_before = cpu_seconds(engine)
        started = time.monotonic()
        stamp = time.strftime("%b %e %H:%M:%S")
        engine.append(engine.auth, *[f"{stamp} desk sshd[1]: Failed password for root from 198.18.{i // 250}.{1 + i % 250} "
                                     f"port {4000 + n} ssh2" for n in range(6) for i in range(1000)])
        wait_for_element(events, "198.18.3.250")
        print(f"{'1,000 attackers in one burst, last one blocked':46} {time.monotonic() - started:.3f} s, "
              f"{cpu_seconds(engine) - cpu_before:.2f} CPU-s")
    finally:
        engine.close()
        network.close()


JOURNAL_CONFIGURATION = """<bartizan_config>
  <localfile><log_format>journald</log_format><location>journald</location></localfile>
  <command><name>firewall-drop</name><executable>firewall-drop</executable><timeout_allowed>yes</timeout_allowed></command>
  <active-response><command>firewall-drop</command><location>local</location><rules_id>200100</rules_id></active-response>
</bartizan_config>
"""
# Sends each line it is given to the journal, as sshd would, and says when.
JOURNAL_WRITER = """import socket, sys, time
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect("/dev/log")
for line in sys.stdin:
    now = time.monotonic()
    log.send(b"<38>sshd[4001]: " + line.rstrip("\\n").encode())
    print(now, flush=True)
"""


def journal_latency(bin_dir, cold, warm):
    network = lab.Network()
    journal = journal_lab.Journal()
    engine = lab.Engine(bin_dir, journal_lab.JournalHost(journal, network.victim), configuration=JOURNAL_CONFIGURATION)
    writer = None
    try:
        engine.start()
        events = kernel_events(network)
        writer = subprocess.Popen(journal.argv(sys.executable, "-c", JOURNAL_WRITER, unit="ssh.service"), text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def attack(address, first, last):
            for i in range(first, last):
                writer.stdin.write(f"Failed password for root from {address} port {4000 + i} ssh2\n")
                writer.stdin.flush()
                sent = float(writer.stdout.readline())
            return sent

        def show(name, milliseconds):
            milliseconds.sort()
            print(f"{name:46} median {statistics.median(milliseconds):.2f} ms, "
                  f"p99 {milliseconds[int(len(milliseconds) * 0.99)]:.2f} ms ({len(milliseconds)} attacks)")

        times = []
        for i in range(cold):
            time.sleep(0.5 if i == 0 else 11)  # nothing has mattered for so long
            address = f"203.0.90.{1 + i}"
            sent = attack(address, 0, 6)
            times.append(1000 * (wait_for_element(events, address) - sent))
        show("journal at rest: six lines at once", times)
        times = []
        for i in range(warm):
            address = f"203.0.{100 + i // 250}.{1 + i % 250}"
            attack(address, 0, 5)
            time.sleep(random.uniform(0.01, 0.04))
            sent = attack(address, 5, 6)
            times.append(1000 * (wait_for_element(events, address) - sent))
        show("journal awake: last line → element in the kernel", times)
        before = cpu_seconds(engine)
        time.sleep(5)
        print(f"{'journal awake, nothing new':46} {100 * (cpu_seconds(engine) - before) / 5:.2f} % of a CPU")
        time.sleep(10)
        before = cpu_seconds(engine)
        time.sleep(5)
        print(f"{'journal at rest':46} {100 * (cpu_seconds(engine) - before) / 5:.2f} % of a CPU")
    finally:
        if writer:
            writer.stdin.close()
            writer.wait()
        engine.close()
        journal.close()
        network.close()


def cpu_seconds(engine):
    # ip netns exec replaces itself, so the process is the engine.
    with open(f"/proc/{engine.process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    bin_dir = os.path.abspath(sys.argv[1])
    attacks = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng = random.Random(1)
    replay(bin_dir, "built-in rules, auth log", auth_lines(300_000, rng))
    replay(bin_dir, "built-in rules, access log", access_lines(300_000, rng))
    builtin = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "resources", "ruleset")
    load(bin_dir, "the built-in rules", builtin)
    worst_cases(bin_dir, "built-in rules", builtin)
    oracle = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "oracle")
    mixed = os.path.join(oracle, "bench", "gen_mixed.py")
    if os.path.exists(mixed):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "mixed.log")
            subprocess.run([sys.executable, mixed, path], check=True)
            with open(path) as file:
                replay(bin_dir, "the whole reference ruleset, mixed log", file.read().splitlines(), "--ruleset",
                       os.path.join(oracle, "wazuh", "ruleset"))
        load(bin_dir, "the whole reference ruleset", os.path.join(oracle, "wazuh", "ruleset"))
        worst_cases(bin_dir, "reference ruleset", os.path.join(oracle, "wazuh", "ruleset"))
    if os.geteuid() == 0:
        latency(bin_dir, attacks)
        if journal_lab.missing():
            print("journal latency: skipped,", journal_lab.missing())
        else:
            journal_latency(bin_dir, 8, attacks)
    else:
        print("latency: skipped, network namespaces need root")


if __name__ == "__main__":
    main()
