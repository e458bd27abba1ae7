"""Whatever asks for it, nothing that would lock the owner out is blocked; and the same set stands in the kernel."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402


class Guarding(SystemTest):
    MORE = "<global><white_list>192.0.2.77</white_list><white_list>2001:db8:7::/48</white_list></global>"

    def test_every_guard_refuses_and_says_which(self):
        self.network.victim.run("ip", "route", "replace", "default", "via", "192.0.2.66")
        engine = self.engine(more=self.MORE)
        cases = (("127.0.0.1", "loopback"), ("127.8.8.8", "loopback"), ("::1", "loopback"), ("192.0.2.1", "own_address"),
                 ("2001:db8:0:1::1", "own_address"), ("192.0.2.66", "gateway"), ("169.254.1.1", "link_local"),
                 ("fe80::1", "link_local"), ("224.0.0.1", "multicast"), ("ff02::1", "multicast"),
                 ("255.255.255.255", "broadcast"), ("192.0.2.255", "broadcast"), ("0.0.0.0", "this_network"),
                 ("0.1.2.3", "this_network"), ("192.0.2.77", "allowlist"), ("2001:db8:7::1234", "allowlist"),
                 ("::ffff:127.0.0.1", "loopback"), ("192.0.2.0/24", "own_address"), ("0.0.0.0/0", "this_network"),
                 ("172.29.77.0/24", "private_network"), ("2000::/3", None))
        for address, guard in cases:
            with self.subTest(address):
                answer = engine.ctl("block", address, check=False)
                self.assertEqual(answer.get("error", {}).get("code"), "refused", answer)
                refused = engine.blocks("--all")[0]
                self.assertEqual(refused["state"], "refused")
                if guard:
                    self.assertEqual(refused["guard"], guard)
        self.assertEqual(engine.kernel_blocks(), set())
        for address in ("198.51.100.7", "203.0.113.9", "10.1.2.3", "192.168.7.7", "2001:db8::7"):
            with self.subTest(address):
                self.assertEqual(engine.ctl("block", address)["block"]["state"], "active")
        self.network.victim.run("ip", "route", "del", "default")

    def test_a_rule_is_refused_too_and_the_history_says_so(self):
        engine = self.engine(more=self.MORE)
        for address in ("192.0.2.77", "127.0.0.1", "192.0.2.1"):
            engine.failed_logins(address)
        self.assertSoon(lambda: len(engine.blocks("--all")) == 3, "refusals are not recorded")
        self.assertEqual({b["state"] for b in engine.blocks("--all")}, {"refused"})
        self.assertEqual(engine.kernel_blocks(), set())
        self.assertEqual(engine.ctl("why", "192.0.2.77")["verdict"], "protected")

    def test_the_allow_set_stands_before_the_blocks_and_follows_changes(self):
        self.listener(self.network.victim, 2222)
        engine = self.engine()
        net = self.network
        engine.ctl("block", net.attacker4)
        self.assertFalse(lab.can_connect(net.attacker, net.victim4, 2222, net.attacker4))
        # The blocked host becomes the gateway: the block must go, in the engine and in the kernel.
        net.victim.run("ip", "route", "replace", "default", "via", net.attacker4)
        self.assertSoon(lambda: net.attacker4 not in engine.kernel_blocks(), "the new gateway is still blocked", 3)
        self.assertTrue(lab.can_connect(net.attacker, net.victim4, 2222, net.attacker4))
        # Even an element that somebody else puts into the block set does not cut the gateway off.
        net.victim.run("nft", "add", "element", "inet", "bartizan", "block4", "{ %s }" % net.attacker4)
        self.assertTrue(lab.can_connect(net.attacker, net.victim4, 2222, net.attacker4))
        net.victim.run("ip", "route", "del", "default")
        self.assertSoon(lambda: engine.ctl("block", net.attacker4, check=False).get("block"), "still protected", 3)

    def test_own_addresses_follow_the_interfaces(self):
        engine = self.engine()
        self.assertEqual(engine.ctl("block", "198.51.100.200")["block"]["state"], "active")
        self.network.victim.run("ip", "address", "add", "198.51.100.200/32", "dev", "lo")
        try:
            self.assertSoon(lambda: "198.51.100.200" not in engine.kernel_blocks(), "an own address stays blocked", 3)
        finally:
            self.network.victim.run("ip", "address", "del", "198.51.100.200/32", "dev", "lo")


if __name__ == "__main__":
    system_test.main()
