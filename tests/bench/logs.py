"""The logs that are measured with: our own, those of the generators beside the checkout, and real events mutated. The same seed
gives the same bytes."""

import json
import os
import random
import subprocess
import sys
import time

ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "oracle")
RULESET = os.path.join(ORACLE, "wazuh", "ruleset")
RULESET_OF_CASES = os.path.join(ORACLE, "wazuh", "ruleset-test")
GENERATOR = os.path.join(ORACLE, "bench", "gen_logs.py")
MIXED_GENERATOR = os.path.join(ORACLE, "bench", "gen_mixed.py")
CASES = os.path.join(ORACLE, "wazuh", "cases", "cases.jsonl")
START = 1_760_000_000


def address(rng):
    return ".".join(str(rng.randint(1, 223)) for _ in range(4))


def auth_lines(count, rng):
    users = ("root", "admin", "alice", "test", "oracle", "git")
    for i in range(count):
        source, port = address(rng), rng.randint(1024, 65535)
        head = time.strftime("%b %e %H:%M:%S", time.gmtime(START + i // 20)) + f" desk sshd[{300 + i % 60000}]: "
        kind = rng.random()
        if kind < 0.45:
            yield head + f"Failed password for {rng.choice(users)} from {source} port {port} ssh2"
        elif kind < 0.6:
            yield head + f"Failed password for invalid user u{i % 999} from {source} port {port} ssh2"
        elif kind < 0.75:
            yield head + f"Accepted publickey for alice from {source} port {port} ssh2: ED25519 SHA256:abc"
        elif kind < 0.85:
            yield head + f"Received disconnect from {source} port {port}:11: Bye Bye [preauth]"
        else:
            yield head.replace("sshd", "CRON") + "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"


def access_lines(count, rng):
    paths = ("/", "/index.html", "/style.css", "/api/items?id=7", "/images/logo.png", "/search?q=tower", "/wp-login.php",
             "/index.php?page=../../../etc/passwd")
    for i in range(count):
        path = rng.choices(paths, (30, 20, 15, 10, 10, 10, 4, 1))[0]
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(START + i // 20))
        yield (f'{address(rng)} - - [{stamp}] "GET {path} HTTP/1.1" {rng.choice((200, 200, 200, 304, 404))} '
               f'{rng.randint(0, 50000)} "-" "Mozilla/5.0 (X11; Linux x86_64)"')


def system_lines(count, rng):
    """What else a syslog holds: sudo, su, the kernel's firewall log, units."""
    for i in range(count):
        head = time.strftime("%b %e %H:%M:%S", time.gmtime(START + i // 20)) + " desk "
        kind = rng.random()
        if kind < 0.3:
            yield head + f"sudo:    alice : TTY=pts/{i % 9} ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/apt update"
        elif kind < 0.45:
            yield head + f"su[{400 + i % 9999}]: pam_unix(su:auth): authentication failure; logname=alice uid=1000 euid=0 tty=/dev/pts/1 ruser=alice rhost=  user=root"
        elif kind < 0.7:
            yield head + (f"kernel: [{i}.{rng.randint(0, 999999):06d}] IN=eth0 OUT= SRC={address(rng)} DST=10.0.0.5 LEN=60 TTL=50 "
                          f"ID={rng.randint(1, 65535)} DF PROTO=TCP SPT={rng.randint(1024, 65535)} DPT=22 WINDOW=1024 SYN URGP=0")
        else:
            yield head + f"systemd[1]: Started session-{i}.scope - Session {i} of user alice."


def mixed_lines(count, rng):
    kinds = (auth_lines(count, rng), access_lines(count, rng), system_lines(count, rng))
    for _ in range(count):
        yield next(rng.choices(kinds, (45, 35, 20))[0])


def write_lines(path, lines):
    with open(path, "w") as file:
        file.writelines(line + "\n" for line in lines)
    return path


def has_generators():
    return os.path.exists(GENERATOR) and os.path.exists(MIXED_GENERATOR)


def generated(kind, count, seed, path):
    subprocess.run([sys.executable, GENERATOR, kind, "-n", str(count), "--seed", str(seed), "-o", path], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def generated_mixed(path, seed):
    """The mixed generator with another seed than the one it is fixed to."""
    with open(MIXED_GENERATOR) as file:
        source = file.read()
    unseen = source.replace("random.seed(42)", f"random.seed({seed})")
    assert unseen != source
    subprocess.run([sys.executable, "-", path], input=unseen, text=True, check=True)
    return path


def real_events(path, seed, times):
    """The events of the recorded cases, `times` over, shuffled, with digits changed."""
    events = []
    with open(CASES) as file:
        for line in file:
            events += json.loads(line)["events"]
    events = [event for event in events if "\n" not in event]
    rng = random.Random(seed)
    with open(path, "w") as file:
        for _ in range(times):
            rng.shuffle(events)
            for event in events:
                file.write("".join(rng.choice("123456789") if c in "3456789" and rng.random() < 0.2 else c for c in event)
                           + "\n")
    return path, len(events)
