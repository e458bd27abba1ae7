"""A flood of distinct sources against the memory of a whole engine: it stays below its limit, says what it had to
forget, and the attacker who is not part of the flood is blocked all the same."""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402

MIB = 1024 * 1024
LIMITED = "<global><correlation_memory>1M</correlation_memory></global>"


class Correlation(SystemTest):
    def flood(self, engine, count):
        stamp = time.strftime("%b %e %H:%M:%S")
        engine.append(engine.auth, *[f"{stamp} desk sshd[{5000 + i}]: Failed password for invalid user u{i} from "
                                     f"2001:db8:7:9::{i:x} port 4000 ssh2" for i in range(1, count + 1)])

    def test_a_flood_neither_fills_the_memory_nor_hides_an_attacker(self):
        engine = self.engine(more=LIMITED)
        engine.failed_logins(self.network.attacker4, 3)
        self.flood(engine, 10_000)
        self.assertSoon(lambda: engine.status()["counters"]["lines"] == 10_003, "lines not read", 30)
        memory = engine.status()["correlation"]
        self.assertEqual(memory["limit"], MIB)
        self.assertLessEqual(memory["bytes"], MIB)
        self.assertGreater(memory["events"], 1000)
        self.assertGreater(memory["evicted"], 1000)
        self.assertNotIn(self.network.attacker4, engine.kernel_blocks())
        engine.failed_logins(self.network.attacker4, 3)
        self.assertBlockedSoon(engine, self.network.attacker4)
        text = subprocess.run(engine.argv("bartizanctl", "--socket", engine.socket, "status"), text=True,
                              capture_output=True).stdout
        self.assertIn("forgotten early for want of room", text)

    def test_the_limit_is_taken_over_at_a_restart(self):
        engine = self.engine()
        self.assertEqual(engine.status()["correlation"]["limit"], 64 * MIB)
        path = os.path.join(engine.config, "bartizan.conf")
        with open(path) as file:
            text = file.read()
        engine.write("config/bartizan.conf", text.replace("<bartizan_config>", "<bartizan_config>" + LIMITED))
        problems = engine.ctl("reload", check=False)["problems"]
        self.assertTrue([p for p in problems if "correlation_memory" in p["message"] and p["cure"]], problems)
        self.assertEqual(engine.status()["correlation"]["limit"], 64 * MIB)
        engine.stop()
        engine.start()
        self.assertEqual(engine.status()["correlation"]["limit"], MIB)


if __name__ == "__main__":
    system_test.main()
