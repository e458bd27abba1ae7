"""The journal as a source, with a real journald, and what the origin of a line is worth: the ssh service's own lines
block, forged ones block nobody, whoever wrote them and however."""

import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import journal_lab  # noqa: E402
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402

CONFIGURATION = """<bartizan_config>
  <localfile><log_format>journald</log_format><location>journald</location></localfile>
  <localfile><log_format>syslog</log_format><location>{auth}</location></localfile>
  <localfile><log_format>apache</log_format><location>{access}</location></localfile>
  <command><name>firewall-drop</name><executable>firewall-drop</executable><timeout_allowed>yes</timeout_allowed></command>
  <active-response>
    <command>firewall-drop</command><location>local</location>
    <rules_id>5763,200100,200230</rules_id><timeout>600</timeout>
  </active-response>
  {more}
</bartizan_config>
"""
# Rules that know nothing of origins, as anybody may bring them along.
PLAIN_RULES = """<group name="local,syslog,">
  <rule id="1" level="0" noalert="1"><category>syslog</category><description>all</description></rule>
  <rule id="100300" level="5">
    <program_name>^sshd$</program_name><match>^Failed password for </match><description>failed</description>
  </rule>
  <rule id="100301" level="10" frequency="4" timeframe="60">
    <if_matched_sid>100300</if_matched_sid><same_source_ip /><description>failed often</description>
  </rule>
</group>
"""
PLAIN_DECODERS = """<decoder name="plain-sshd"><program_name>^sshd$</program_name></decoder>
<decoder name="plain-sshd-failed">
  <parent>plain-sshd</parent><regex>^Failed password for \\S+ from (\\S+) port</regex><order>srcip</order>
</decoder>
"""
PLAIN_CONFIGURATION = CONFIGURATION.replace("<bartizan_config>", """<bartizan_config>
  <ruleset><decoder_dir>{root}/config/decoders</decoder_dir><rule_dir>{root}/config/rules</rule_dir></ruleset>"""
                                            ).replace("5763,200100,200230", "100301")
NOBODY = 65534

# Both as an unprivileged process may do it: under another name, and gone into another program before anybody looks.
RENAMED = """import ctypes, socket, sys
ctypes.CDLL(None).prctl(15, b"sshd", 0, 0, 0)
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect("/dev/log")
for line in sys.argv[1:]:
    log.send(b"<38>" + line.encode())
"""
SEND_THEN_EXECUTE = RENAMED + """
import os
os.execv("/usr/sbin/sshd", ["sshd", "-V"])
"""


def failures(address, count=6):
    return [f"Failed password for root from {address} port {4000 + i} ssh2" for i in range(count)]


class JournalSource(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = journal_lab.Journal()
        cls.addClassCleanup(cls.journal.close)

    def engine(self, configuration=CONFIGURATION, **options):
        engine = lab.Engine(system_test.BIN, journal_lab.JournalHost(self.journal, self.network.victim),
                            configuration=configuration, **options)
        self.addCleanup(self._finish, engine)
        engine.start()
        self.assertSoon(lambda: self.source(engine)["state"] == "reading", "the journal is not read")
        return engine

    def source(self, engine):
        return next(source for source in engine.status()["sources"] if source["path"] == "journal")

    def write(self, lines, program="sshd", **who):
        self.journal.log(program, *lines, **who)

    def assertBlocksNobody(self, engine, forged=6):
        """Told at once when all the lines have been seen."""
        seen = lambda: sum(a["count"] for a in engine.alerts() if a["rule"]["id"] in ("200190", "100300", "100301"))
        self.assertSoon(lambda: seen() >= forged, f"only {seen()} of the forged lines were noticed")
        time.sleep(0.2)
        self.assertEqual(engine.kernel_blocks(), set())
        self.assertEqual([b for b in engine.blocks("--all") if b["state"] not in ("refused",)], [])

    def test_lines_of_the_ssh_service_block(self):
        engine = self.engine()
        self.write(failures(self.network.attacker4), unit="ssh.service")
        self.assertBlockedSoon(engine, self.network.attacker4)
        alert = next(a for a in engine.alerts() if a["rule"]["id"] == "200100")
        self.assertEqual(alert["origin"], {"kind": "journal", "uid": 0, "unit": "ssh.service", "transport": "syslog"})
        self.assertRegex(alert["full_log"], r"^[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d \S+ sshd\[\d+\]: Failed password for root ")
        self.assertEqual(engine.ctl("why", self.network.attacker4)["alerts"][0]["location"], "active-responses")

    def test_forged_lines_block_nobody(self):
        lines = failures(self.network.attacker4)
        python = sys.executable
        for name, forge in (
                ("logger", lambda: self.write(lines, user=NOBODY)),
                ("logger in a session", lambda: self.write(lines, user=NOBODY, unit="session-7.scope")),
                ("logger within the ssh service", lambda: self.write(lines, user=NOBODY, unit="ssh.service")),
                ("root in a session, as sudo and su", lambda: self.write(lines, unit="session-7.scope")),
                ("root in another service", lambda: self.write(lines, unit="cron.service")),
                ("root in a service of its name", lambda: self.write(lines, unit="ssh.service.service")),
                ("another command name", lambda: self.journal.run(
                    python, "-c", RENAMED, *[f"sshd[99]: {line}" for line in lines], user=NOBODY)),
                ("send, then execute", lambda: self.journal.run(
                    python, "-c", SEND_THEN_EXECUTE, *[f"sshd[99]: {line}" for line in lines], user=NOBODY, check=False))):
            with self.subTest(name):
                engine = self.engine()
                forge()
                self.assertBlocksNobody(engine)
                self.assertEqual({a["rule"]["id"] for a in engine.alerts()}, {"200190"})
                self._finish(engine)

    def test_rules_that_know_nothing_of_origins_block_nobody_for_forged_lines(self):
        for name, who in (("a user", {"user": NOBODY}), ("a session", {"unit": "session-7.scope"}),
                          ("another service", {"unit": "cron.service"})):
            with self.subTest(name):
                engine = self.engine(PLAIN_CONFIGURATION, rules={"plain.xml": PLAIN_RULES},
                                     decoders={"plain.xml": PLAIN_DECODERS})
                self.write(failures(self.network.attacker4, 4), **who)
                self.assertBlocksNobody(engine, 4)
                self.assertSoon(lambda: engine.blocks("--all"), "the refusal is not in the history")
                refused, = engine.blocks("--all")
                self.assertEqual((refused["state"], refused["guard"]), ("refused", "origin"))
                self.assertIn("the line", refused["error"])
                self._finish(engine)

    def test_forged_lines_do_not_count_towards_a_block(self):
        engine = self.engine(PLAIN_CONFIGURATION, rules={"plain.xml": PLAIN_RULES}, decoders={"plain.xml": PLAIN_DECODERS})
        self.write(failures(self.network.attacker4, 3), user=NOBODY)
        self.write(failures(self.network.attacker4, 1), unit="ssh.service")
        self.assertBlocksNobody(engine, 4)
        self.assertSoon(lambda: [b for b in engine.blocks("--all") if b["guard"] == "origin"], "not refused")
        self.write(failures(self.network.other4, 4), unit="ssh.service")
        self.assertBlockedSoon(engine, self.network.other4)

    def test_text_files_are_not_believed_about_ssh_while_the_journal_is_read(self):
        engine = self.engine()
        engine.failed_logins(self.network.attacker4)
        with open(engine.access, "a") as log:
            log.write(f'{self.network.other4} - - [24/Nov/2026:07:08:09 +0000] "GET / HTTP/1.1" 200 5 "-" '
                      '"() { :; }; /bin/bash -c id"\n')
        self.assertSoon(lambda: any(a["srcip"] == self.network.other4 for a in engine.alerts()), "no web attack seen")
        time.sleep(0.3)
        self.assertNotIn(self.network.attacker4, engine.kernel_blocks())

    def test_a_real_sshd_and_a_real_client(self):
        engine = self.engine()
        folder = tempfile.mkdtemp(prefix="bz-sshd-")
        self.addCleanup(subprocess.run, ["rm", "-rf", folder])
        lab.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/key")
        with open(f"{folder}/config", "w") as config:
            config.write(f"Port 2200\nListenAddress {self.network.victim4}\nHostKey {folder}/key\nPidFile none\nUsePAM no\n"
                         "PasswordAuthentication yes\nPermitRootLogin yes\nMaxAuthTries 3\n")
        with open(f"{folder}/askpass", "w") as askpass:
            askpass.write("#!/bin/sh\necho wrong\n")
        os.chmod(f"{folder}/askpass", 0o755)
        server = subprocess.Popen(self.journal.argv("/usr/sbin/sshd", "-D", "-f", f"{folder}/config", unit="ssh.service",
                                                    network=self.network.victim), stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        self.assertSoon(lambda: lab.can_connect(self.network.attacker, self.network.victim4, 2200), "sshd does not listen")
        for _ in range(2):
            subprocess.run(self.network.attacker.argv(
                "ssh", "-F", "none", "-p", "2200", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no", "-o", "ConnectTimeout=5", "-b",
                self.network.attacker4, f"root@{self.network.victim4}", "true"),
                env={**os.environ, "SSH_ASKPASS": f"{folder}/askpass", "SSH_ASKPASS_REQUIRE": "force"},
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertBlockedSoon(engine, self.network.attacker4)
        self.assertFalse(lab.can_connect(self.network.attacker, self.network.victim4, 2200, self.network.attacker4))
        self.assertTrue(lab.can_connect(self.network.attacker, self.network.victim4, 2200, self.network.other4))

    def test_a_restart_loses_and_repeats_nothing(self):
        counting = {"count.xml": '<group name="local,"><rule id="100400" level="3"><program_name>^counter$</program_name>'
                                 '<description>line</description></rule></group>'}
        engine = self.engine(rules=counting)
        counted = lambda: sum(a["count"] for a in engine.alerts() if a["rule"]["id"] == "100400")
        written = 0

        def write(count):
            nonlocal written
            self.journal.run("sh", "-c", f"seq {written + 1} {written + count} | logger -t counter")
            written += count

        write(200)
        self.assertSoon(lambda: counted() == written, f"{counted()} of {written} before the restart")
        engine.stop()
        write(300)
        os.kill(self.journal.process.pid, signal.SIGUSR2)  # journald rotates its files
        time.sleep(0.3)
        write(100)
        engine.start()
        self.assertSoon(lambda: counted() == written, f"{counted()} of {written} after the restart")
        os.kill(self.journal.process.pid, signal.SIGUSR2)
        time.sleep(0.3)
        write(100)
        self.assertSoon(lambda: counted() == written, f"{counted()} of {written} after a rotation while running")
        time.sleep(0.5)
        self.assertEqual(counted(), written)
        engine.kill()
        write(100)
        engine.start()
        self.assertSoon(lambda: counted() == written, f"{counted()} of {written} after a kill")
        time.sleep(0.5)
        self.assertEqual(counted(), written)

    def test_filters_choose_entries(self):
        configuration = CONFIGURATION.replace(
            "<log_format>journald</log_format>", '<log_format>journald</log_format>'
            '<filter field="_SYSTEMD_UNIT">^wanted\\.service$</filter>'
            '<filter field="PRIORITY" ignore_if_missing="yes">^[0-5]$</filter>')
        rules = {"all.xml": '<group name="local,"><rule id="100500" level="3"><program_name>^chosen$</program_name>'
                            '<description>$(program_name)</description></rule></group>'}
        engine = self.engine(configuration, rules=rules)
        self.journal.log("chosen", "no unit")
        self.journal.log("chosen", "another unit", unit="other.service")
        self.journal.run("sh", "-c", "(echo too low; sleep 0.2) | logger -p user.debug -t chosen", unit="wanted.service")
        self.journal.log("chosen", "this one", unit="wanted.service")
        self.assertSoon(lambda: engine.alerts(), "nothing came through")
        time.sleep(0.5)
        self.assertEqual([(a["count"], a["full_log"].rsplit(": ", 1)[1]) for a in engine.alerts()], [(1, "this one")])
        # The journal says nothing about ssh here, so that the text file is all there is.
        engine.failed_logins(self.network.attacker4)
        self.assertBlockedSoon(engine, self.network.attacker4)


if __name__ == "__main__":
    if os.geteuid() == 0 and journal_lab.missing():
        print("SKIPPED:", journal_lab.missing())
        raise SystemExit(77)
    system_test.main()
