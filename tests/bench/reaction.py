"""From a line written to the element in the kernel: through a file, through the journal, and for a thousand sources at once. In
network namespaces of its own; needs root."""

import os
import random
import socket
import statistics
import subprocess
import sys
import time

import journal_lab
import lab
from report import Figure, skipped

NETLINK_NETFILTER, NFNLGRP_NFTABLES, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 12, 7, 270, 1
NEW_SET_ELEMENT = (10 << 8) | 12


def kernel_events(namespace):
    """What changes in the firewall of a namespace, as it changes."""
    def make():
        events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        events.bind((0, 0))
        events.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTABLES)
        events.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        events.settimeout(30)
        return events
    return namespace.call(make)


def elements(events):
    """The raw netlink messages that add elements, each with the time it was read."""
    while True:
        data = events.recv(1 << 16)
        now = time.monotonic()
        offset = 0
        while offset + 16 <= len(data):
            length = int.from_bytes(data[offset:offset + 4], sys.byteorder)
            if int.from_bytes(data[offset + 4:offset + 6], sys.byteorder) == NEW_SET_ELEMENT:
                yield now, data[offset:offset + length]
            offset += max(16, (length + 3) & ~3)


def wait_for_element(events, address):
    wanted = socket.inet_aton(address)
    return next(now for now, message in elements(events) if wanted in message)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def median_and_p99(name, milliseconds, least, aim, note=""):
    """`least` and `aim` are pairs of median and p99; either may be None."""
    milliseconds = sorted(milliseconds)
    note = note or f"{len(milliseconds)} attacks, slowest {milliseconds[-1]:.2f} ms"
    yield Figure(f"{name}, median", statistics.median(milliseconds), "ms", least and least[0], aim and aim[0], False, note)
    yield Figure(f"{name}, p99", milliseconds[int(len(milliseconds) * 0.99)], "ms", least and least[1], aim and aim[1], False)


def attacks_one_by_one(engine, events, count):
    times = []
    for i in range(count):
        address = f"203.0.{100 + i // 250}.{1 + i % 250}"
        engine.failed_logins(address, 5)
        time.sleep(random.uniform(0.01, 0.04))
        started = time.monotonic()
        engine.failed_logins(address, 1)
        times.append(1000 * (wait_for_element(events, address) - started))
    return times


def file_latency(bin_dir, quick):
    network = lab.Network()
    engine = lab.Engine(bin_dir, network.victim)
    try:
        engine.start()
        events = kernel_events(network.victim)
        times = attacks_one_by_one(engine, events, 50 if quick else 200)
        yield from median_and_p99("last line in a file → element in the kernel", times, (5, 20), (1, 5))
    finally:
        engine.close()
        network.close()


def burst(bin_dir, quick):
    network = lab.Network()
    engine = lab.Engine(bin_dir, network.victim)
    try:
        engine.start()
        events = kernel_events(network.victim)
        addresses = [f"198.18.{i // 250}.{1 + i % 250}" for i in range(1000)]
        stamp = time.strftime("%b %e %H:%M:%S")
        before = cpu_seconds(engine.process.pid)  # ip netns exec replaces itself, so the process is the engine
        started = time.monotonic()
        engine.append(engine.auth, *[f"{stamp} desk sshd[1]: Failed password for root from {address} port {4000 + n} ssh2"
                                     for n in range(6) for address in addresses])
        missing = {socket.inet_aton(address) for address in addresses}
        for last, message in elements(events):
            missing -= {wanted for wanted in missing if wanted in message}
            if not missing:
                break
        seconds = last - started
        time.sleep(1)  # what is left to do is written to the history
        yield Figure("1,000 attackers at once, last one blocked", seconds, "s", 1, 0.2, False, "6,000 lines in one write")
        yield Figure("1,000 attackers at once, CPU", cpu_seconds(engine.process.pid) - before, "CPU-s", None, 0.2, False,
                     "until a second later, with the history")
    finally:
        engine.close()
        network.close()


JOURNAL_CONFIGURATION = """<bartizan_config>
  <localfile><log_format>journald</log_format><location>journald</location></localfile>
  <command><name>firewall-drop</name><executable>firewall-drop</executable><timeout_allowed>yes</timeout_allowed></command>
  <active-response><command>firewall-drop</command><location>local</location><rules_id>200100</rules_id></active-response>
</bartizan_config>
"""
# Sends each line it is given to the journal, as sshd would, and says when.
JOURNAL_WRITER = """import socket, sys, time
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.connect("/dev/log")
for line in sys.stdin:
    now = time.monotonic()
    log.send(b"<38>sshd[4001]: " + line.rstrip("\\n").encode())
    print(now, flush=True)
"""


def journal_latency(bin_dir, quick):
    if missing := journal_lab.missing():
        yield skipped("through the journal", missing)
        return
    network = lab.Network()
    journal = journal_lab.Journal()
    engine = lab.Engine(bin_dir, journal_lab.JournalHost(journal, network.victim), configuration=JOURNAL_CONFIGURATION)
    writer = None
    try:
        engine.start()
        events = kernel_events(network.victim)
        writer = subprocess.Popen(journal.argv(sys.executable, "-c", JOURNAL_WRITER, unit="ssh.service"), text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)

        def attack(address, first, last):
            for i in range(first, last):
                writer.stdin.write(f"Failed password for root from {address} port {4000 + i} ssh2\n")
                writer.stdin.flush()
                sent = float(writer.stdout.readline())
            return sent

        times = []
        for i in range(1 if quick else 4):
            time.sleep(0.5 if i == 0 else 11)  # nothing has mattered for so long
            address = f"203.0.90.{1 + i}"
            sent = attack(address, 0, 6)
            times.append(1000 * (wait_for_element(events, address) - sent))
        yield Figure("journal at rest: six lines at once, median", statistics.median(times), "ms", more=False,
                     note=f"{len(times)} attacks")
        times = []
        for i in range(50 if quick else 200):
            address = f"203.0.{100 + i // 250}.{1 + i % 250}"
            attack(address, 0, 5)
            time.sleep(random.uniform(0.01, 0.04))
            sent = attack(address, 5, 6)
            times.append(1000 * (wait_for_element(events, address) - sent))
        yield from median_and_p99("warm journal: last line → element in the kernel", times, (30, None), (10, None))
    finally:
        if writer:
            writer.stdin.close()
            writer.wait()
        engine.close()
        journal.close()
        network.close()
