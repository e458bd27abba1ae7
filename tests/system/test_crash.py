"""SIGKILL at every step of persistence and at random moments: after a restart kernel and store are equal, and no block or
release is lost."""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402


class CrashingEngine(lab.Engine):
    """The engine that kills itself at a given step of persistence."""

    kill_at = None

    def argv(self, program, *arguments):
        argv = super().argv(program, *arguments)
        if program != "bartizand" or self.kill_at is None:
            return argv
        argv = tuple(part.replace("/bartizand", "/crash_engine") for part in argv)
        return ("env", f"BARTIZAN_TEST_KILL_AT={self.kill_at}", *argv)

    def gone(self):
        return self.process.poll() is not None


class Crashing(SystemTest):
    def crashing_engine(self):
        engine = CrashingEngine(system_test.BIN, self.network.victim)
        self.addCleanup(self._finish, engine)
        return engine

    @staticmethod
    def positions(engine):
        with contextlib.closing(sqlite3.connect(f"file:{engine.state}/history.db?mode=ro", uri=True)) as history:
            return history.execute("SELECT count(*) FROM positions").fetchone()[0]

    def assertEqualState(self, engine):
        def equal():
            blocks = engine.blocks()
            wanted = {b["address"] for b in blocks}
            return all(b["state"] == "active" for b in blocks) and wanted == engine.kernel_blocks()

        if not lab.wait_for(equal, 3):
            self.fail(f"store {engine.blocks()} kernel {engine.kernel_blocks()}\n{engine.log()}")

    def test_every_step_of_a_block(self):
        reached = 0
        for step in range(1, 60):
            engine = self.crashing_engine()
            # A log that was never seen is read from its end: its first position must have been stored once.
            engine.start()
            self.assertSoon(lambda: self.positions(engine) >= 2, "the logs' positions are not stored")
            engine.stop()
            engine.kill_at = step
            engine.start(wait=False)
            if lab.wait_for(lambda: engine.gone() or engine.status(check=False), 10) and not engine.gone():
                engine.failed_logins(self.network.attacker4)
                lab.wait_for(lambda: engine.gone() or {"651"} <= {
                    a["rule"]["id"] for a in (engine.ctl("alerts", check=False) or {}).get("alerts", [])}, 10)
                time.sleep(0.1)
            killed = engine.gone()
            if killed:
                reached += 1
            else:
                engine.kill()
            engine.kill_at = None
            engine.start()
            with self.subTest(step=step):
                if os.path.getsize(engine.auth) > 0:
                    self.assertBlockedSoon(engine, self.network.attacker4)
                self.assertEqualState(engine)
                blocks = [b for b in engine.blocks("--all") if b["address"] == self.network.attacker4]
                self.assertLessEqual(len([b for b in blocks if b["state"] == "active"]), 1)
            self._finish(engine)
            if not killed:
                break
        self.assertGreater(reached, 3, "the kill never happened: the test tested nothing")
        self.assertFalse(killed, "more steps than this test knows")

    def test_every_step_of_a_release(self):
        released = kept = 0
        for step in range(1, 80):
            engine = self.crashing_engine()
            engine.kill_at = step
            engine.start(wait=False)
            if lab.wait_for(lambda: engine.gone() or engine.status(check=False), 10) and not engine.gone():
                engine.ctl("block", self.network.attacker4, check=False)
                if not engine.gone():
                    engine.ctl("unblock", self.network.attacker4, check=False)
                    time.sleep(0.2)
            killed = engine.gone()
            if not killed:
                engine.kill()
            engine.kill_at = None
            engine.start()
            with self.subTest(step=step):
                self.assertEqualState(engine)
                if engine.kernel_blocks():
                    kept += 1
                elif engine.blocks("--all"):
                    released += 1
            self._finish(engine)
            if not killed:
                break
        self.assertGreater(kept, 0, "no kill between block and release")
        self.assertGreater(released, 0)

    def test_random_moments_during_fifty_blocks(self):
        random.seed(7)
        engine = self.crashing_engine()
        engine.start()
        addresses = [f"203.0.113.{i}" for i in range(1, 51)]
        reported = set()
        done = threading.Event()

        def attack():
            for address in addresses:
                engine.failed_logins(address)
                time.sleep(random.uniform(0.02, 0.12))
            done.set()

        # It reconnects by itself after each kill.
        watch = subprocess.Popen(engine.argv("bartizanctl", "--socket", engine.socket, "--json", "watch"),
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)

        def follow():
            for line in watch.stdout:
                event = json.loads(line)
                if event.get("event") == "block" and event["data"]["state"] == "active":
                    reported.add(event["data"]["address"])

        attacker = threading.Thread(target=attack)
        attacker.start()
        threading.Thread(target=follow, daemon=True).start()
        kills = 0
        while not done.is_set() or kills < 5:  # on a slow machine the attackers are through before
            time.sleep(random.uniform(0.1, 0.5))
            engine.kill()
            kills += 1
            engine.start()
        attacker.join()
        self.assertSoon(lambda: addresses[-1] in engine.kernel_blocks(), "the last attacker is not blocked")
        self.assertEqualState(engine)
        blocked = engine.kernel_blocks()
        self.assertLessEqual(reported, blocked, "a block that was reported has been lost")
        print(f"\n{kills} kills, {len(blocked)} of {len(addresses)} attackers blocked, {len(reported)} seen live")
        self.assertGreater(kills, 4)
        # A kill between two reads of one attacker's lines may cost that attacker's count, never more.
        self.assertGreaterEqual(len(blocked), len(addresses) - kills)


if __name__ == "__main__":
    system_test.main()
