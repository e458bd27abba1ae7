"""The bench harness itself: what it judges, what it compares, and that the rules it adds are rules. Usage: test_harness.py BIN_DIR"""

import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import instruction_count  # noqa: E402
import logs  # noqa: E402
import report  # noqa: E402
import throughput  # noqa: E402

BIN = sys.argv.pop(1)


class Harness(unittest.TestCase):
    def test_more_or_less_is_better(self):
        rate = report.Figure("rate", 500.0, "/s", 400, 1000)
        delay = report.Figure("delay", 6.0, "ms", 20, 5, more=False)
        self.assertEqual((rate.met(rate.least), rate.met(rate.aim)), (True, False))
        self.assertEqual((delay.met(delay.least), delay.met(delay.aim)), (True, False))
        self.assertIsNone(report.skipped("row", "no root").met(5))
        self.assertEqual(delay.columns(), ("delay", "6 ms", "20 yes", "5 NO", ""))

    def test_what_is_written_holds_every_figure(self):
        figures = [report.Figure("a|b", 1.5, "s", 2, None, False), report.skipped("row", "no root")]
        facts = report.machine()
        self.assertIn("| a\\|b | 1.5 s | 2 yes |  |  |\n| row | skipped |  |  | no root |\n", report.markdown(facts, figures))
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            report.write_json(file.name, facts, figures)
            written = json.load(file)["figures"]
        self.assertEqual([row["value"] for row in written], [1.5, None])
        self.assertEqual([row["least_met"] for row in written], [True, None])

    def test_a_page_keeps_what_stands_before_its_figures(self):
        with tempfile.NamedTemporaryFile("r+", suffix=".md") as file:
            file.write("# Page\n\n## Figures\n\nold\n")
            file.flush()
            report.write_markdown(file.name, report.machine(), [report.skipped("row", "no root")])
            with open(file.name) as written:
                text = written.read()
        self.assertTrue(text.startswith("# Page\n\n## Figures\n\nMeasured on "))
        self.assertTrue(text.endswith("| row | skipped |  |  | no root |\n"))

    def test_a_row_alone_does_not_replace_a_page_of_all(self):
        with tempfile.NamedTemporaryFile("r+", suffix=".md") as file:
            file.write("# Page\n\n## Figures\n\nold\n")
            file.flush()
            bench = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench.py")
            done = subprocess.run([sys.executable, bench, BIN, "--only", "rest", "--markdown", file.name], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("name a new file", done.stderr)
            file.seek(0)
            self.assertTrue(file.read().endswith("old\n"))

    def test_the_same_seed_gives_the_same_lines(self):
        for lines in (logs.auth_lines, logs.access_lines, logs.system_lines, logs.mixed_lines):
            self.assertEqual(list(lines(50, random.Random(3))), list(lines(50, random.Random(3))))
            self.assertNotEqual(list(lines(50, random.Random(3))), list(lines(50, random.Random(4))))

    def test_a_dearer_line_fails_and_a_cheaper_one_asks_to_be_recorded(self):
        for measured, code, word in ((106, 1, "DEARER"), (104, 0, "as recorded"), (88, 0, "--record")):
            shown = io.StringIO()
            with contextlib.redirect_stdout(shown):
                self.assertEqual(instruction_count.compare({"auth": 100}, {"auth": measured}), code)
            self.assertIn(word, shown.getvalue())

    def test_the_rules_it_adds_are_all_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "rules"))
            with open(os.path.join(folder, "bartizan.conf"), "w") as file:
                file.write("<bartizan_config></bartizan_config>\n")
            counts = []
            for extra in (70, 210):
                with open(os.path.join(folder, "rules", "many.xml"), "w") as file:
                    file.write(throughput.extra_rules(extra))
                done = subprocess.run([os.path.join(BIN, "bartizanctl"), "check", "--config", folder], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                counts.append(int(done.stdout.split()[0]))
            self.assertEqual(counts[1] - counts[0], 140)


if __name__ == "__main__":
    unittest.main()
