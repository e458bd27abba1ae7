"""Whatever is wrong is said with file, line and cure, in the log and in status, and the rest goes on protecting."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402


class BadInput(SystemTest):
    def assertProblem(self, engine, file, text, line=None, severity=None):
        def found():
            return [p for p in engine.status()["problems"]
                    if p["file"].endswith(file) and text in p["message"].lower() and (line is None or p["line"] == line)]

        if not lab.wait_for(found, 3):
            self.fail(f"no problem about {file} with '{text}': {engine.status()['problems']}")
        problem = found()[0]
        self.assertTrue(problem["cure"], f"no cure: {problem}")
        if severity:
            self.assertEqual(problem["severity"], severity)
        return problem

    def assertStillProtecting(self, engine, address="203.0.113.5"):
        engine.failed_logins(address)
        self.assertBlockedSoon(engine, address)

    def test_broken_rules_decoders_lists_and_configuration(self):
        configuration = lab.DEFAULT_CONFIGURATION.replace("{more}", """
  <remote><port>1514</port></remote>
  <localfile><log_format>syslog</log_format><location>/no/such/folder/x.log</location></localfile>
  <active-response><command>unknown-command</command><location>local</location><level>3</level></active-response>""")
        rules = {"broken.xml": '<group name="x,">\n<rule id="100200" level="5">\n  <match>x</match>\n',
                 "unknown.xml": '<group name="x,">\n<rule id="100201" level="5"><nonsense>1</nonsense>'
                                '<description>x</description></rule>\n'
                                '<rule id="100202" level="5"><match>still works</match><description>fine</description></rule>\n</group>\n',
                 "parent.xml": '<group name="x,">\n<rule id="100203" level="5">\n<if_sid>99999</if_sid>'
                               '<description>x</description></rule>\n</group>\n'}
        engine = self.engine(configuration=configuration, rules=rules, lists={"bad": "good:1\nno colon here\n"},
                             decoders={"d.xml": '<decoder name="q">\n  <regex>(unbalanced</regex>\n</decoder>\n'})
        self.assertProblem(engine, "broken.xml", "")
        self.assertProblem(engine, "unknown.xml", "nonsense", 2)
        self.assertProblem(engine, "parent.xml", "99999")
        self.assertProblem(engine, "d.xml", "")
        self.assertProblem(engine, "bad", "", 2, "warning")
        self.assertProblem(engine, "bartizan.conf", "remote")
        self.assertProblem(engine, "bartizan.conf", "unknown-command")
        self.assertProblem(engine, "x.log", "")
        self.assertEqual(engine.status()["state"], "degraded")
        log = engine.log()
        self.assertIn("unknown.xml:2", log)
        self.assertStillProtecting(engine)
        engine.append(engine.auth, time.strftime("%b %e %H:%M:%S") + " desk app[1]: still works")
        self.assertSoon(lambda: "100202" in {a["rule"]["id"] for a in engine.alerts()}, "the good rule beside a bad one is gone")

    def test_reload_takes_the_good_and_keeps_running_on_the_bad(self):
        engine = self.engine()
        engine.write("config/rules/mine.xml", '<group name="x,"><rule id="100300" level="5"><match>tower bell</match>'
                                              '<description>bell</description></rule></group>')
        self.assertEqual(engine.ctl("reload")["problems"], [])
        line = time.strftime("%b %e %H:%M:%S") + " desk app[1]: tower bell"
        engine.append(engine.auth, line)
        self.assertSoon(lambda: "100300" in {a["rule"]["id"] for a in engine.alerts()}, "the new rule is not in force")
        engine.write("config/bartizan.conf", "<bartizan_config><localfile>")
        problems = engine.ctl("reload", check=False)["problems"]
        self.assertTrue([p for p in problems if p["file"].endswith("bartizan.conf") and p["line"] >= 1], problems)
        self.assertStillProtecting(engine)

    def test_half_an_attack_before_a_reload_counts_after_it(self):
        engine = self.engine()
        engine.failed_logins(self.network.attacker4, 3)
        self.assertSoon(lambda: engine.status()["counters"]["lines"] == 3, "lines not read")
        engine.ctl("reload")
        engine.failed_logins(self.network.attacker4, 3)
        self.assertBlockedSoon(engine, self.network.attacker4)

    def test_a_log_that_is_missing_or_forbidden(self):
        engine = self.engine(start=False)
        os.remove(engine.auth)
        engine.start()
        self.assertProblem(engine, "auth.log", "")
        source = next(s for s in engine.status()["sources"] if s["path"] == engine.auth)
        self.assertEqual(source["state"], "missing")
        self.assertStillProtecting(engine)
        self.assertSoon(lambda: engine.status()["problems"] == [], "the problem stays after its cure")

    def test_without_permission_it_observes_and_says_so(self):
        engine = self.engine(start=False)
        plain = engine.argv

        def without_permission(program, *arguments):
            argv = plain(program, *arguments)
            # Behind `ip netns exec NAME`, which itself needs the rights.
            wrap = ("setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin")
            return (*argv[:4], *wrap, *argv[4:]) if program == "bartizand" else argv

        engine.argv = without_permission
        engine.start()
        status = engine.status()
        self.assertFalse(status["firewall"]["ready"], status["firewall"])
        problem = [p for p in status["problems"] if p["component"] == "firewall"]
        self.assertTrue(problem and problem[0]["cure"], status["problems"])
        self.assertEqual(status["mode"], "observe")
        engine.failed_logins(self.network.attacker4)
        self.assertSoon(lambda: engine.blocks("--all"), "not observed")
        self.assertEqual(engine.blocks("--all")[0]["state"], "observed")

    def test_a_damaged_history_is_set_aside(self):
        engine = self.engine(start=False)
        os.makedirs(engine.state)
        path = os.path.join(engine.state, "history.db")
        with open(path, "wb") as file:
            file.write(b"this is no database " * 500)
        engine.start()
        self.assertProblem(engine, "history.db", "")
        self.assertTrue([name for name in os.listdir(engine.state) if "damaged" in name])
        self.assertStillProtecting(engine)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_a_locked_history_does_not_stop_the_protection(self):
        engine = self.engine()
        locker = sqlite3.connect(os.path.join(engine.state, "history.db"), isolation_level=None)
        locker.execute("BEGIN EXCLUSIVE")
        self.assertStillProtecting(engine)
        self.assertProblem(engine, "history.db", "")
        locker.execute("ROLLBACK")
        locker.close()
        self.assertSoon(lambda: engine.status()["problems"] == [], "the problem stays after its cure", 8)
        self.assertSoon(lambda: [b for b in engine.blocks("--all") if b["address"] == "203.0.113.5"], "the block was not written")

    def test_a_full_disk_does_not_stop_the_protection(self):
        engine = self.engine(start=False)
        os.makedirs(engine.state)
        lab.run("mount", "-t", "tmpfs", "-o", "size=3m", "none", engine.state)
        self.addCleanup(lab.run, "umount", "--lazy", engine.state)
        engine.start()
        filler = os.path.join(engine.state, "filler")
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        for i in range(1, 120):
            engine.failed_logins(f"198.18.7.{i}", 6, f"user{i}")
        self.assertSoon(lambda: len(engine.kernel_blocks()) == 119, "blocks are lost on a full disk", 20)
        self.assertProblem(engine, "history.db", "")
        os.remove(filler)
        self.assertSoon(lambda: engine.status()["problems"] == [], "the problem stays after its cure", 10)

    def test_usage_errors(self):
        for arguments in (("--firewall", "magic"), ("--operator", "me"), ("surplus",)):
            done = subprocess.run((os.path.join(system_test.BIN, "bartizand"), *arguments), capture_output=True, text=True)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertTrue(done.stderr.strip())

    def test_a_second_engine_says_that_one_is_running(self):
        engine = self.engine()
        done = subprocess.run(engine.argv("bartizand", "--foreground", "--config", engine.config, "--state", engine.state + "2",
                                          "--run", engine.run_dir), capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.strip())
        self.assertStillProtecting(engine)


if __name__ == "__main__":
    system_test.main()
