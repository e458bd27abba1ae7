"""Figures and how they are shown: as lines of a table, as JSON, as the table of docs/performance.md."""

import dataclasses
import json
import os
import platform
import subprocess
import time


@dataclasses.dataclass
class Figure:
    """One measured value. `more` says whether more is better; `least` and `aim` are what is asked of it."""
    name: str
    value: float | None
    unit: str
    least: float | None = None
    aim: float | None = None
    more: bool = True
    note: str = ""
    row: str = ""

    def met(self, target):
        if target is None or self.value is None:
            return None
        return self.value >= target if self.more else self.value <= target

    def columns(self):
        def judged(target):
            if target is None:
                return ""
            return f"{number(target)} {'yes' if self.met(target) else 'NO'}"
        value = "skipped" if self.value is None else f"{number(self.value)} {self.unit}"
        return self.name, value, judged(self.least), judged(self.aim), self.note


def skipped(name, why):
    return Figure(name, None, "", note=why)


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def machine():
    cpu = ""
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    folder = os.path.dirname(os.path.abspath(__file__))
    revision = subprocess.run(["git", "-C", folder, "-c", f"safe.directory={os.path.dirname(os.path.dirname(folder))}",
                               "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"cpu": cpu, "cpus": os.cpu_count(), "memory_gib": round(memory, 1), "kernel": platform.release(),
            "load": [round(load, 1) for load in os.getloadavg()], "revision": revision,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def describe(facts):
    return (f"{facts['cpus']} × {facts['cpu']}, {facts['memory_gib']} GiB, Linux {facts['kernel']}, load "
            f"{facts['load'][0]}, revision {facts['revision']}, {facts['time']}")


WIDTHS = (56, 26, 16, 16)


def print_header(facts):
    print(describe(facts))
    print(" ".join(text.ljust(width) for text, width in zip(("", "measured", "at least", "aim"), WIDTHS)))


def print_figure(figure):
    *columns, note = figure.columns()
    print(" ".join(text.ljust(width) for text, width in zip(columns, WIDTHS)) + " " + note, flush=True)


def markdown(facts, figures):
    lines = [f"Measured on {describe(facts)}.", "", "| | measured | at least | aim | |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(text.replace("|", "\\|") for text in figure.columns()) + " |" for figure in figures]
    return "\n".join(lines) + "\n"


def write_json(path, facts, figures):
    rows = [dataclasses.asdict(figure) | {"least_met": figure.met(figure.least), "aim_met": figure.met(figure.aim)}
            for figure in figures]
    with open(path, "w") as file:
        json.dump({"machine": facts, "figures": rows}, file, indent=1, ensure_ascii=False)
        file.write("\n")
