"""A real journald for tests: it runs without a service manager in a mount namespace of its own, with its own /run and
/dev, so that this machine's journal is neither read nor written. What is run in it may join the control group of a
service, as the service manager would put it there."""

import os
import shutil
import signal
import subprocess
import tempfile
import time

JOURNALD = "/usr/lib/systemd/systemd-journald"
CGROUP_ROOTS = ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup")

_SETUP = r"""
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$1"
cd "$1"
for node in null zero full random urandom tty; do touch $node; mount --bind /dev/$node $node; done
mkdir pts shm
mount --bind /dev/pts pts
mount -t tmpfs tmpfs shm
ln -s pts/ptmx ptmx; ln -s /proc/self/fd fd; ln -s /proc/self/fd/1 stdout; ln -s /proc/self/fd/2 stderr
ln -s /run/systemd/journal/dev-log log
cd /
mount --move "$1" /dev
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal /run/systemd/journald.conf.d /run/sshd
cat >/run/systemd/journald.conf.d/lab.conf <<END
[Journal]
Storage=volatile
RateLimitIntervalSec=0
ForwardToSyslog=no
ForwardToWall=no
ReadKMsg=no
Audit=no
END
if [ ! -s /etc/machine-id ]; then
    echo 0123456789abcdef0123456789abcdef >/run/machine-id
    touch /etc/machine-id
    mount --bind /run/machine-id /etc/machine-id
fi
echo ready >"$2/ready"
exec "$3"
"""


def missing():
    """What keeps a journald from running here, or None."""
    for tool in (JOURNALD, shutil.which("nsenter"), shutil.which("unshare"), shutil.which("setpriv")):
        if not tool or not os.path.exists(tool):
            return "systemd-journald, nsenter, unshare or setpriv is not installed"
    return None if os.geteuid() == 0 else "needs root"


class Journal:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bz-journal-")
        self.groups = []
        os.makedirs(os.path.join(self.folder, "dev"))
        self.process = None
        self._start(["unshare", "-m", "sh", "-c", _SETUP, "sh", os.path.join(self.folder, "dev"), self.folder, JOURNALD])
        end = time.monotonic() + 10
        while not os.path.exists(os.path.join(self.folder, "ready")):
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("no journald: " + open(os.path.join(self.folder, "log")).read())
            time.sleep(0.02)
        self._await_socket()

    def _start(self, argv):
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def _await_socket(self):
        end = time.monotonic() + 10
        while subprocess.run(self.argv("logger", "-t", "lab", "ready"), capture_output=True).returncode != 0:
            if time.monotonic() > end:
                raise RuntimeError("journald does not listen: " + open(os.path.join(self.folder, "log")).read())
            time.sleep(0.05)

    def argv(self, *argv, unit=None, user=None, network=None):
        """A command line that runs inside: as a process of `unit`, as `user` (a number), in a network namespace."""
        inside = list(argv)
        if user is not None:
            inside = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *inside]
        enter = ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt"]
        if network is not None:
            enter.append(f"--net=/var/run/netns/{network.name}")
        if unit is None:
            return (*enter, *inside)
        join = "".join(f'echo $$ >"{group}/cgroup.procs" && ' for group in self._groups(unit))
        return ("sh", "-c", join + 'exec "$@"', "sh", *enter, *inside)

    def _groups(self, unit):
        groups = []
        for root in CGROUP_ROOTS:
            if os.path.exists(os.path.join(root, "cgroup.procs")):
                group = os.path.join(root, *(("system.slice", unit) if unit.endswith(".service") else ("user.slice", unit)))
                if not os.path.isdir(group):
                    os.makedirs(group)
                if group not in self.groups:
                    self.groups.append(group)
                groups.append(group)
        return groups

    def run(self, *argv, check=True, **options):
        return subprocess.run(self.argv(*argv, **options), check=check, capture_output=True, text=True).stdout

    def log(self, program, *lines, **options):
        """Lines as syslog(3) would write them. The writer stays a moment: journald asks the kernel for the unit of a
        process when it reads its message, and knows none of one that has gone by then."""
        self.run("sh", "-c", 'program=$1; shift; (printf "%s\\n" "$@"; sleep 0.2) | logger -t "$program"', "sh", program,
                 *lines, **options)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for group in self.groups:
            for path in (group, os.path.dirname(group)):
                try:
                    os.rmdir(path)
                except OSError:
                    pass  # others use it, or somebody is still in it
        shutil.rmtree(self.folder, ignore_errors=True)


class JournalHost:
    """A network namespace as the engine's place, together with the journal's: where lab.Engine expects a namespace."""

    def __init__(self, journal, network):
        self.journal, self.network, self.name = journal, network, network.name

    def argv(self, *argv):
        return self.journal.argv(*argv, network=self.network)

    def run(self, *argv, **options):
        import lab
        return lab.run(*self.argv(*argv), **options)

    def call(self, function):
        return self.network.call(function)
