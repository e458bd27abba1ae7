"""The main job, shown step by step: a log-in attack from a second network namespace, a real block in a real firewall,
released by hand and, the second time, on time. Usage: demo.py BIN_DIR (as root)."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import lab  # noqa: E402

SECONDS = 8
START = time.monotonic()


def step(text):
    print(f"[{time.monotonic() - START:6.2f} s] {text}", flush=True)


def check(text, good):
    print(f"           {'✓' if good else '✗'} {text}", flush=True)
    if not good:
        raise SystemExit("the demo did not go as it should; see the line above")


class LoginServer:
    """Stands in for sshd: takes TCP connections and writes what sshd would write about a failed log-in."""

    def __init__(self, engine, network):
        self.engine = engine
        self.socket = network.victim.call(lambda: lab.Listener._bind(22, lab.socket.AF_INET6))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, peer = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    user = connection.recv(64).decode().strip()
                    if not user:
                        continue
                    address = peer[0].removeprefix("::ffff:")
                    stamp = time.strftime("%b %e %H:%M:%S")
                    self.engine.append(self.engine.auth, f"{stamp} desk sshd[812]: Failed password for {user} from "
                                                         f"{address} port {peer[1]} ssh2")
                    connection.sendall(b"Permission denied, please try again.\n")
                except OSError:
                    pass


def fail_to_log_in(namespace, source, user, times):
    """Until it is through, or shut out."""
    for _ in range(times):
        try:
            client = lab.Connection(namespace, lab.Network.victim4, 22, source)
            client.socket.sendall(user.encode() + b"\n")
            client.socket.recv(100)
            client.close()
        except OSError:
            return


def main(bin_dir):
    if os.geteuid() != 0:
        raise SystemExit("the demo makes network namespaces and needs root: sudo ./dev demo")
    network = lab.Network()
    engine = lab.Engine(bin_dir, network.victim, timeout=SECONDS)
    try:
        attacker = network.attacker4
        step(f"Two network namespaces, joined by a virtual cable: this machine ({network.victim4}) and an attacker "
             f"({attacker}).")
        engine.start()
        status = engine.status()
        step(f"The engine runs: {status['ruleset']['rules']} rules, firewall {status['firewall']['backend']}, "
             f"{status['state']}.")
        server = LoginServer(engine, network)
        watch = subprocess.Popen(engine.argv("bartizanctl", "--socket", engine.socket, "--json", "watch"),
                                 stdout=subprocess.PIPE, text=True)
        time.sleep(0.3)

        step("The attacker tries six passwords for root.")
        fail_to_log_in(network.attacker, attacker, "root", 6)
        written = time.monotonic()
        for line in watch.stdout:
            event = json.loads(line)
            if event["event"] == "block" and event["data"]["state"] == "active":
                break
        step(f"Notification {1000 * (time.monotonic() - written):.0f} ms later: {attacker} blocked for "
             f"{event['data']['remaining']} s: {event['data']['rule']['description']}")
        check("the address stands in the kernel's block set", attacker in engine.kernel_blocks())
        check("the attacker's packets are dropped", not lab.can_connect(network.attacker, network.victim4, 22, attacker))
        check("another host gets through", lab.can_connect(network.attacker, network.victim4, 22, network.other4))
        block = engine.blocks()[0]
        step(f"The Blocks page counts down: {block['address']}, {block['remaining']} s left, rule {block['rule']['id']}.")
        step("Why? " + engine.ctl("why", attacker)["text"])

        step("One click on Unblock.")
        engine.ctl("unblock", attacker)
        check("packets flow again", lab.can_connect(network.attacker, network.victim4, 22, attacker))

        step("The attacker comes back; this time nobody clicks.")
        fail_to_log_in(network.attacker, attacker, "admin", 6)
        check("blocked again", lab.wait_for(lambda: attacker in engine.kernel_blocks()))
        lab.wait_for(lambda: attacker not in engine.kernel_blocks(), SECONDS + 5)
        lab.wait_for(lambda: not engine.blocks())
        block = engine.blocks("--all")[0]
        lasted = datetime.fromisoformat(block["released"]) - datetime.fromisoformat(block["created"])
        step(f"Released by itself after {lasted.total_seconds():.1f} s (asked: {SECONDS}).")
        check("packets flow again", lab.can_connect(network.attacker, network.victim4, 22, attacker))
        step("The history, newest first:")
        for alert in engine.alerts()[:6]:
            print(f"             rule {alert['rule']['id']:>6}  {alert['rule']['description']}", flush=True)

        watch.terminate()
        engine.stop()
        left = subprocess.run(engine.argv("bartizanctl", "firewall", "teardown", "--verify"), capture_output=True, text=True)
        check("teardown leaves nothing in the firewall", left.returncode == 0 and engine.kernel_blocks() == set())
        server.socket.close()
        step("Done. Nothing outside the two namespaces was touched.")
    finally:
        engine.close()
        network.close()


if __name__ == "__main__":
    main(sys.argv[1])
