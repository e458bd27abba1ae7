"""What the engine costs before it has anything to do: its start, its memory and its wake-ups at rest."""

import glob
import os
import socket
import statistics
import time

import lab
import logs
from reaction import cpu_seconds
from report import Figure, skipped

REST_SECONDS = 20


def answers(engine):
    """Whether the socket takes connections: the last thing that the engine opens. Cheaper to ask than with bartizanctl."""
    client = socket.socket(socket.AF_UNIX)
    try:
        client.connect(engine.socket)
        return True
    except OSError:
        return False
    finally:
        client.close()


def start(bin_dir, quick):
    if not os.path.isdir(logs.RULESET):
        yield skipped("engine start with the whole reference ruleset", "there is no ../shared/oracle beside the checkout")
        return
    engine = lab.Engine(bin_dir, arguments=("--firewall", "none", "--ruleset", logs.RULESET))
    try:
        walls, cpus, rules = [], [], 0
        for _ in range(3 if quick else 6):
            started = time.monotonic()
            engine.start(wait=False)
            while not (answers(engine) and ready(engine)):
                if engine.process.poll() is not None or time.monotonic() > started + 60:
                    raise RuntimeError("the engine does not start:\n" + engine.log())
                time.sleep(0.005)
            walls.append(time.monotonic() - started)
            cpus.append(cpu_seconds(engine.process.pid))
            rules = engine.status()["ruleset"]["rules"]
            engine.stop()
        note = f"until status tells of {rules:,} rules; the first of {len(walls)} starts {walls[0]:.2f} s, {cpus[0]:.2f} CPU-s"
        yield Figure("engine start with the whole reference ruleset", statistics.median(walls[1:]), "s", 1.5, 0.3, False, note)
        yield Figure("engine start with the whole reference ruleset, CPU", statistics.median(cpus[1:]), "CPU-s", more=False)
    finally:
        engine.close()


def ready(engine):
    status = engine.status(check=False)
    return status and status["ruleset"].get("loaded_at") and status["ruleset"]["rules"] > 0


def memory(pid):
    """Resident and proportional set size, MiB."""
    sizes = {}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key in ("Rss", "Pss"):
                sizes[key] = int(value.split()[0]) / 1024
    return sizes["Rss"], sizes["Pss"]


def context_switches(pid):
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/status"):
        try:
            with open(path) as file:
                total += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
        except OSError:
            pass  # a thread that has ended
    return total


def at_rest(bin_dir, quick):
    if os.geteuid() != 0:
        yield skipped("engine at rest", "network namespaces need root")
        return
    seconds = 5 if quick else REST_SECONDS
    for name, ruleset, least, aim in (("built-in rules", None, 60, 40), ("whole reference ruleset", logs.RULESET, None, 120)):
        if ruleset and not os.path.isdir(ruleset):
            yield skipped(f"at rest, nftables, {name}", "there is no ../shared/oracle beside the checkout")
            continue
        network = lab.Network()
        arguments = ("--firewall", "nftables") + (("--ruleset", ruleset) if ruleset else ())
        engine = lab.Engine(bin_dir, network.victim, arguments=arguments)
        try:
            engine.start()
            lab.wait_for(lambda: ready(engine), 30)
            time.sleep(3 if quick else 12)  # what starting leaves to do is done
            pid = engine.process.pid
            before = context_switches(pid)
            time.sleep(seconds)
            rate = (context_switches(pid) - before) / seconds
            rss, pss = memory(pid)
            yield Figure(f"at rest, nftables, {name}: memory", rss, "MiB RSS", least, aim, False, f"PSS {pss:.1f} MiB")
            yield Figure(f"at rest, nftables, {name}: wake-ups", rate, "/s", 1, 0, False,
                         f"context switches of all threads in {seconds} s")
        finally:
            engine.close()
            network.close()
