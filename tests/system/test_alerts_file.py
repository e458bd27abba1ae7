"""alerts.json: the alerts of a whole engine in a file that other tools read, switched on and off by a reload."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402


class AlertsFile(SystemTest):
    def test_alerts_are_written_on_request(self):
        engine = self.engine(more="<global><jsonout_output>yes</jsonout_output></global>")
        path = os.path.join(engine.state, "alerts", "alerts.json")
        engine.failed_logins("192.0.2.7", count=3)

        def lines():
            if not os.path.exists(path):
                return []
            with open(path) as file:
                return [json.loads(line) for line in file if line.endswith("\n")]

        self.assertSoon(lambda: len(lines()) == 3, "not three alerts")
        alert = lines()[0]
        self.assertEqual(alert["data"]["srcip"], "192.0.2.7")
        self.assertIn("T1110", alert["rule"]["mitre"]["id"][0])
        self.assertEqual(alert["rule"]["mitre"]["tactic"][0], "Credential Access")
        self.assertEqual(alert["decoder"]["name"], "sshd")
        self.assertEqual(len({one["id"] for one in lines()}), 3)
        self.assertEqual(alert["agent"]["id"], "000")
        self.assertTrue(alert["full_log"].endswith("ssh2"), alert["full_log"])

        configuration = os.path.join(engine.config, "bartizan.conf")
        with open(configuration) as file:
            text = file.read()
        with open(configuration, "w") as file:
            file.write(text.replace("<jsonout_output>yes", "<jsonout_output>no"))
        engine.ctl("reload")
        engine.failed_logins("192.0.2.8", count=1)
        self.assertSoon(lambda: any(a.get("source") == "192.0.2.8" or "192.0.2.8" in a["full_log"] for a in engine.alerts()),
                        "no alert")
        self.assertEqual(len(lines()), 3)


if __name__ == "__main__":
    system_test.main()
