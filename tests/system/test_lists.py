"""List files are live: what an editor or a copy does to one is what the rules see within a second, without a reload and
without forgetting anything."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402
import system_test  # noqa: E402
from system_test import SystemTest  # noqa: E402

RULES = """<group name="local,">
  <rule id="100700" level="1"><match>visit from </match><description>a visit</description></rule>
  <rule id="100701" level="5"><if_sid>100700</if_sid>
    <list field="srcip" lookup="address_match_key">etc/lists/known</list><description>known</description></rule>
  <rule id="100702" level="6"><if_sid>100700</if_sid>
    <list field="srcip" lookup="address_match_key">lists/sub/late</list><description>late</description></rule>
  <rule id="100703" level="7" frequency="4" timeframe="600"><if_matched_sid>100701</if_matched_sid>
    <description>known for long</description></rule>
</group>
"""
DECODERS = """<decoder name="gate"><program_name>^gate$</program_name><regex>^visit from (\\S+)</regex>
              <order>srcip</order></decoder>"""
LIVE = 1.0  # seconds


class Lists(SystemTest):
    def started(self, known="198.51.100.1:\n", **options):
        engine = self.engine(start=False, rules={"local.xml": RULES}, decoders={"local.xml": DECODERS}, **options)
        self.folder = os.path.join(engine.config, "lists")
        os.makedirs(self.folder, exist_ok=True)
        self.put("known", known)
        engine.start()
        return engine

    def put(self, name, text):
        """As an editor does: written beside, then renamed."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + "~", "w") as file:
            file.write(text)
        os.rename(path + "~", path)

    def visit(self, engine, *addresses):
        stamp = time.strftime("%b %e %H:%M:%S")
        engine.append(engine.auth, *[f"{stamp} desk gate: visit from {address}" for address in addresses])

    def counted(self, engine, rule):
        return sum(a["count"] for a in engine.alerts("--limit", "1000") if a["rule"]["id"] == rule)

    def assertRule(self, engine, address, rule, wanted):
        """Whether a visit now is an alert of the rule."""
        before = self.counted(engine, rule)
        lines = engine.status()["counters"]["lines"]
        self.visit(engine, address)
        self.assertSoon(lambda: engine.status()["counters"]["lines"] > lines, "the line was not read")
        self.assertSoon(lambda: (self.counted(engine, rule) > before) == wanted or not wanted, f"{address}: not {rule}")
        if not wanted:
            time.sleep(0.2)
            self.assertEqual(self.counted(engine, rule), before, f"{address}: {rule}")

    def test_an_edited_file_is_live_and_nothing_is_forgotten(self):
        engine = self.started()
        self.assertRule(engine, "198.51.100.2", "100701", False)
        self.assertRule(engine, "198.51.100.1", "100701", True)
        self.assertRule(engine, "198.51.100.1", "100701", True)
        loaded = engine.status()["ruleset"]["loaded_at"]
        self.put("known", "198.51.100.1:\n198.51.100.2:\n")
        time.sleep(LIVE)
        self.assertRule(engine, "198.51.100.2", "100701", True)
        self.assertEqual([x["entries"] for x in engine.ctl("lists")["lists"] if x["name"] == "known"], [2])
        # The fourth of them all: what was counted before the change counts.
        self.assertRule(engine, "198.51.100.1", "100703", True)
        # Written in place, and taken out again.
        with open(os.path.join(self.folder, "known"), "w") as file:
            file.write("198.51.100.1:\n")
        time.sleep(LIVE)
        self.assertRule(engine, "198.51.100.2", "100701", False)
        self.assertEqual(engine.status()["ruleset"]["loaded_at"], loaded)

    def test_a_rule_gets_the_list_it_waits_for_and_goes_with_it(self):
        engine = self.started()
        self.assertTrue([p for p in engine.status()["problems"] if "sub/late" in p["message"]])
        self.assertRule(engine, "198.51.100.7", "100702", False)
        self.put("sub/late", "198.51.100.7:\n")
        time.sleep(LIVE)
        self.assertRule(engine, "198.51.100.7", "100702", True)
        self.assertFalse([p for p in engine.status()["problems"] if "sub/late" in p["message"]])
        self.put("sub/late", "198.51.100.8:\n")  # in the folder that has come only now
        time.sleep(LIVE)
        self.assertRule(engine, "198.51.100.8", "100702", True)
        shutil.rmtree(os.path.join(self.folder, "sub"))
        time.sleep(LIVE)
        self.assertTrue([p for p in engine.status()["problems"] if "sub/late" in p["message"]])
        self.assertRule(engine, "198.51.100.8", "100702", False)

    def test_what_cannot_be_used_is_told_and_the_rest_works(self):
        engine = self.started()
        self.put("known", "198.51.100.3:\nnonsense\n")
        time.sleep(LIVE)
        self.assertRule(engine, "198.51.100.3", "100701", True)
        told = [p for p in engine.status()["problems"] if p["component"] == "lists"]
        self.assertEqual([(os.path.basename(p["file"]), p["line"]) for p in told], [("known", 2)])
        self.put("known", "198.51.100.3:\n")
        self.assertSoon(lambda: not [p for p in engine.status()["problems"] if p["component"] == "lists"], "still told")
        path = os.path.join(self.folder, "known")
        os.symlink("nowhere", path + "~")
        os.rename(path + "~", path)
        self.assertSoon(lambda: [p for p in engine.status()["problems"] if p["file"] == path], "a link to nowhere")
        self.assertRule(engine, "198.51.100.3", "100701", True)  # what ran stays
        self.put("known", "198.51.100.4:\n")
        time.sleep(LIVE)
        self.assertRule(engine, "198.51.100.4", "100701", True)

    def test_a_file_is_taken_when_it_is_whole(self):
        engine = self.started()
        seen = set()
        with open(os.path.join(self.folder, "known"), "w") as file:
            for part in range(5):
                file.write("".join(f"10.0.{part}.{i}:\n" for i in range(100)))
                file.flush()
                time.sleep(0.05)
                seen |= {x["entries"] for x in engine.ctl("lists")["lists"] if x["name"] == "known"}
        time.sleep(LIVE)
        self.assertEqual([x["entries"] for x in engine.ctl("lists")["lists"] if x["name"] == "known"], [500])
        self.assertLessEqual(seen, {1, 500})

    def delays(self, engine, seconds):
        """How long each of some lines took from its writing to the alert about it at a client: one each 20 ms."""
        watch = subprocess.Popen(engine.argv("bartizanctl", "--socket", engine.socket, "--json", "watch"), text=True,
                                 stdout=subprocess.PIPE)
        self.addCleanup(watch.stdout.close)
        self.addCleanup(watch.wait)
        self.addCleanup(watch.kill)
        seen = {}

        def read():
            for line in watch.stdout:
                at = time.monotonic()
                for word in line.replace('"', " ").split():
                    if word.startswith("number-"):
                        seen.setdefault(word, at)

        threading.Thread(target=read, daemon=True).start()
        for _ in range(50):  # until it listens
            self.visit(engine, "203.0.113.1 number-first")
            if lab.wait_for(lambda: "number-first" in seen, 0.2):
                break
        written = {}
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            word = f"number-{len(written)}"
            written[word] = time.monotonic()
            self.visit(engine, f"203.0.113.{len(written) % 250} {word}")
            time.sleep(0.02)
        self.assertSoon(lambda: all(word in seen for word in written), "lines are missing")
        return sorted(seen[word] - at for word, at in written.items())

    def test_lines_do_not_wait_for_a_list_of_a_million(self):
        rule = """<group name="local,"><rule id="100710" level="5"><match>number-</match>
                  <description>$(srcip) of many</description></rule></group>"""
        engine = self.started(more="<global><correlation_memory>8M</correlation_memory></global>")
        engine.write("config/rules/zz.xml", rule)
        engine.ctl("reload")
        before = self.delays(engine, 2)
        text = "".join(f"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}:\n" for i in range(1_000_000))
        self.put("known", text)
        during = self.delays(engine, 4)
        self.assertEqual([x["entries"] for x in engine.ctl("lists")["lists"] if x["name"] == "known"], [1_000_000])
        self.assertRule(engine, "10.15.66.63", "100701", True)
        print(f"delay of a line: before {before[len(before) // 2] * 1000:.1f} ms, slowest {before[-1] * 1000:.1f}; "
              f"meanwhile {during[len(during) // 2] * 1000:.1f}, slowest {during[-1] * 1000:.1f}")
        self.assertLess(during[-1], before[-1] + 0.1)


if __name__ == "__main__":
    system_test.main()
