"""The main job with real packets: a block cuts new, established and forwarded traffic of one host and nobody else's, is
released by hand and on time, in IPv4 and IPv6."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402


class Blocking(SystemTest):
    CASES = (("IPv4", lab.Network.victim4, lab.Network.inner4, lab.Network.attacker4, lab.Network.other4),
             ("IPv6", lab.Network.victim6, lab.Network.inner6, lab.Network.attacker6, lab.Network.other6))

    def test_failed_logins_block_every_kind_of_traffic_until_released(self):
        self.listener(self.network.victim, 2222)
        self.listener(self.network.inner, 8080)
        for family, victim, inner, attacker, other in self.CASES:
            with self.subTest(family):
                engine = self.engine()
                net = self.network.attacker
                self.assertSoon(lambda: lab.can_connect(net, inner, 8080, attacker), "forwarding does not work")
                established = lab.Connection(net, victim, 2222, attacker)
                forwarded = lab.Connection(net, inner, 8080, attacker)
                others = lab.Connection(net, victim, 2222, other)
                self.assertTrue(established.talks() and forwarded.talks() and others.talks())

                engine.failed_logins(attacker)
                self.assertBlockedSoon(engine, attacker)

                self.assertFalse(lab.can_connect(net, victim, 2222, attacker), "a new connection gets through")
                self.assertFalse(lab.can_connect(net, inner, 8080, attacker), "a forwarded connection gets through")
                self.assertFalse(established.talks(0.5), "an established connection goes on")
                self.assertFalse(forwarded.talks(0.5), "an established forwarded connection goes on")
                self.assertTrue(others.talks(), "another host's connection was cut")
                self.assertTrue(lab.can_connect(net, victim, 2222, other), "another host can't connect")

                block, = engine.blocks()
                self.assertEqual((block["address"], block["state"], block["origin"]), (attacker, "active", "rule"))
                self.assertTrue(580 <= block["remaining"] <= 600, block)
                self.assertIn("Failed password", block["reason"])
                why = engine.ctl("why", attacker)
                self.assertEqual(why["verdict"], "blocked")
                self.assertEqual(why["blocks"][0]["alert_id"], why["alerts"][-1]["id"] if len(why["alerts"]) == 1
                                 else block["alert_id"])

                self.assertEqual(engine.ctl("unblock", attacker)["released"], [attacker])
                self.assertEqual(engine.kernel_blocks(), set())
                self.assertTrue(lab.can_connect(net, victim, 2222, attacker), "still blocked after release")
                self.assertEqual(engine.ctl("unblock", attacker, check=False)["not_found"], [attacker])
                engine.close()

    def test_a_block_ends_on_time_even_if_the_engine_is_dead(self):
        self.listener(self.network.victim, 2222)
        engine = self.engine(timeout=3)
        engine.failed_logins(self.network.attacker4)
        self.assertBlockedSoon(engine, self.network.attacker4)
        # Stored together with how far the log was read; killed before that, the engine would read it again.
        self.assertSoon(lambda: "651" in {alert["rule"]["id"] for alert in engine.alerts()}, "the block is no alert")
        engine.kill()
        started = time.monotonic()
        net = self.network.attacker
        self.assertFalse(lab.can_connect(net, self.network.victim4, 2222, self.network.attacker4, 0.4))
        self.assertSoon(lambda: lab.can_connect(net, self.network.victim4, 2222, self.network.attacker4, 0.3),
                        "not released though its time is over", 6)
        self.assertLess(time.monotonic() - started, 4.5)
        engine.start()
        self.assertEqual(engine.blocks(), [])
        self.assertEqual(engine.blocks("--all")[0]["state"], "expired")

    def test_release_on_time_is_recorded(self):
        engine = self.engine(timeout=2)
        engine.failed_logins(self.network.attacker4)
        self.assertBlockedSoon(engine, self.network.attacker4)
        self.assertSoon(lambda: engine.blocks("--all")[0]["state"] == "expired", "never expired", 5)
        self.assertEqual(engine.kernel_blocks(), set())
        self.assertSoon(lambda: {"651", "652"} <= {a["rule"]["id"] for a in engine.alerts()},
                        "block and release are not in the history")
        ids = [a["rule"]["id"] for a in engine.alerts()]
        self.assertLess(ids.index("652"), ids.index("651"), "newest first: the release comes after the block")

    def test_networks_and_people(self):
        self.listener(self.network.victim, 2222)
        engine = self.engine()
        net = self.network.attacker
        answer = engine.ctl("block", "192.0.2.64/28", "--for", "5m", "--reason", "a noisy neighbour")
        self.assertEqual(answer["block"]["state"], "active")
        self.assertIn("192.0.2.64/28", engine.kernel_blocks())
        for address in (self.network.attacker4, self.network.other4):
            self.assertFalse(lab.can_connect(net, self.network.victim4, 2222, address))
        self.assertEqual(engine.ctl("why", self.network.attacker4)["verdict"], "blocked")
        self.assertEqual(engine.ctl("unblock", "--all")["released"], ["192.0.2.64/28"])
        self.assertTrue(lab.can_connect(net, self.network.victim4, 2222, self.network.attacker4))
        permanent = engine.ctl("block", self.network.attacker6, "--permanent")["block"]
        self.assertEqual((permanent["permanent"], permanent["expires"], permanent["remaining"]), (True, None, None))
        allowed = engine.ctl("allow", self.network.attacker6)
        self.assertEqual(allowed["released"], [self.network.attacker6])
        self.assertTrue(lab.can_connect(net, self.network.victim6, 2222, self.network.attacker6))
        refused = engine.ctl("block", self.network.attacker6, check=False)
        self.assertEqual(refused["error"]["code"], "refused")

    def test_teardown_leaves_nothing(self):
        engine = self.engine()
        engine.ctl("block", self.network.attacker4)
        engine.stop()
        self.assertIn(self.network.attacker4, engine.kernel_blocks(), "an orderly stop keeps protecting")
        lab.run(*engine.argv("bartizanctl", "firewall", "teardown", "--verify"))
        self.assertNotIn("bartizan", self.network.victim.run("nft", "list", "ruleset"))

    def test_pause_and_observe(self):
        engine = self.engine()
        engine.ctl("pause", "1m")
        engine.failed_logins(self.network.attacker4)
        self.assertSoon(lambda: engine.blocks("--all"), "nothing observed")
        self.assertEqual(engine.blocks("--all")[0]["state"], "observed")
        self.assertEqual(engine.status()["state"], "paused")
        engine.ctl("resume")
        self.assertEqual(engine.kernel_blocks(), set())
        engine.close()
        observing = self.engine(arguments=["--observe"])
        observing.failed_logins(self.network.attacker4)
        self.assertSoon(lambda: observing.blocks("--all"), "nothing observed")
        self.assertEqual((observing.blocks("--all")[0]["state"], observing.status()["state"]), ("observed", "observing"))
        self.assertNotIn(self.network.attacker4, self.network.victim.run("nft", "list", "ruleset"))

    def test_a_flushed_firewall_is_mended_within_a_second(self):
        self.listener(self.network.victim, 2222)
        engine = self.engine()
        engine.ctl("block", self.network.attacker4, "--for", "10m")
        engine.ctl("block", "203.0.113.0/24", "--permanent")
        damages = (("flush", "ruleset"), ("delete", "table", "inet", "bartizan"),
                   ("flush", "set", "inet", "bartizan", "block4"), ("flush", "table", "inet", "bartizan"))
        for damage in damages:
            with self.subTest(" ".join(damage)):
                self.network.victim.run("nft", *damage)
                self.assertSoon(lambda: engine.kernel_blocks() == {self.network.attacker4, "203.0.113.0/24"},
                                f"not mended: {engine.kernel_blocks()}", 1.5)
                self.assertSoon(lambda: not lab.can_connect(self.network.attacker, self.network.victim4, 2222,
                                                            self.network.attacker4, 0.3), "blocked in name only", 1.5)
        self.assertEqual(engine.status()["problems"], [])


if __name__ == "__main__":
    system_test.main()
