"""A laboratory for system tests, the demo and the benchmarks: network namespaces joined by veth pairs, and a real
engine inside one of them, with its folders in a temporary directory. Nothing outside the namespaces is touched."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def run(*argv, check=True, input=None):
    """Runs a command to its end and returns what it printed."""
    done = subprocess.run(argv, text=True, input=input, capture_output=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Namespace:
    """A named network namespace; loopback is up."""

    def __init__(self, name):
        self.name = name
        run("ip", "netns", "add", name)
        self.run("ip", "link", "set", "lo", "up")
        self.run("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0", check=False)

    def argv(self, *argv):
        return ("ip", "netns", "exec", self.name, *argv)

    def run(self, *argv, **options):
        return run(*self.argv(*argv), **options)

    def call(self, function):
        """Runs a Python function in a thread that has entered this namespace; sockets made there stay there."""
        result = {}

        def enter_and_call():
            with open(f"/var/run/netns/{self.name}") as handle:
                if _libc.setns(handle.fileno(), _CLONE_NEWNET) != 0:
                    result["error"] = OSError(ctypes.get_errno(), "setns")
                    return
            try:
                result["value"] = function()
            except BaseException as error:  # handed to the caller below
                result["error"] = error

        thread = threading.Thread(target=enter_and_call)
        thread.start()
        thread.join()
        if "error" in result:
            raise result["error"]
        return result.get("value")

    def close(self):
        run("ip", "netns", "delete", self.name, check=False)


class Listener:
    """A TCP server that answers each line with "ok NUMBER"; connections stay open."""

    def __init__(self, namespace, port, family=socket.AF_INET6):
        self.connections = []
        self.socket = namespace.call(lambda: self._bind(port, family))
        threading.Thread(target=self._accept, daemon=True).start()

    @staticmethod
    def _bind(port, family):
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        server.bind(("", port))
        server.listen(64)
        return server

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @staticmethod
    def _serve(connection):
        number = 0
        try:
            while connection.recv(4096):
                number += 1
                connection.sendall(b"ok %d\n" % number)
        except OSError:
            pass

    def close(self):
        # The waiting accept() would keep the port open behind a mere close().
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for connection in self.connections:
            connection.close()


class Connection:
    """A client's connection from inside a namespace."""

    def __init__(self, namespace, address, port, source=None, timeout=1.0):
        self.socket = namespace.call(lambda: self._connect(address, port, source, timeout))

    @staticmethod
    def _connect(address, port, source, timeout):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
        client.settimeout(timeout)
        if source:
            client.bind((source, 0))
        client.connect((address, port))
        return client

    def talks(self, timeout=1.0):
        """Whether a line sent now is answered."""
        self.socket.settimeout(timeout)
        try:
            self.socket.sendall(b"hello\n")
            return self.socket.recv(4096).startswith(b"ok")
        except OSError:
            return False

    def close(self):
        self.socket.close()


def can_connect(namespace, address, port, source=None, timeout=0.7):
    try:
        Connection(namespace, address, port, source, timeout).close()
        return True
    except OSError:
        return False


def wait_for(condition, timeout=5.0, pause=0.02):
    """The condition's first true value, or its last one after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(pause)


DEFAULT_CONFIGURATION = """<bartizan_config>
  <localfile><log_format>syslog</log_format><location>{auth}</location></localfile>
  <localfile><log_format>apache</log_format><location>{access}</location></localfile>
  <command><name>firewall-drop</name><executable>firewall-drop</executable><timeout_allowed>yes</timeout_allowed></command>
  <active-response>
    <command>firewall-drop</command><location>local</location>
    <rules_id>5763,200100,200101,200102,200103,200104,200105</rules_id><timeout>{timeout}</timeout>
  </active-response>
  {more}
</bartizan_config>
"""


class Engine:
    """bartizand with folders of its own, in a namespace (or none)."""

    def __init__(self, bin_dir, namespace=None, configuration=None, timeout=600, more="", rules=None, decoders=None,
                 lists=None, arguments=(), keep=False):
        self.bin, self.namespace, self.arguments, self.keep = bin_dir, namespace, list(arguments), keep
        self.root = tempfile.mkdtemp(prefix="bz-lab-")
        os.chmod(self.root, 0o755)
        self.config, self.state, self.run_dir = (os.path.join(self.root, name) for name in ("config", "state", "run"))
        self.auth, self.access = (os.path.join(self.root, name) for name in ("auth.log", "access.log"))
        for folder in ("rules", "decoders", "lists"):
            os.makedirs(os.path.join(self.config, folder))
        for path in (self.auth, self.access):
            open(path, "w").close()
        if configuration is None:
            configuration = DEFAULT_CONFIGURATION
        values = {"auth": self.auth, "access": self.access, "timeout": timeout, "more": more, "root": self.root}
        for key, value in values.items():
            configuration = configuration.replace("{%s}" % key, str(value))
        self.write("config/bartizan.conf", configuration)
        for folder, files in (("rules", rules), ("decoders", decoders), ("lists", lists)):
            for name, text in (files or {}).items():
                self.write(f"config/{folder}/{name}", text)
        self.process = None
        self.log_path = os.path.join(self.root, "engine.log")

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def argv(self, program, *arguments):
        argv = (os.path.join(self.bin, program), *arguments)
        return self.namespace.argv(*argv) if self.namespace else argv

    def start(self, wait=True):
        argv = self.argv("bartizand", "--foreground", "--config", self.config, "--state", self.state, "--run",
                         self.run_dir, *self.arguments)
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        if wait and not wait_for(lambda: self.process.poll() is not None or self.status(check=False), 15, 0.05):
            raise RuntimeError("the engine does not answer:\n" + self.log())
        if wait and self.process.poll() is not None:
            raise RuntimeError("the engine ended:\n" + self.log())
        return self

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def ctl(self, *arguments, check=True):
        """bartizanctl with --json; the parsed answer."""
        done = subprocess.run(self.argv("bartizanctl", "--socket", self.socket, "--json", *arguments), text=True,
                              capture_output=True)
        if done.returncode != 0 and check:
            raise RuntimeError(f"bartizanctl {' '.join(arguments)}: exit {done.returncode}: {done.stdout}{done.stderr}")
        try:
            return json.loads(done.stdout)
        except ValueError:
            return None

    @property
    def socket(self):
        return os.path.join(self.run_dir, "engine.sock")

    def status(self, check=True):
        answer = self.ctl("status", check=check)
        return answer if answer and "error" not in answer else None

    def blocks(self, *arguments):
        return self.ctl("blocks", *arguments)["blocks"]

    def alerts(self, *arguments):
        return self.ctl("alerts", *arguments)["alerts"]

    def kernel_blocks(self):
        """What stands in the kernel's block sets: addresses, and networks (which have a set for each prefix length)."""
        listed = json.loads(self.namespace.run("nft", "-j", "list", "ruleset"))
        found = set()
        for item in listed["nftables"]:
            if not item.get("set", {}).get("name", "").startswith("block"):
                continue
            prefix = item["set"]["name"].partition("_")[2]
            for element in item["set"].get("elem", []):
                address = element["elem"]["val"] if isinstance(element, dict) else element
                found.add(f"{address}/{prefix}" if prefix else address)
        return found

    def append(self, path, *lines):
        with open(path, "a") as file:
            file.write("".join(line + "\n" for line in lines))

    def failed_logins(self, address, count=6, user="root"):
        stamp = time.strftime("%b %e %H:%M:%S")
        self.append(self.auth, *[f"{stamp} desk sshd[{4000 + i}]: Failed password for {user} from {address} port "
                                 f"{40000 + i} ssh2" for i in range(count)])

    def kill(self):
        """SIGKILL, as a crash would be."""
        pids = [self.process.pid] + self._children()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def _children(self):
        try:
            with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
                return [int(pid) for pid in file.read().split()]
        except OSError:
            return []

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError("the engine did not stop within 10 s:\n" + self.log())
        return self.process.returncode if self.process else None

    def close(self):
        try:
            if self.process and self.process.poll() is None:
                self.kill()
        finally:
            if not self.keep:
                shutil.rmtree(self.root, ignore_errors=True)


class Network:
    """attacker -- victim -- inner: the victim forwards between the two. The attacker side has several addresses."""

    victim4, victim6 = "192.0.2.1", "2001:db8:0:1::1"
    attacker4, attacker6 = "192.0.2.66", "2001:db8:0:1::66"
    other4, other6 = "192.0.2.77", "2001:db8:0:1::77"
    inner4, inner6 = "198.51.100.2", "2001:db8:0:2::2"

    def __init__(self):
        prefix = f"bz-{os.getpid()}-{int(time.monotonic() * 1000) % 100000}"
        self.victim = self.attacker = self.inner = None
        try:
            self.victim, self.attacker, self.inner = (Namespace(f"{prefix}-{name}") for name in ("v", "a", "i"))
            self._join(self.victim, self.attacker, "outside")
            self._join(self.victim, self.inner, "inside")
            self._address(self.victim, "outside", f"{self.victim4}/24", f"{self.victim6}/64")
            self._address(self.attacker, "outside", f"{self.attacker4}/24", f"{self.attacker6}/64", f"{self.other4}/24",
                          f"{self.other6}/64")
            self._address(self.victim, "inside", "198.51.100.1/24", "2001:db8:0:2::1/64")
            self._address(self.inner, "inside", f"{self.inner4}/24", f"{self.inner6}/64")
            self.victim.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
            for namespace, gateway4, gateway6 in ((self.attacker, self.victim4, self.victim6),
                                                  (self.inner, "198.51.100.1", "2001:db8:0:2::1")):
                namespace.run("ip", "route", "add", "default", "via", gateway4)
                namespace.run("ip", "-6", "route", "add", "default", "via", gateway6)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _join(one, two, device):
        run("ip", "link", "add", device, "netns", one.name, "type", "veth", "peer", "name", device, "netns", two.name)

    @staticmethod
    def _address(namespace, device, *addresses):
        for address in addresses:
            options = ("nodad",) if ":" in address else ()
            namespace.run("ip", "address", "add", address, "dev", device, *options)
        namespace.run("ip", "link", "set", device, "up")

    def close(self):
        for namespace in (self.victim, self.attacker, self.inner):
            if namespace:
                namespace.close()
