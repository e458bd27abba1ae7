"""The example of a Wazuh user, pasted unchanged: an attack from an address of a reputation list is blocked for 60 seconds; the
same attack from elsewhere raises the web alert and blocks nobody."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402

CONFIGURATION = """<ossec_config>
  <localfile><log_format>apache</log_format><location>{access}</location></localfile>
<command>
  <name>firewall-drop</name>
  <executable>firewall-drop</executable>
  <timeout_allowed>yes</timeout_allowed>
</command>
<command>
  <name>win_route-null</name>
  <executable>route-null.exe</executable>
  <timeout_allowed>yes</timeout_allowed>
</command>
<active-response>
  <command>firewall-drop</command>
  <location>local</location>
  <rules_id>100100</rules_id>
  <timeout>60</timeout>
</active-response>
</ossec_config>
"""
RULES = """<group name="attack,">
<rule id="100100" level="10">
  <if_group>web|attack|attacks</if_group>
  <list field="srcip" lookup="address_match_key">etc/lists/blacklist-alienvault</list>
  <description>IP address found in AlienVault reputation database.</description>
</rule>
</group>
"""
ATTACK = ('{address} - - [24/Nov/2026:10:00:00 +0000] "GET /index.php?page=../../../../etc/passwd HTTP/1.1" 404 196 "-" '
          '"Mozilla/5.0"')


class SeedExample(SystemTest):
    def test_listed_attacker_is_blocked_for_a_minute_and_others_are_not(self):
        self.listener(self.network.victim, 80)
        engine = self.engine(configuration=CONFIGURATION, rules={"local_rules.xml": RULES},
                             lists={"blacklist-alienvault": f"{lab.Network.attacker4}:\n203.0.113.:\n"})
        self.assertEqual(engine.status()["problems"], [])

        engine.append(engine.access, ATTACK.format(address=self.network.other4))
        self.assertSoon(lambda: engine.alerts(), "no alert for the attack from an unlisted address")
        alert, = engine.alerts()
        self.assertNotEqual(alert["rule"]["id"], "100100")
        self.assertIn("web", alert["rule"]["groups"])
        time.sleep(0.2)
        self.assertEqual((engine.kernel_blocks(), engine.blocks("--all")), (set(), []))

        engine.append(engine.access, ATTACK.format(address=self.network.attacker4))
        self.assertBlockedSoon(engine, self.network.attacker4)
        block, = engine.blocks()
        self.assertTrue(55 <= block["remaining"] <= 60)
        self.assertEqual(block["rule"]["id"], "100100")
        self.assertFalse(lab.can_connect(self.network.attacker, self.network.victim4, 80, self.network.attacker4))
        self.assertTrue(lab.can_connect(self.network.attacker, self.network.victim4, 80, self.network.other4))

        self.assertSoon(lambda: len(engine.alerts()) == 3, "attack and block are not both in the history")
        self.assertEqual([a["rule"]["id"] for a in engine.alerts()][:2], ["651", "100100"])
        self.assertEqual(engine.alerts()[0]["srcip"], self.network.attacker4)
        self.assertEqual(engine.ctl("why", self.network.attacker4)["lists"], ["blacklist-alienvault"])

        engine.ctl("unblock", self.network.attacker4)
        self.assertSoon(lambda: engine.alerts()[0]["rule"]["id"] == "652", "the release is not in the history")


if __name__ == "__main__":
    system_test.main()
