"""Log sources other than plain lines, in a whole engine: commands of root's configuration, and events of several lines
over a crash."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402

RULES = """<group name="local,">
  <rule id="100600" level="3"><match>ossec: output: 'who': </match><description>said</description></rule>
  <rule id="100601" level="3"><match>type=PATH</match><regex>type=SYSCALL msg=audit\\S+ n=\\d+</regex>
    <description>both</description></rule>
</group>
"""


class Sources(SystemTest):
    def counted(self, engine, rule):
        return sum(a["count"] for a in engine.alerts() if a["rule"]["id"] == rule)

    def test_a_command_of_roots_configuration_runs_and_one_of_others_does_not(self):
        more = """<localfile><log_format>command</log_format><command>echo $0 {root}; echo two</command><alias>who</alias>
                  <frequency>1</frequency></localfile>"""
        engine = self.engine(more=more, rules={"local.xml": RULES})
        self.assertSoon(lambda: self.counted(engine, "100600") >= 4, "the command was not run twice")
        alert = next(a for a in engine.alerts() if a["rule"]["id"] == "100600")
        self.assertEqual((alert["location"], alert["full_log"].split(": ", 2)[:2]), ("who", ["ossec", "output"]))
        self.assertIn("command: who", [source["path"] for source in engine.status()["sources"]])

        os.chmod(os.path.join(engine.config, "bartizan.conf"), 0o666)
        problems = engine.ctl("reload", check=False)["problems"] + engine.status()["problems"]
        self.assertTrue([p for p in problems if "written by others" in p["message"] and p["cure"]], problems)
        before = self.counted(engine, "100600")
        time.sleep(1.5)
        self.assertLessEqual(self.counted(engine, "100600"), before + 2)  # one run may have been under way
        self.assertNotIn("command: who", [source["path"] for source in engine.status()["sources"]])

    def test_what_was_seen_before_is_known_after_a_restart(self):
        decoders = """<decoder name="login"><program_name>^login$</program_name><regex>^welcome (\\S+)</regex>
                      <order>user</order><fts>name, user</fts></decoder>"""
        rules = """<group name="local,"><rule id="100610" level="4"><decoded_as>login</decoded_as><if_fts/>
                   <description>first log-in of $(dstuser)</description></rule></group>"""
        engine = self.engine(rules={"local.xml": rules}, decoders={"local.xml": decoders})

        def log_in(user):
            stamp = time.strftime("%b %e %H:%M:%S")
            engine.append(engine.auth, f"{stamp} gate login: welcome {user}")

        log_in("bob")
        log_in("bob")
        self.assertSoon(lambda: self.counted(engine, "100610") == 1, "no first log-in")
        engine.kill()
        engine.start()
        log_in("bob")
        log_in("eve")
        self.assertSoon(lambda: self.counted(engine, "100610") == 2, "no first log-in of the other")
        time.sleep(0.5)
        self.assertEqual(self.counted(engine, "100610"), 2)

    def test_events_of_several_lines_survive_a_crash(self):
        more = """<localfile><log_format>audit</log_format><location>{root}/audit.log</location></localfile>"""
        engine = self.engine(start=False, more=more, rules={"local.xml": RULES})
        path = os.path.join(engine.root, "audit.log")
        open(path, "w").close()
        engine.start()

        def write(*lines):
            with open(path, "a") as log:
                log.writelines(line + "\n" for line in lines)

        self.assertSoon(lambda: any(s["path"] == path and s["state"] == "reading" for s in engine.status()["sources"]),
                        "not read")
        write("type=SYSCALL msg=audit(1.1:1): n=1", "type=PATH msg=audit(1.1:1): x", "type=SYSCALL msg=audit(1.1:2): n=2")
        self.assertSoon(lambda: self.counted(engine, "100601") == 1, "the first event is missing")
        engine.kill()  # the second one is pending
        write("type=PATH msg=audit(1.1:2): y", "type=SYSCALL msg=audit(1.1:3): n=3", "type=PATH msg=audit(1.1:3): z")
        engine.start()
        self.assertSoon(lambda: self.counted(engine, "100601") == 3, "an event was lost")
        time.sleep(0.5)
        self.assertEqual(self.counted(engine, "100601"), 3)


if __name__ == "__main__":
    system_test.main()
