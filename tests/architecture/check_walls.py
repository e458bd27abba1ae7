"""The walls that CMake can't see: what a file includes, how long it is, and what the engine links. The layers themselves are
checked at configure time (cmake/layers.cmake)."""

import pathlib
import re
import subprocess
import sys

ROOT, BIN = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
SYSTEM_HEADER = re.compile(
    r"#\s*include\s*<((?:sys|linux|net|netinet|arpa|systemd|libmnl|libnftnl|asm)/[^>]*|unistd\.h|fcntl\.h|poll\.h|signal\.h|pwd\.h|"
    r"grp\.h|utmpx?\.h|glob\.h|dirent\.h|ifaddrs\.h|windows\.h|winsock2?\.h|ws2tcpip\.h)>")
SYSTEM_MACRO = re.compile(r"#\s*(?:if|ifdef|ifndef|elif)\b.*\b(?:_WIN32|__linux__|__unix__|Q_OS_\w+|__APPLE__)\b")
OWN_INCLUDE = re.compile(r'#\s*include\s*"([^"]+)"')
QT_INCLUDE = re.compile(r"#\s*include\s*<Q\w+")
PURE = ("base", "net", "xml", "pattern", "decode", "lists", "rules", "analysis", "config", "logsource", "platform", "response")
CLOCKS = re.compile(r"system_clock|steady_clock|std::time\(|\bgettimeofday\b|clock_gettime|QDateTime::current")
INPUT_OUTPUT = re.compile(r"#\s*include\s*<(?:fstream|filesystem|iostream)>")
LINES = 700
ROT_FIRST = {"app/shell/main_window.cpp": 400, "engine/core/engine.cpp": 400}

problems = []


def complain(path, number, text):
    problems.append(f"{path}:{number}: {text}")


for source in sorted(path for top in ("engine", "platform", "app", "tests") for path in (ROOT / top).rglob("*")
                     if path.suffix in (".cpp", ".h")):
    name = source.relative_to(ROOT).as_posix()
    lines = source.read_text().splitlines()
    if len(lines) > ROT_FIRST.get(name, LINES):
        complain(name, len(lines), f"more than {ROT_FIRST.get(name, LINES)} lines")
    if name.startswith("tests/"):
        continue
    parts = name.split("/")
    for number, line in enumerate(lines, 1):
        if not name.startswith("platform/") and SYSTEM_HEADER.search(line):
            complain(name, number, "an operating-system header outside platform/")
        if not name.startswith("platform/") and SYSTEM_MACRO.search(line):
            complain(name, number, "an #if for an operating system outside platform/")
        if parts[0] == "engine" and parts[1] in PURE and QT_INCLUDE.search(line):
            complain(name, number, f"engine/{parts[1]} knows no Qt")
        if parts[0] == "engine" and parts[1] in ("xml", "pattern", "decode", "lists", "rules", "analysis"):
            if CLOCKS.search(line):
                complain(name, number, "the analysis core reads no clock")
            if INPUT_OUTPUT.search(line):
                complain(name, number, "the analysis core opens no file")
        included = OWN_INCLUDE.search(line)
        if included and parts[0] == "app" and included[1].startswith("engine/"):
            if not included[1].startswith(("engine/protocol/", "engine/base/", "engine/net/")):
                complain(name, number, "the app knows only the protocol")
        if included and parts[0] == "engine" and included[1].startswith("app/"):
            complain(name, number, "the engine does not know the app")
        is_program = parts[1] in ("main", "ctl") or name == "engine/fetch/main.cpp"
        if included and parts[0] == "engine" and not is_program and included[1].startswith("platform/"):
            complain(name, number, "the engine knows interfaces, not their implementations")

engine = BIN / "bartizand"
if engine.exists():
    needed = subprocess.run(("objdump", "-p", engine), capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"NEEDED\s+(lib(?:Qt6Gui|Qt6Widgets|archive)\S*)", needed):
        complain("bartizand", 0, f"links {library}")

print("\n".join(problems) or "walls: 1 passed, 0 failed")
sys.exit(1 if problems else 0)
