"""Lists that are subscribed to, and lists of one's own, over their whole life: a real engine, a real HTTPS server, a real
firewall and real packets."""

import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import list_server  # noqa: E402
import system_test  # noqa: E402
from list_server import ListServer, listing, page  # noqa: E402
from system_test import SystemTest  # noqa: E402

PORT = 2222


class Reputation(SystemTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="bz-authority-")
        os.chmod(cls.folder, 0o755)
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        authority = list_server.Authority(cls.folder)
        certificate = authority.issue("lists", ["IP:127.0.0.1"])
        cls.server = cls.network.victim.call(lambda: ListServer("127.0.0.1", certificate))
        cls.addClassCleanup(cls.server.close)
        cls.allowed = (f"<lists><allow_private_urls>yes</allow_private_urls>"
                       f"<authorities>{authority.certificates}</authorities></lists>")

    def url(self, path):
        return f"https://127.0.0.1:{self.server.port}/{path}"

    def serve(self, path, *lines, **options):
        self.server.routes["/" + path] = listing("".join(line + "\n" for line in lines), **options)
        return self.url(path)

    def started(self, **options):
        return self.engine(more=self.allowed, **options)

    def one(self, engine, name):
        return next((x for x in engine.ctl("lists")["lists"] if x["name"] == name), {"entries": 0, "firewall": None})

    def assertInForce(self, engine, name):
        self.assertSoon(lambda: (self.one(engine, name)["firewall"] or {}).get("state") == "in_force",
                        lambda: f"{name} is not in force: {self.one(engine, name)}\n{engine.log()}", 10)

    def assertSoon(self, condition, message, timeout=5.0):
        if not lab.wait_for(condition, timeout):
            self.fail(message() if callable(message) else message)

    def reaches(self):
        net = self.network
        return lab.can_connect(net.attacker, net.victim4, PORT, net.attacker4)

    def test_a_published_list_drops_the_first_packet_and_no_more_than_that(self):
        net = self.network
        self.listener(net.victim, PORT)
        self.listener(net.attacker, PORT)
        engine = self.started()
        before = lab.Connection(net.attacker, net.victim4, PORT, net.attacker4)
        self.addCleanup(before.close)
        url = self.serve("bad.txt", "# of others", net.attacker4, net.victim4, "10.0.0.0/8", "127.0.0.1")
        added = engine.ctl("lists", "add", "bad", "--from", url, "--use", "block")
        self.assertEqual(added["preview"]["format"], "addresses")
        self.assertInForce(engine, "bad")
        self.assertFalse(self.reaches(), "a new connection from a listed address")
        self.assertTrue(lab.can_connect(net.attacker, net.victim4, PORT, net.other4), "from an address that is not listed")
        self.assertTrue(before.talks(), "a connection that stood before")
        self.assertTrue(lab.can_connect(net.victim, net.attacker4, PORT), "our own connection to a listed address")
        cuts = {cut["range"]: cut["kind"] for cut in self.one(engine, "bad")["cuts"]}
        self.assertEqual(cuts.get("10.0.0.0/8"), "special_range")
        self.assertEqual(cuts.get(net.victim4 + "/32", cuts.get(net.victim4)), "own_address", cuts)
        found = engine.ctl("lists", "lookup", net.attacker4)
        self.assertEqual((found["verdict"], [x["name"] for x in found["lists"]]), ("dropped", ["bad"]))
        self.assertTrue(found["lists"][0]["since"])
        self.assertEqual(engine.ctl("lists", "lookup", net.victim4)["verdict"], "protected")
        # Outbound and both, by choice.
        engine.ctl("lists", "set", "bad", "--traffic", "outbound")
        self.assertInForce(engine, "bad")
        self.assertSoon(lambda: not lab.can_connect(net.victim, net.attacker4, PORT), "outbound is still open", 5)
        self.assertSoon(self.reaches, "inbound is still shut", 5)
        engine.ctl("lists", "remove", "bad")
        self.assertSoon(lambda: lab.can_connect(net.victim, net.attacker4, PORT), "the list is gone and still blocks")
        self.assertEqual(engine.ctl("lists", "lookup", net.attacker4)["verdict"], "not_listed")

    def test_what_goes_wrong_leaves_the_last_good_version_over_restarts_and_flushes(self):
        net = self.network
        self.listener(net.victim, PORT)
        engine = self.started()
        engine.ctl("lists", "add", "bad", "--from", self.serve("good.txt", net.attacker4), "--use", "block")
        self.assertInForce(engine, "bad")
        self.server.routes["/page"] = page(200, "<!DOCTYPE html><html><title>We moved</title><body>192.0.2.77</body></html>")
        for broken in ("page", "nothing-there"):
            engine.ctl("lists", "set", "bad", "--from", self.url(broken))
            self.assertSoon(lambda: self.one(engine, "bad")["error"], f"{broken}: no error", 10)
            self.assertFalse(self.reaches(), broken)
        self.assertTrue([p for p in engine.status()["problems"] if p["component"] == "lists"])
        engine.kill()
        self.assertFalse(self.reaches(), "while the engine is down")
        engine.start()
        self.assertInForce(engine, "bad")
        self.assertFalse(self.reaches(), "after a crash")
        sets = [i["set"]["name"] for i in json.loads(net.victim.run("nft", "-j", "list", "sets"))["nftables"] if "set" in i]
        for name in [n for n in sets if n.startswith("list")]:
            net.victim.run("nft", "flush", "set", "inet", "bartizan", name)
        self.assertSoon(lambda: not self.reaches(), "an emptied set is not filled again", 10)
        net.victim.run("nft", "flush", "ruleset")
        self.assertSoon(lambda: not self.reaches(), "a flushed list is not put back", 10)
        self.assertInForce(engine, "bad")

    def test_a_list_that_shrinks_asks_a_person(self):
        engine = self.started()
        many = [f"198.18.{i // 250}.{i % 250}".replace("198.18", "203.0") for i in range(0, 3000, 2)]
        engine.ctl("lists", "add", "big", "--from", self.serve("many.txt", *many))
        self.assertSoon(lambda: self.one(engine, "big")["entries"] == len(many), "not downloaded")
        engine.ctl("lists", "set", "big", "--from", self.serve("few.txt", "203.0.0.2"))
        self.assertSoon(lambda: self.one(engine, "big")["held"], "not held")
        self.assertEqual(self.one(engine, "big")["entries"], len(many))
        self.assertTrue([p for p in engine.status()["problems"] if "big" in p["message"] and "accept" in p["cure"]])
        engine.ctl("lists", "accept", "big")
        self.assertSoon(lambda: self.one(engine, "big")["entries"] == 1, "not taken")
        self.assertIsNone(self.one(engine, "big")["held"])

    def test_rules_ask_a_subscription_and_sightings_are_alerts(self):
        net = self.network
        rules = """<group name="local,"><rule id="100900" level="9"><if_group>authentication_failed</if_group>
          <list field="srcip" lookup="address_match_key">etc/lists/tor</list><description>from tor</description></rule></group>"""
        engine = self.started(rules={"local.xml": rules})
        engine.ctl("lists", "add", "tor", "--from", self.serve("tor.txt", "198.51.100.0/25", '2001:db8:5::/48'))
        engine.ctl("lists", "add", "watch", "--from", self.serve("watch.txt", "198.51.100.200"), "--use", "alert")
        # Three: this machine has an address among them, which is cut out.
        self.assertSoon(lambda: self.one(engine, "tor")["entries"] == 3 and self.one(engine, "watch")["entries"] == 1, "late")
        engine.failed_logins("198.51.100.99", 1)
        self.assertSoon(lambda: engine.alerts("--rule", "100900"), lambda: "no alert of the rule: " + engine.log())

        def seen():
            engine.failed_logins("198.51.100.200", 1)
            return [a for a in engine.alerts() if "reputation_list" in a["rule"]["groups"]]
        self.assertSoon(seen, "no sighting")
        self.assertIn("watch", seen()[0]["full_log"])
        self.assertEqual(seen()[0]["srcip"], "198.51.100.200")

    def test_a_file_with_the_name_of_a_subscription_stands_before_it_and_says_so(self):
        rules = """<group name="local,"><rule id="100900" level="9"><if_group>authentication_failed</if_group>
          <list field="srcip" lookup="address_match_key">etc/lists/twin</list><description>twin</description></rule></group>"""
        engine = self.started(rules={"local.xml": rules})
        engine.ctl("lists", "add", "twin", "--from", self.serve("twin.txt", "198.51.100.99"))
        self.assertSoon(lambda: self.one(engine, "twin")["entries"] == 1, "late")
        path = os.path.join(engine.config, "lists", "twin")
        with open(path, "w") as file:
            file.write("203.0.113.9:\n")

        def told():
            return "name of the subscription twin" in str(engine.ctl("status"))

        def hits(address):
            engine.failed_logins(address, 1)
            return [a for a in engine.alerts("--rule", "100900") if a["srcip"] == address]
        self.assertSoon(told, "nobody says that there are two")
        self.assertSoon(lambda: hits("203.0.113.9"), "the file is not asked")
        os.remove(path)
        self.assertSoon(lambda: not told(), "still two")
        self.assertSoon(lambda: hits("198.51.100.99"), lambda: "the subscription is not asked again: " + engine.log())

    def test_a_dry_run_says_whom_it_would_have_met(self):
        engine = self.started()
        stamp = time.strftime("%b %e %H:%M:%S")
        for address in ("198.51.100.7", "198.51.100.8", "203.0.113.9"):
            engine.append(engine.auth, f"{stamp} desk sshd[99]: Accepted password for anna from {address} port 4000 ssh2")
        self.assertSoon(lambda: len(engine.alerts()) >= 3, "the logins are no alerts")
        engine.ctl("lists", "add", "trial", "--from", self.serve("trial.txt", "198.51.100.0/24"), "--use", "block", "--dry-run")
        self.assertSoon(lambda: self.one(engine, "trial")["entries"] > 0, "late")
        met = engine.ctl("lists", "dry-run", "trial")["logins"]
        self.assertEqual((met["looked_at"], met["would_block"]), (3, 2))
        self.assertIsNone(self.one(engine, "trial")["firewall"])
        self.assertEqual(engine.ctl("lists", "lookup", "198.51.100.7")["verdict"], "would_block")
        engine.ctl("lists", "set", "trial", "--use", "alert")
        self.assertEqual(engine.ctl("lists", "lookup", "198.51.100.7")["verdict"], "alert")

    def test_own_lists_are_edited_block_expire_and_are_undone(self):
        net = self.network
        self.listener(net.victim, PORT)
        engine = self.started()
        edited = engine.ctl("lists", "add", "mine", net.attacker4, "192.0.2.64/30", "--note", "noisy neighbour")
        self.assertEqual(edited["added"], 2)
        self.assertTrue(edited["overlaps"])
        self.assertTrue(self.reaches())
        self.assertSoon(lambda: self.one(engine, "mine")["entries"] == 2, "the file is not read")
        engine.ctl("lists", "set", "mine", "--use", "block")
        self.assertInForce(engine, "mine")
        self.assertFalse(self.reaches())
        found = engine.ctl("lists", "lookup", net.attacker4)
        self.assertEqual((found["verdict"], found["lists"][0]["value"]), ("dropped", "noisy neighbour"))
        self.assertTrue(found["lists"][0]["since"])
        why = engine.ctl("why", net.attacker4)
        self.assertEqual((why["verdict"], why["lists"]), ("not_blocked", ["mine"]))
        self.assertIn("the list mine blocks it", why["text"])
        engine.ctl("lists", "remove", "mine", net.attacker4, "192.0.2.64/30")
        self.assertSoon(self.reaches, "removed and still blocked")
        engine.ctl("lists", "undo", "mine")
        self.assertSoon(lambda: not self.reaches(), "undone and not blocked")
        engine.ctl("lists", "remove", "mine", net.attacker4, "192.0.2.64/30")
        engine.ctl("lists", "add", "mine", net.attacker4, "--for", "3s")
        self.assertSoon(lambda: not self.reaches(), "not blocked")
        shown = engine.ctl("lists", "show", "mine")["entries"]
        self.assertEqual([(e["entry"], bool(e["expires"]), e["added_by"]) for e in shown], [(net.attacker4, True, "root")])
        self.assertSoon(self.reaches, "an entry whose time is over still blocks", 10)
        wrong = engine.ctl("lists", "add", "mine", "192.0.2.300", check=False)
        self.assertIn("192.0.2.300", str(wrong))
        self.assertEqual(engine.ctl("lists", "show", "mine")["total"], 0)

    def test_what_was_chosen_about_a_file_that_somebody_deleted_can_be_removed(self):
        engine = self.started()
        engine.ctl("lists", "add", "mine", "198.51.100.7")
        self.assertSoon(lambda: self.one(engine, "mine")["entries"] == 1, "the file is not read")
        engine.ctl("lists", "set", "mine", "--use", "block")
        self.assertInForce(engine, "mine")
        os.remove(os.path.join(engine.config, "lists", "mine"))
        self.assertSoon(lambda: not any(x["name"] == "mine" for x in engine.ctl("lists")["lists"]), "still there")
        engine.ctl("lists", "remove", "mine")
        engine.ctl("lists", "add", "mine", "--from", self.serve("mine.txt", "198.51.100.8"))
        self.assertSoon(lambda: self.one(engine, "mine")["entries"] == 1, "not downloaded")

    def test_import_and_export_take_what_others_write(self):
        engine = self.started()
        path = os.path.join(engine.root, "feed.csv")
        with open(path, "w") as file:
            file.write("first_seen,dst_ip,malware\n" + "".join(
                f"2026-11-01,198.51.100.{i},Feodo {i}\n" for i in range(1, 200)))
        imported = engine.ctl("lists", "import", "feed", path)
        self.assertEqual(imported["added"], 199)
        self.assertSoon(lambda: self.one(engine, "feed")["entries"] == 199, "the file is not read")
        text = lab.run(*engine.argv("bartizanctl", "--socket", engine.socket, "lists", "export", "feed", "--plain"))
        self.assertEqual(len(text.splitlines()), 199)
        names = os.path.join(engine.root, "names")
        with open(names, "w") as file:
            file.write('alice:admin\n"2001:db8::1":\n\n# a comment\nno key here\n192.0.2.:office\n')
        self.assertEqual(engine.ctl("lists", "import", "names", names, "--format", "cdb")["added"], 3)
        self.assertEqual({e["entry"]: e["note"] for e in engine.ctl("lists", "show", "names")["entries"]},
                         {"alice": "admin", "2001:db8::1": "", "192.0.2.": "office"})
        engine.ctl("lists", "import", "feed", path, "--replace")
        self.assertEqual(engine.ctl("lists", "show", "feed", "--limit", "5")["total"], 199)
        engine.ctl("lists", "remove", "feed")
        engine.ctl("lists", "undo", "feed")
        self.assertSoon(lambda: self.one(engine, "feed")["entries"] == 199, "not brought back")

    def test_urls_that_root_does_not_allow_are_refused(self):
        engine = self.engine()  # nothing is allowed here
        for url, word in (("http://lists.example/a", "https"), ("https://me:secret@lists.example/a", "password"),
                          ("ftp://lists.example/a", "https"), (self.serve("own.txt", "198.51.100.1"), "")):
            answer = engine.ctl("lists", "add", "bad", "--from", url, check=False)
            self.assertIn("error", answer, url)
            self.assertIn(word, answer["error"]["message"])
        self.assertEqual(engine.ctl("lists")["lists"], [])
        # The catalogue is there, takes nothing by itself, and a publisher that can't be reached is told.
        known = [x["id"] for x in engine.ctl("lists", "catalogue")["catalogue"]]
        self.assertGreater(len(known), 20)
        away = engine.ctl("lists", "add", "one", "--from", known[0], check=False)
        self.assertEqual(away["error"]["code"], "unavailable", away)
        self.assertEqual(engine.ctl("lists", "add", "one", "--from", "no-such-list", check=False)["error"]["code"], "not_found")
        self.assertEqual(engine.ctl("lists")["lists"], [])


if __name__ == "__main__":
    system_test.main()
