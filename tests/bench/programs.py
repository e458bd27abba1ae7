"""Rows that a program of their own measures, which prints one JSON object."""

import json
import os
import subprocess
import tempfile

from report import Figure, skipped


def output_of(bin_dir, program, *arguments):
    """Its JSON object, or the reason why there is none."""
    path = os.path.join(bin_dir, program)
    if not os.path.exists(path):
        return None, f"{program} is not built"
    done = subprocess.run([path, *arguments], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        return None, f"{program}: {(done.stderr.strip() or 'no output')[:200]}"
    return json.loads(lines[-1]), None


def history(bin_dir, quick):
    with tempfile.TemporaryDirectory() as folder:
        result, why = output_of(bin_dir, "history_bench", folder, "--rows", "50000" if quick else "300000")
    if not result:
        yield skipped("history", why)
        return
    accounted = "each is in a row's count" if result["folded_accounted"] else "NOT all accounted for"
    yield Figure("history: alerts folded", result["folded_alerts_per_second"], "/s", 100_000, 100_000, note=accounted)
    yield Figure("history: rows that differ, committed", result["distinct_rows_per_second"], "/s", None, 15_000,
                 note=f"{result['distinct_rows']:,.0f} rows; {result['condensed_alerts']:.0f} condensed, "
                      f"{result['dropped_alerts']:.0f} dropped")
    yield Figure("history: search index behind at the end", result["index_lag_rows"], "rows", more=False,
                 note=f"caught up {result['index_caught_up_seconds']:.2f} s later")
    yield Figure("history: a block's write meanwhile, median", result["median_urgent_write_ms"], "ms", more=False,
                 note=f"p99 {result['p99_urgent_write_ms']:.1f} ms, slowest {result['slowest_urgent_write_ms']:.1f} ms of "
                      f"{result['urgent_writes']:.0f}")
    yield Figure("history: bytes of a row", result["bytes_per_row"], "bytes", more=False,
                 note=f"{result['bytes_per_row_with_index']:.0f} with the search index")
    yield Figure("history: search in all rows, the oldest found", result["search_ms_oldest_row"], "ms", more=False,
                 note=f"in every row {result['search_ms_in_every_row']:.1f} ms, nothing found {result['search_ms_nothing']:.1f} ms")


def flattened(values, prefix=""):
    for key, value in values.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{key}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield prefix + key, value


def firewall(bin_dir, quick):
    """100,000 blocks restored, and a block while a million entries of lists are loaded; in a namespace of its own."""
    result, why = output_of(bin_dir, "firewall_bench", *(("10000", "100000") if quick else ()))
    if not result:
        yield skipped("blocks restored at start, a block while lists are loaded", why)
        return
    values = dict(flattened(result))
    blocks, entries = values.get("restore.blocks", 0), values.get("list_entries", 0)
    full = blocks >= 100_000 and entries >= 1_000_000
    for key, value in values.items():
        place = key.replace("_", " ").replace(".", ": ")
        if key == "restore.start_with_empty_kernel_cpu_seconds":
            note = f"the kernel's own part, raw netlink {values.get('restore.raw_netlink_cpu_seconds', 0):.2f} CPU-s"
            if "restore.ipset_restore_cpu_seconds" in values:
                note += f", ipset restore {values['restore.ipset_restore_cpu_seconds']:.2f} CPU-s"
            yield Figure(f"{blocks:,} blocks restored at start, CPU", value, "CPU-s", 1 if full else None, 0.5 if full else None,
                         False, note)
        elif key == "restore.start_with_full_kernel_cpu_seconds":
            yield Figure(f"{blocks:,} blocks found in the kernel at start, CPU", value, "CPU-s", more=False)
        elif key.endswith(".block_milliseconds.p99"):
            name = place.split(":")[0].replace("block while list", f"a block while a list of {entries:,}")
            loading = full and "while" in key
            yield Figure(f"{name}, p99", value, "ms", 50 if loading else None, 10 if loading else None, False,
                         f"slowest {values.get(key[:-3] + 'max', 0):.1f} ms of {values.get(key[:-3] + 'count', 0)}")


def lists(bin_dir, quick):
    """Compiled address tables beside a sorted vector with binary search and libmaxminddb."""
    result, why = output_of(bin_dir, "list_bench", *(("200000", "1000000") if quick else ()))
    if not result:
        yield skipped("lists of addresses", why)
        return
    read = result["dependent_read_nanoseconds"]
    for table in result["tables"]:
        entries = table["entries"]
        name = f"{entries:,} {table['kind']} entries"
        asked = entries >= 10_000_000
        yield Figure(f"{name}: built", table["build_cpu_seconds"], "CPU-s", aim=5 if asked else None, more=False,
                     note=f"opened and checked in {table['open_cpu_seconds']:.2f} CPU-s")
        yield Figure(f"{name}: size", table["bytes_per_entry"], "bytes/entry", aim=8 if asked else None, more=False,
                     note=f"{table['ranges']:,} ranges once merged")
        yield Figure(f"{name}: batched hit", table["batched_hit_nanoseconds"], "ns", aim=50 if asked else None, more=False,
                     note=f"miss {table['batched_miss_nanoseconds']:.0f} ns")
        for kind in ("miss", "hit"):
            value = table[f"{kind}_nanoseconds"]
            note = f"{value / read:.1f} × a read that misses the cache ({read:.0f} ns)"
            for other in ("sorted_vector", "libmaxminddb"):
                if other in table:
                    note += f"; {other.replace('_', ' ')} {table[other][f'{kind}_nanoseconds']:.0f} ns"
            yield Figure(f"{name}: one {kind}", value, "ns", aim=50 if asked and kind == "miss" else None, more=False, note=note)
    one, *_, many = result["many_lists"]
    yield Figure(f"which of {many['lists']} lists hold an address, to one list", many["which_lists_nanoseconds"] /
                 one["which_lists_nanoseconds"], "×", more=False,
                 note=f"{many['which_lists_nanoseconds']:.0f} ns, {many['lists_per_hit']:.1f} lists hold it")
    for update in result["updates"]:
        yield Figure(f"a new version of {update['entries']:,} entries, a twentieth changed: cut, compared, dated, compiled",
                     update["next_cpu_seconds"], "CPU-s", more=False,
                     note=f"a first version {update['first_cpu_seconds']:.2f} CPU-s; {update['ranges']:,} ranges")

    yield from kernel_sets(bin_dir, quick)


def kernel_sets(bin_dir, quick):
    """The same addresses in the kernel's own sets, in a namespace of its own."""
    result, why = output_of(bin_dir, "kernel_set_bench", *(("20000",) if quick else ()))
    for program, asked_by in (("nft", "packet_without_set_nanoseconds"), ("ipset", "question_of_single_entry_nanoseconds")):
        if not result or not result[program]:
            yield skipped(f"{program}: scattered entries in a kernel set", why or f"{program} is not installed")
            continue
        values = result[program]
        name = f"{result['entries']:,} scattered entries in {'an nftables set' if program == 'nft' else 'an ipset'}"
        yield Figure(f"{name}: built", values["build_cpu_seconds"], "CPU-s", more=False, note=f"by {program} from a file")
        by = "a packet's whole way" if program == "nft" else "a question over netlink"
        for kind in ("miss", "hit"):
            yield Figure(f"{name}: one {kind}", values[f"{kind}_nanoseconds"], "ns", more=False,
                         note=f"beyond the {values[asked_by]:.0f} ns of {by} without it")


def sources(bin_dir, quick):
    """Ten million distinct sources through the correlation."""
    result, why = output_of(bin_dir, "correlation_bench", *(("1000000",) if quick else ()))
    if not result:
        yield skipped("memory while 10 M distinct sources attack", why)
        return
    limit = result["correlation_limit_bytes"] / 2**20
    name = f"{result['lines'] / 1e6:.0f} M distinct sources"
    yield Figure(f"{name}: correlation memory at its peak", result["correlation_peak_bytes"] / 2**20, "MiB", limit, limit, False,
                 f"{result['correlation_events']:,} events remembered, {result['evicted']:,} evicted; the process grew from "
                 f"{result['rss_before_mib']:.0f} to {result['rss_peak_mib']:.0f} MiB RSS")
    yield Figure(f"{name}: cost of the last million to the first", result["first_lines_per_cpu_second"] /
                 result["last_lines_per_cpu_second"], "×", more=False,
                 note=f"{result['lines_per_cpu_second']:,.0f} lines/CPU-s")
