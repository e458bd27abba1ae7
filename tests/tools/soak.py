"""The engine under load for some minutes: attackers, noise, rotations and SIGKILLs. Afterwards kernel and store must be
equal, memory and descriptors flat, and every marked line in the history exactly once. Usage: soak.py BIN_DIR MINUTES."""

import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402

MARK_RULE = """<group name="soak,"><rule id="100900" level="5"><match>soak mark </match>
<description>soak mark</description></rule></group>"""


def resident_kib(engine):
    with open(f"/proc/{engine.process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def main():
    bin_dir, minutes = os.path.abspath(sys.argv[1]), float(sys.argv[2])
    random.seed(11)
    network = lab.Network()
    engine = lab.Engine(bin_dir, network.victim, timeout=20, rules={"soak.xml": MARK_RULE})
    marks = kills = rotations = attackers = 0
    memory, descriptors = [], []
    try:
        engine.start()
        end = time.monotonic() + 60 * minutes
        next_kill = time.monotonic() + 20
        next_rotation = time.monotonic() + 3
        while time.monotonic() < end:
            attackers += 1
            engine.failed_logins(f"203.0.{113 + attackers // 250 % 100}.{1 + attackers % 250}")
            stamp = time.strftime("%b %e %H:%M:%S")
            lines = [f"{stamp} desk app[1]: noise {random.random()}" for _ in range(2000)]
            marks += 1
            lines.insert(1000, f"{stamp} desk app[1]: soak mark {marks}")
            engine.append(engine.auth, *lines)
            time.sleep(0.05)
            if time.monotonic() > next_rotation:
                rotations += 1
                os.replace(engine.auth, engine.auth + ".1")
                open(engine.auth, "w").close()
                next_rotation = time.monotonic() + random.uniform(1, 5)
            if time.monotonic() > next_kill:
                memory.append(resident_kib(engine))
                descriptors.append(len(os.listdir(f"/proc/{engine.process.pid}/fd")))
                kills += 1
                engine.kill()
                engine.start()
                next_kill = time.monotonic() + random.uniform(10, 25)
        settled = lab.wait_for(lambda: sum(a["count"] for a in pages(engine, "soak")) >= marks, 20)
        seen = sum(a["count"] for a in pages(engine, "soak"))
        equal = lab.wait_for(lambda: {b["address"] for b in engine.blocks("--limit", "1000")} == engine.kernel_blocks(), 5)
        print(f"{minutes} min: {attackers} attacks, {rotations} rotations, {kills} kills; marks written {marks}, seen {seen}; "
              f"kernel equals store: {bool(equal)}; memory {min(memory, default=0)}–{max(memory, default=0)} KiB; "
              f"descriptors {min(descriptors, default=0)}–{max(descriptors, default=0)}")
        good = settled and seen == marks and equal
        print("soak: passed" if good else "soak: FAILED")
        return 0 if good else 1
    finally:
        engine.close()
        network.close()


def pages(engine, _name):
    alerts, before = [], None
    while True:
        arguments = ["alerts", "--rule", "100900", "--limit", "1000"]
        if before:
            arguments += ["--before", str(before)]
        page = engine.ctl(*arguments)
        alerts += page["alerts"]
        if not page["more"]:
            return alerts
        before = alerts[-1]["id"]


if __name__ == "__main__":
    sys.exit(main())
