"""Lines per CPU second, user and system time, each beside the floors of the same file and the same run."""

import json
import os
import random
import re
import resource
import statistics
import subprocess
import tempfile

import logs
from report import Figure, number, skipped

SSH_PATTERN = "Failed password for .* from [0-9a-f.:]+|Invalid user|authentication failure|Accepted publickey"
WEB_PATTERN = "wp-login|\\.\\./\\.\\.|phpmyadmin|union.*select|/etc/passwd"


def children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_of(argv):
    before = children_cpu()
    subprocess.run(argv, stdout=subprocess.PIPE, env=os.environ | {"LC_ALL": "C"})  # not /dev/null: then grep looks at one line
    return children_cpu() - before


def line_count(path):
    with open(path, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def replay(bin_dir, path, *options):
    """One replay: what it says, its CPU seconds and those of a replay of nothing (loading the rules)."""
    argv = [os.path.join(bin_dir, "bartizanctl"), "replay", "--json", *options]
    before = children_cpu()
    done = subprocess.run([*argv, path], capture_output=True, text=True)
    whole = children_cpu() - before
    if done.returncode != 0:
        raise RuntimeError("bartizanctl replay: " + done.stderr.strip()[:300])
    result = json.loads(done.stdout)
    result["process_cpu_seconds"] = whole
    return result


class Throughput:
    def __init__(self, bin_dir, quick):
        self.bin, self.quick = bin_dir, quick
        self.runs = 1 if quick else 3

    def figures(self):
        with tempfile.TemporaryDirectory() as folder:
            yield from self._floors_and_rows(folder)

    def _count(self, lines):
        return lines // 10 if self.quick else lines

    def _floors_and_rows(self, folder):
        path = os.path.join(folder, "log")
        rng = random.Random(1)
        own = (("own auth log, built-in rules", logs.auth_lines, SSH_PATTERN, 600_000, 1_500_000),
               ("own access log, built-in rules", logs.access_lines, WEB_PATTERN, 400_000, 1_000_000))
        for name, lines, pattern, least, aim in own:
            logs.write_lines(path, lines(self._count(300_000), rng))
            yield from self._row(name, path, pattern, least, aim)
        if not logs.has_generators():
            yield skipped("unseen seeds of the generators, real events", "there is no ../shared/oracle beside the checkout")
            return
        seed = random.SystemRandom().randrange(1000, 1_000_000)
        for kind, pattern, least, aim in (("auth", SSH_PATTERN, 600_000, 1_500_000), ("access", WEB_PATTERN, 400_000, 1_000_000)):
            logs.generated(kind, self._count(1_000_000), seed, path)
            yield from self._row(f"{kind} 1M of seed {seed}, built-in rules" if not self.quick else
                                 f"{kind} 100k of seed {seed}, built-in rules", path, pattern, least, aim)
        logs.generated_mixed(path, seed)
        yield from self._row(f"mixed 200k of seed {seed}, whole reference ruleset", path, SSH_PATTERN, 300_000, 1_000_000,
                             "--ruleset", logs.RULESET)
        _, events = logs.real_events(path, seed, 5 if self.quick else 40)
        yield from self._row(f"{events:,} real events mutated, whole reference ruleset", path, SSH_PATTERN, None, None, "--ruleset",
                             logs.RULESET_OF_CASES)

    def _row(self, name, path, pattern, least, aim, *options):
        lines = line_count(path)
        floor = statistics.median(cpu_of(["grep", "-cE", pattern, path]) for _ in range(self.runs))
        count = statistics.median(cpu_of(["wc", "-l", path]) for _ in range(self.runs))
        results = [replay(self.bin, path, *options) for _ in range(self.runs)]
        rate = statistics.median(result["lines"] / result["cpu_seconds"] for result in results)
        whole = statistics.median(result["process_cpu_seconds"] for result in results)
        grep, wc = lines / max(floor, 0.001), lines / max(count, 0.001)
        yield Figure(name, rate, "lines/CPU-s", least, aim,
                     note=f"{results[0]['lines']:,} lines, {results[0]['alerts']:,} alerts; the process with its start {whole:.2f} "
                          f"CPU-s; grep -cE {number(grep)} lines/CPU-s ({grep / rate:.1f} ×), wc -l {number(wc)}")


def rule_cost(bin_dir, quick):
    """Ten times as many rules of the same shapes, none of which matches: the CPU time of a line with them and without."""
    built_in = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "resources", "ruleset", "rules")
    count = 0
    for name in sorted(os.listdir(built_in)):
        with open(os.path.join(built_in, name), errors="replace") as file:
            count += len(re.findall(r"<rule ", file.read()))
    with tempfile.TemporaryDirectory() as folder:
        lines = 20_000 if quick else 200_000
        path = logs.write_lines(os.path.join(folder, "cost.log"), logs.mixed_lines(lines, random.Random(7)))
        rates = {"plain": [], "more": []}
        for config in rates:
            os.makedirs(os.path.join(folder, config, "rules"))
            with open(os.path.join(folder, config, "bartizan.conf"), "w") as file:
                file.write("<bartizan_config></bartizan_config>\n")
        with open(os.path.join(folder, "more", "rules", "many.xml"), "w") as file:
            file.write(extra_rules(9 * count))
        alerts = set()
        for _ in range(1 if quick else 5):  # in turns: the machine's other work falls on both
            for config, of in rates.items():
                result = replay(bin_dir, path, "--config", os.path.join(folder, config))
                of.append(result["lines"] / result["cpu_seconds"])
                alerts.add(result["alerts"])
    if len(alerts) != 1:
        raise RuntimeError(f"the additional rules matched: {sorted(alerts)} alerts")
    one, ten = statistics.median(rates["plain"]), statistics.median(rates["more"])
    yield Figure("cost of ten times as many rules", one / ten, "×", 2, 1.3, more=False,
                 note=f"{count} rules {number(one)}, {10 * count} rules {number(ten)} lines/CPU-s")


def extra_rules(count):
    """Rules that hang where rules hang (programs, earlier rules, none) with patterns of the usual shapes. None matches."""
    rng = random.Random(3)
    word = lambda: "".join(rng.choices("bcdfghklmnprstvwz", k=rng.randint(5, 9)))  # noqa: E731
    shapes = (lambda: f"<program_name>{word()}</program_name><match>{word()} {word()}</match>",
              lambda: f"<if_sid>5700</if_sid><match>{word()} for|{word()} from</match>",
              lambda: f"<if_sid>5700</if_sid><regex>^{word()} \\S+ from \\d+.\\d+</regex>",
              lambda: f"<if_sid>31100</if_sid><url>{word()}.php|/{word()}/</url>",
              lambda: f"<match>{word()}: {word()} {word()}</match>",
              lambda: f"<regex type=\"pcre2\">(?i){word()}\\s+{word()}\\[\\d+\\]</regex>",
              lambda: f"<decoded_as>sshd</decoded_as><match>{word()} {word()}</match>")
    rules = [f'<rule id="{700000 + i}" level="5">{shapes[i % len(shapes)]()}<description>{word()}</description></rule>'
             for i in range(count)]
    return '<group name="many,">\n' + "\n".join(rules) + "\n</group>\n"
