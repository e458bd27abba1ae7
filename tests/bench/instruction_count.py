#!/usr/bin/env python3
"""Keeps the speed of the hot path: instructions that `bartizanctl replay` executes for a line, counted by callgrind, against the
figures in instruction_count.json. Loading is subtracted by counting a short and a long log. Instructions, unlike seconds, are the
same on a busy machine; they do depend on compiler and processor, so a record of another one is not compared with.

    instruction_count.py BUILD_DIR            exit 1 when a line costs 5 % more than recorded, 77 when there is nothing to compare
    instruction_count.py BUILD_DIR --record   writes the figures anew
"""

import argparse
import glob
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, FOLDER)
import logs  # noqa: E402

RECORD = os.path.join(FOLDER, "instruction_count.json")
KINDS = {"auth": logs.auth_lines, "access": logs.access_lines, "system": logs.system_lines}
SHORT, LONG = 500, 3500
DEARER, CHEAPER = 1.05, 0.90
SKIPPED = 77


def skip(why):
    print(f"skipped: {why}")
    return SKIPPED


def settings_of(build):
    """Build type, sanitizer and compiler of a build folder."""
    with open(os.path.join(build, "CMakeCache.txt")) as file:
        cache = dict(re.findall(r"^(CMAKE_BUILD_TYPE|BARTIZAN_SANITIZE):\w+=(.*)$", file.read(), re.M))
    compiler = ""
    for path in glob.glob(os.path.join(build, "CMakeFiles", "*", "CMakeCXXCompiler.cmake")):
        with open(path) as file:
            found = dict(re.findall(r'set\((CMAKE_CXX_COMPILER_ID|CMAKE_CXX_COMPILER_VERSION) "(.*)"\)', file.read()))
        compiler = " ".join(found.get(key, "") for key in ("CMAKE_CXX_COMPILER_ID", "CMAKE_CXX_COMPILER_VERSION"))
    return cache.get("CMAKE_BUILD_TYPE", ""), cache.get("BARTIZAN_SANITIZE", ""), compiler


def processor():
    """What decides which variant of a library's function runs."""
    with open("/proc/cpuinfo") as file:
        flags = set(file.read().partition("\nflags")[2].partition("\n")[0].split())
    return platform.machine() + (" avx2" if "avx2" in flags else "")


def instructions(build, kind, lines, folder):
    path = os.path.join(folder, f"{kind}-{lines}.log")
    logs.write_lines(path, KINDS[kind](lines, random.Random(5)))
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind.out",
                           os.path.join(build, "bin", "bartizanctl"), "replay", "--json", path], capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        raise RuntimeError(f"valgrind: exit {done.returncode}: {done.stderr[-500:]}")
    assert json.loads(done.stdout)["lines"] == lines
    return int(collected.group(1))


def per_line(build, folder):
    return {kind: round((instructions(build, kind, LONG, folder) - instructions(build, kind, SHORT, folder)) / (LONG - SHORT))
            for kind in KINDS}


def compare(recorded, measured):
    dearer = False
    for kind, figure in measured.items():
        ratio = figure / recorded[kind]
        verdict = "as recorded"
        if ratio > DEARER:
            dearer, verdict = True, "DEARER: find out why, or record the figures anew and say why in the commit"
        elif ratio < CHEAPER:
            verdict = "cheaper: record the figures anew (--record), so that it stays so"
        print(f"{kind:8} {figure:8,} instructions a line, recorded {recorded[kind]:,} ({100 * (ratio - 1):+.1f} %): {verdict}")
    return 1 if dearer else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", metavar="BUILD_DIR")
    parser.add_argument("--record", action="store_true", help="write the figures anew")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        return skip("valgrind is not installed")
    kind, sanitizer, compiler = settings_of(options.build)
    if kind != "Release" or sanitizer:
        return skip(f"the build is {kind or 'of no type'}{' with ' + sanitizer if sanitizer else ''}, not Release")
    environment = {"compiler": compiler, "processor": processor()}
    record = None
    if os.path.exists(RECORD) and not options.record:
        with open(RECORD) as file:
            record = json.load(file)
        for key, value in environment.items():
            if record[key] != value:
                return skip(f"recorded with {record[key]}, this is {value}")
    elif not options.record:
        return skip("nothing is recorded")
    with tempfile.TemporaryDirectory() as folder:
        measured = per_line(options.build, folder)
    if record:
        return compare(record["instructions_per_line"], measured)
    with open(RECORD, "w") as file:
        json.dump(environment | {"instructions_per_line": measured}, file, indent=1)
        file.write("\n")
    print(f"recorded: {measured}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
