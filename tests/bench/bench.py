#!/usr/bin/env python3
"""What `./dev bench` runs: each figure that docs/performance.md speaks of, measured on this machine at this moment, beside what is
asked of it and, where there is one, a floor or a peer of the same run. Compare ratios: absolute figures are the machine's."""

import argparse
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [FOLDER, os.path.join(FOLDER, "..", "support")]
import engine_cost  # noqa: E402
import peers  # noqa: E402
import programs  # noqa: E402
import reaction  # noqa: E402
import report  # noqa: E402
import throughput  # noqa: E402


def throughput_row(bin_dir, quick):
    yield from throughput.Throughput(bin_dir, quick).figures()


def needs_root(name, measure):
    def row(bin_dir, quick):
        if os.geteuid() != 0:
            yield report.skipped(name, "network namespaces need root")
        else:
            yield from measure(bin_dir, quick)
    return row


ROWS = {
    "throughput": throughput_row,
    "rules": throughput.rule_cost,
    "latency": needs_root("last line in a file → element in the kernel", reaction.file_latency),
    "journal": needs_root("through the journal", reaction.journal_latency),
    "burst": needs_root("1,000 attackers at once", reaction.burst),
    "firewall": needs_root("blocks restored, a block while lists are loaded", programs.firewall),
    "start": engine_cost.start,
    "rest": engine_cost.at_rest,
    "lists": programs.lists,
    "sources": programs.sources,
    "history": programs.history,
}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("bin_dir", metavar="BIN_DIR", help=argparse.SUPPRESS)
    parser.add_argument("--only", action="append", choices=[*ROWS, "peers"], metavar="NAME",
                        help="measure this row only; may be given more than once: " + ", ".join([*ROWS, "peers"]))
    parser.add_argument("--quick", action="store_true", help="smaller inputs and fewer runs")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--markdown", metavar="FILE", help="write them as a table; in a page with a heading \"Figures\" they replace what stands below it")
    parser.add_argument("--peers", action="store_true",
                        help="install fail2ban, sshguard and crowdsec with apt (their services are not started) and measure them too")
    options = parser.parse_args()
    if options.only and options.markdown and os.path.exists(options.markdown):
        parser.error(f"{options.markdown} has the figures of all rows, which --only would replace: name a new file")
    rows = dict(ROWS)
    if options.peers or "peers" in (options.only or ()):
        rows["peers"] = peers.compare
    chosen = options.only or list(rows)
    facts, figures, failed = report.machine(), [], False
    report.print_header(facts)
    for name in chosen:
        try:
            for figure in rows[name](os.path.abspath(options.bin_dir), options.quick):
                figure.row = name
                figures.append(figure)
                report.print_figure(figure)
        except (RuntimeError, OSError, KeyError) as error:
            failed = True
            figures.append(report.Figure(name, None, "", note=f"failed: {error!r}", row=name))
            report.print_figure(figures[-1])
    if options.json:
        report.write_json(options.json, facts, figures)
    if options.markdown:
        report.write_markdown(options.markdown, facts, figures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
