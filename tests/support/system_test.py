"""What every system test needs: a network, engines that are always closed, and a visible skip without root."""

import os
import sys
import unittest

import lab

BIN = None


class SystemTest(unittest.TestCase):
    """One network per class; engines by self.engine(...)."""

    @classmethod
    def setUpClass(cls):
        cls.network = lab.Network()
        cls.addClassCleanup(cls.network.close)

    def engine(self, start=True, **options):
        engine = lab.Engine(BIN, self.network.victim, **options)
        self.addCleanup(self._finish, engine)
        if start:
            engine.start()
        return engine

    def _finish(self, engine):
        engine.close()
        self.network.victim.run("nft", "delete", "table", "inet", "bartizan", check=False)

    def listener(self, namespace, port):
        listener = lab.Listener(namespace, port)
        self.addCleanup(listener.close)
        return listener

    def assertSoon(self, condition, message, timeout=5.0):
        self.assertTrue(lab.wait_for(condition, timeout), message)

    def assertBlockedSoon(self, engine, address):
        if not lab.wait_for(lambda: address in engine.kernel_blocks(), 5):
            self.fail(f"{address} is not in the kernel; blocks: {engine.blocks('--all')}; engine log:\n{engine.log()}")


def main():
    global BIN
    if os.geteuid() != 0:
        print("SKIPPED: network namespaces need root")
        raise SystemExit(77)
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
