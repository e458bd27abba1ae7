"""bartizan-fetch against a real HTTPS server: what goes well, and each way in which servers go wrong. The test runs in network
and mount namespaces of its own, where a public address stands on the loopback and names lead to it."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import list_server as lists  # noqa: E402

INSIDE = "BARTIZAN_FETCH_NAMESPACE"
PUBLIC = "9.9.9.1"
HOSTS = f"""127.0.0.1 localhost inside.example both.example
{PUBLIC} lists.example other.example both.example
::1 inside6.example
"""
LIST = "# a list\n192.0.2.0/24\n198.51.100.7 ; ssh\n2001:db8::/32\nnonsense\n"
# As ErrorCode.
INVALID, NOT_FOUND, PERMISSION, REFUSED, UNAVAILABLE, BUSY, EXHAUSTED, CORRUPT, UNSUPPORTED = range(9)
BIN = None


def as_user(*argv):
    return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv)


class FetchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="bartizan-fetch-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        os.chmod(cls.folder, 0o755)
        for program in ("fetch_probe", "bartizan-fetch"):
            shutil.copy(os.path.join(BIN, program), cls.folder)
        cls.authority = lists.Authority(cls.folder)
        names = ("DNS:lists.example", "DNS:both.example", "DNS:inside.example", f"IP:{PUBLIC}")
        cls.certificate = cls.authority.issue("server", names)
        cls.server = cls.serve(PUBLIC, cls.certificate)
        cls.base = f"https://lists.example:{cls.server.port}"

    @classmethod
    def serve(cls, *arguments, **options):
        server = lists.ListServer(*arguments, **options)
        cls.addClassCleanup(server.close)
        return server

    def probe(self, *argv, wrap=(), environment=None, **options):
        options.setdefault("authorities", self.authority.certificates)
        command = [*wrap, f"{self.folder}/fetch_probe", f"{self.folder}/bartizan-fetch",
                   *(f"{name}={value}" for name, value in options.items()), *argv]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment or {})
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        return json.loads(done.stdout)

    def fetch(self, respond, *argv, path=None, **options):
        path = path or f"/{self._testMethodName}"
        self.server.routes[path] = respond
        options.setdefault("url", self.base + path)
        return self.probe(*argv, **options)

    def assertFails(self, answer, code, *words):
        self.assertIn("error", answer)
        error = answer["error"]
        self.assertEqual(error["code"], code, error)
        for word in words:
            self.assertIn(word, error["message"] + " | " + error["cure"])
        self.assertTrue(error["cure"], error)
        self.assertNotIn("imageBytes", answer)


class Downloads(FetchTest):
    def test_list(self):
        answer = self.fetch(lists.listing(LIST, etag='"v1"', modified="Mon, 02 Nov 2026 10:00:00 GMT"),
                            "ask=192.0.2.9", "ask=192.0.3.9", "ask=2001:db8::5")
        self.assertEqual(answer["listed"], ["192.0.2.9", "2001:db8::5"])
        self.assertEqual((answer["goodLines"], answer["badLines"], answer["networks"]), (3, 1, 3))
        self.assertEqual((answer["v4Ranges"], answer["v6Ranges"]), (2, 1))
        self.assertEqual(answer["etag"], '"v1"')
        self.assertEqual(answer["lastModified"], "Mon, 02 Nov 2026 10:00:00 GMT")
        self.assertEqual(answer["format"], "addresses")
        self.assertEqual(answer["first"][0], "network 192.0.2.0/24")
        self.assertEqual(answer["downloadBytes"], len(LIST))
        self.assertIn("nonsense", answer["problems"][0])
        self.assertEqual(answer["finalUrl"], f"{self.base}/test_list")

    def test_tells_nothing_of_itself(self):
        self.fetch(lists.page(200, LIST, Set_Cookie="who=you"))
        path, headers = self.server.requests[-1]
        self.assertEqual(headers.pop("User-Agent").split("/")[0], "Bartizan")
        self.assertEqual(headers.pop("Host"), f"lists.example:{self.server.port}")
        self.assertEqual(headers, {"Accept": "*/*", "Accept-Encoding": "gzip", "Accept-Language": "en",
                                   "Connection": "Keep-Alive"})

    def test_by_a_normal_user(self):
        answer = self.fetch(lists.listing(LIST), "ask=192.0.2.9", wrap=as_user())
        self.assertEqual(answer.get("listed"), ["192.0.2.9"], answer)

    def test_unchanged_by_tag(self):
        respond = lists.listing(LIST, etag='"v1"')
        answer = self.fetch(respond, etag='"v1"')
        self.assertTrue(answer["notModified"])
        self.assertEqual(answer["etag"], '"v1"')
        self.assertNotIn("imageBytes", answer)
        self.assertFalse(self.fetch(respond, etag='"v0"')["notModified"])

    def test_unchanged_by_date(self):
        date = "Mon, 02 Nov 2026 10:00:00 GMT"
        answer = self.fetch(lists.listing(LIST, modified=date), lastModified=date)
        self.assertTrue(answer["notModified"])
        self.assertEqual(answer["lastModified"], date)

    def test_unchanged_without_being_asked(self):
        self.assertFails(self.fetch(lists.page(304, "")), UNAVAILABLE, "304")

    def test_redirects_are_followed(self):
        self.server.routes["/a"] = lists.redirect("/b", 301)
        self.server.routes["/b"] = lists.redirect(f"{self.base}/c", 307)
        answer = self.fetch(lists.listing(LIST), path="/c", url=f"{self.base}/a")
        self.assertEqual(answer["finalUrl"], f"{self.base}/c")
        self.assertEqual(answer["networks"], 3)

    def test_private_server_where_allowed(self):
        inside = self.serve("127.0.0.1", self.certificate)
        inside.routes["/"] = lists.listing(LIST)
        answer = self.probe(url=f"https://inside.example:{inside.port}", allowPrivate=1)
        self.assertEqual(answer["networks"], 3)
        plain = self.serve("127.0.0.1")
        plain.routes["/list"] = lists.listing(LIST)
        self.assertEqual(self.probe(url=f"http://127.0.0.1:{plain.port}/list", allowPrivate=1)["networks"], 3)
        self.assertFails(self.probe(url=f"http://127.0.0.1:{plain.port}/list"), REFUSED, "http", "https")

    def test_of_several_addresses_only_public_ones(self):
        self.assertEqual(self.fetch(lists.listing(LIST), path="/both",
                                    url=f"https://both.example:{self.server.port}/both")["networks"], 3)

    def test_address_in_place_of_a_name(self):
        answer = self.fetch(lists.listing(LIST), path="/number", url=f"https://{PUBLIC}:{self.server.port}/number")
        self.assertEqual(answer["networks"], 3)


class Contents(FetchTest):
    def test_gzip_as_file(self):
        answer = self.fetch(lists.page(200, lists.gzipped(LIST)), "ask=192.0.2.9")
        self.assertEqual(answer["listed"], ["192.0.2.9"])
        self.assertEqual(answer["downloadBytes"], len(lists.gzipped(LIST)))

    def test_gzip_as_encoding(self):
        answer = self.fetch(lists.page(200, lists.gzipped(LIST), Content_Encoding="gzip"), "ask=192.0.2.9")
        self.assertEqual(answer["listed"], ["192.0.2.9"])

    def test_gzip_file_sent_packed(self):
        packed = lists.gzipped(lists.gzipped(LIST))
        self.assertEqual(self.fetch(lists.page(200, packed, Content_Encoding="gzip"))["networks"], 3)

    def test_gzip_cut_off(self):
        self.assertFails(self.fetch(lists.page(200, lists.gzipped(LIST * 100)[:-20])), CORRUPT, "can't be unpacked")

    def test_unknown_encoding(self):
        self.assertFails(self.fetch(lists.page(200, LIST, Content_Encoding="br")), UNSUPPORTED, "packed")

    def test_zip(self):
        self.assertEqual(self.fetch(lists.page(200, lists.zipped(list__txt=LIST)))["networks"], 3)

    def test_zip_of_several(self):
        packed = lists.zipped(readme__txt="hello\n", list__txt=LIST * 10)
        answer = self.fetch(lists.page(200, packed))
        self.assertEqual(answer["networks"], 30)
        self.assertIn("list.txt", answer["problems"][0])

    def test_zip_cut_off(self):
        packed = lists.zipped(list__txt="".join(f"10.0.{i // 256}.{i % 256}\n" for i in range(5000)))
        self.assertFails(self.fetch(lists.page(200, packed[:len(packed) // 2])), CORRUPT, "can't be unpacked")

    def test_empty_zip(self):
        self.assertFails(self.fetch(lists.page(200, lists.zipped())), CORRUPT, "can't be unpacked")

    def test_bombs(self):
        lines = b"192.0.2.1\n" * (8 << 20)
        self.assertFails(self.fetch(lists.page(200, lists.gzipped(lines))), EXHAUSTED, "times its size")
        self.assertFails(self.fetch(lists.page(200, lists.zipped(a__txt=lines))), EXHAUSTED, "times its size")
        self.assertFails(self.fetch(lists.page(200, lists.gzipped(lists.gzipped(lines)))), EXHAUSTED, "times its size")

    def test_too_large_unpacked(self):
        self.assertFails(self.fetch(lists.page(200, lists.gzipped(LIST * 1000)), unpackedBytes=10000), EXHAUSTED,
                         "10000 bytes unpacked", "limit")

    def test_too_many_entries(self):
        self.assertFails(self.fetch(lists.page(200, LIST), entries=2), EXHAUSTED, "2 entries", "limit")

    def test_error_page_as_a_list(self):
        answer = self.fetch(lists.page(200, "<!DOCTYPE html><html><head><title>Gone fishing</title></head></html>"))
        self.assertFails(answer, CORRUPT, "web page", "Gone fishing", "browser")
        answer = self.fetch(lists.page(200, "<html><title>Gone fishing</title></html>"), format="addresses")
        self.assertFails(answer, CORRUPT, "web page")

    def test_nothing(self):
        self.assertFails(self.fetch(lists.page(200, "")), CORRUPT, "empty")
        self.assertFails(self.fetch(lists.page(200, "one\ntwo\n"), format="addresses"), CORRUPT, "No line")
        self.assertEqual(self.fetch(lists.page(200, "# nobody today\n"), format="addresses")["networks"], 0)

    def test_named_format_and_column(self):
        text = "when,src,dst\n1,192.0.2.1,198.51.100.1\n2,192.0.2.2,198.51.100.2\n"
        answer = self.fetch(lists.page(200, text), "ask=198.51.100.2", "ask=192.0.2.2", format="csv", column="dst")
        self.assertEqual(answer["listed"], ["198.51.100.2"])
        self.assertFails(self.fetch(lists.page(200, text), format="tables"), INVALID, "format")

    def test_domains_and_hashes(self):
        answer = self.fetch(lists.page(200, "0.0.0.0 bad.example\n0.0.0.0 worse.example\n"), "ask=bad.example", "ask=good.example")
        self.assertEqual((answer["listed"], answer["domainCount"]), (["bad.example"], 2))
        self.assertEqual(self.fetch(lists.page(200, "ab" * 32 + "\n" + "cd" * 16 + "\n"))["hashCount"], 2)

    def test_entries_that_have_ended(self):
        def indicator(number, until):
            return {"type": "indicator", "id": f"indicator--{number}", "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z",
                    "valid_until": until, "pattern": f"[ipv4-addr:value = '192.0.2.{number}']"}
        bundle = {"type": "bundle", "objects": [indicator(1, "2021-01-01T00:00:00Z"), indicator(2, "2999-01-01T00:00:00.000Z")]}
        answer = self.fetch(lists.page(200, json.dumps(bundle)), "ask=192.0.2.1", "ask=192.0.2.2")
        self.assertEqual(answer["listed"], ["192.0.2.2"])
        self.assertIn("1 entries were left out", answer["problems"][0])

    def test_list_that_is_here(self):
        file = os.path.join(self.folder, "here")
        for data in (LIST.encode(), lists.gzipped(LIST)):
            pathlib.Path(file).write_bytes(data)
            self.assertEqual(self.probe("ask=192.0.2.9", file=file)["listed"], ["192.0.2.9"])
        self.assertFails(self.probe(file=file, downloadBytes=10), EXHAUSTED, "10 bytes")


class Troubles(FetchTest):
    def test_redirect_in_a_circle(self):
        self.server.routes["/x"] = lists.redirect("/y")
        self.server.routes["/y"] = lists.redirect("/x")
        self.assertFails(self.probe(url=f"{self.base}/x"), UNAVAILABLE, "circle", "address")

    def test_redirect_without_end(self):
        for i in range(20):
            self.server.routes[f"/{i}"] = lists.redirect(f"/{i + 1}")
        self.assertFails(self.probe(url=f"{self.base}/0"), UNAVAILABLE, "more than 5 times")
        self.assertEqual(sum(path.strip("/").isdigit() for path, _ in self.server.requests), 6)

    def test_redirect_to_where_nothing_is_fetched_from(self):
        inside = self.serve("127.0.0.1", self.certificate)
        plain = self.serve(PUBLIC)
        inside.routes["/list"] = plain.routes["/list"] = lists.listing(LIST)
        for to, word in ((f"https://127.0.0.1:{inside.port}/list", "private"),
                         (f"https://inside.example:{inside.port}/list", "private"),
                         (f"https://2130706433:{inside.port}/list", "private"),
                         (f"https://[::ffff:127.0.0.1]:{inside.port}/list", "private"),
                         (f"https://inside6.example:{inside.port}/list", "private"),
                         (f"http://{PUBLIC}:{plain.port}/list", "http://")):
            self.assertFails(self.fetch(lists.redirect(to)), REFUSED, word)
        self.assertEqual(inside.requests + plain.requests, [])
        self.assertFails(self.fetch(lists.redirect("file:///etc/passwd")), INVALID, "address")
        self.assertFails(self.fetch(lists.redirect(f"https://a:b@lists.example:{self.server.port}/")), INVALID, "password")
        self.assertFails(self.fetch(lists.page(302, "")), UNAVAILABLE, "nowhere")

    def test_cut_off(self):
        self.assertFails(self.fetch(lists.cut_off(LIST, len(LIST) + 100)), UNAVAILABLE, "cut off")
        self.assertFails(self.fetch(lists.cut_off_chunks(LIST)), UNAVAILABLE, "cut off")

    def test_wrong_length(self):
        for length in ("-5", "many", "1e3"):
            self.assertFails(self.fetch(lists.cut_off(LIST, length)), UNAVAILABLE, "length")

    def test_announced_too_large(self):
        self.assertFails(self.fetch(lists.cut_off(LIST, 10**12)), EXHAUSTED, "bytes", "limit")

    def test_endless(self):
        self.assertFails(self.fetch(lists.endless(), downloadBytes=3_000_000), EXHAUSTED, "3000000 bytes", "limit")

    def test_slow(self):
        begin = time.monotonic()
        self.assertFails(self.fetch(lists.silent(), idle=1), UNAVAILABLE, "nothing for 1 seconds")
        self.assertFails(self.fetch(lists.silent(b"192.0.2.1\n"), idle=1), UNAVAILABLE, "nothing for 1 seconds")
        self.assertFails(self.fetch(lists.drip(LIST * 10, 0.2), idle=1, seconds=3), UNAVAILABLE, "within 3 seconds")
        self.assertLess(time.monotonic() - begin, 15)

    def test_stopped(self):
        begin = time.monotonic()
        self.assertFails(self.fetch(lists.silent(), stopAfter=300), BUSY, "stopped")
        self.assertLess(time.monotonic() - begin, 5)

    def test_errors_of_the_server(self):
        for status, code in ((401, PERMISSION), (403, PERMISSION), (404, NOT_FOUND), (410, NOT_FOUND), (429, BUSY), (500, UNAVAILABLE),
                             (503, UNAVAILABLE), (204, UNAVAILABLE), (206, UNAVAILABLE), (418, UNAVAILABLE)):
            self.assertFails(self.fetch(lists.page(status, "" if status == 204 else LIST)), code, str(status))

    def test_certificates(self):
        for certificate, name, word in ((self.authority.issue("old", ["DNS:lists.example"], days=-1), "lists.example", "expired"),
                                        (self.certificate, "other.example", "another name"),
                                        (lists.Authority(self.folder, "stranger").issue("s", ["DNS:lists.example"]),
                                         "lists.example", "authority")):
            server = self.serve(PUBLIC, certificate)
            server.routes["/"] = lists.listing(LIST)
            self.assertFails(self.probe(url=f"https://{name}:{server.port}/"), REFUSED, "not trusted", word)
            self.assertEqual(server.requests, [])
        self.assertFails(self.probe(url=f"{self.base}/", authorities=""), REFUSED, "authority")
        self.assertFails(self.probe(url=f"{self.base}/", authorities="/nowhere"), INVALID, "certificate")

    def test_addresses_that_are_none(self):
        for url in ("", "lists.example", "https://", "ftp://lists.example/", "/etc/passwd", "file:///etc/passwd", "data:,192.0.2.1",
                    "https://lists.example/" + "a" * 5000):
            self.assertFails(self.probe(url=url), INVALID, "https://")
        self.assertFails(self.probe(url="https://me:secret@lists.example/"), INVALID, "password")
        self.assertFails(self.probe(url="https://me@lists.example/"), INVALID, "user name")

    def test_server_down(self):
        free = self.serve(PUBLIC)
        free.close()
        self.assertFails(self.probe(url=f"https://lists.example:{free.port}/"), UNAVAILABLE, "does not take connections")

    def test_unknown_name(self):
        self.assertFails(self.probe(url="https://nowhere.example/"), UNAVAILABLE, "nowhere.example", "resolved")

    def test_plain_server_behind_https(self):
        plain = self.serve(PUBLIC)
        self.assertFails(self.probe(url=f"https://lists.example:{plain.port}/"), REFUSED, "not trusted")


class Sandbox(FetchTest):
    """What a fetcher at work may do, as the kernel sees it."""

    def status_of_all_threads(self, wrap=()):
        self.server.routes["/slow"] = lists.silent(b"192.0.2.1\n")
        command = [*wrap, f"{self.folder}/fetch_probe", f"{self.folder}/bartizan-fetch", f"url={self.base}/slow",
                   f"authorities={self.authority.certificates}", "idle=30"]
        before = len(self.server.requests)
        probe = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={})
        try:
            deadline = time.monotonic() + 20
            while len(self.server.requests) == before and time.monotonic() < deadline:
                time.sleep(0.05)
            child = pathlib.Path(f"/proc/{probe.pid}/task/{probe.pid}/children").read_text().split()
            self.assertEqual(len(child), 1)
            process = pathlib.Path(f"/proc/{child[0]}")
            threads = [dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
                       for task in (process / "task").iterdir()]
            facts = ((process / "limits").read_text(), (process / "environ").read_bytes(), os.readlink(process / "cwd"),
                     [os.readlink(file) for file in (process / "fd").iterdir()])
            return threads, facts
        finally:
            probe.kill()
            probe.wait()

    def check(self, threads, facts):
        self.assertGreater(len(threads), 1)
        for thread in threads:
            self.assertEqual(thread["Uid"].split(), ["65534"] * 4)
            self.assertEqual(thread["Gid"].split(), ["65534"] * 4)
            self.assertEqual(thread["Groups"].split(), [])
            for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(thread[kind], 16), 0, kind)
            self.assertEqual(thread["NoNewPrivs"].strip(), "1")
            self.assertEqual(thread["Seccomp"].strip(), "2")
        limits, environment, folder, files = facts
        self.assertEqual((environment, folder), (b"", "/"))
        self.assertRegex(limits, r"Max core file size\s+0\s+0")
        self.assertRegex(limits, r"Max cpu time\s+20\s+20")
        self.assertRegex(limits, r"Max open files\s+64\s+64")
        # A sanitizer needs all of it.
        if b"__asan_init" not in pathlib.Path(BIN, "bartizan-fetch").read_bytes():
            self.assertNotRegex(limits, r"Max address space\s+unlimited")
        for file in files:
            self.assertRegex(file, r"^(/dev/null|socket:.*|pipe:.*|anon_inode:.*)$")

    def test_started_by_root(self):
        threads, facts = self.status_of_all_threads()
        self.assertEqual(int(threads[0]["CapBnd"], 16), 0)
        self.check(threads, facts)

    def test_started_by_a_user_with_capabilities(self):
        user = as_user("--inh-caps=+net_admin", "--ambient-caps=+net_admin")
        status = subprocess.run((*user, "cat", "/proc/self/status"), capture_output=True, text=True, check=True).stdout
        self.assertRegex(status, r"CapEff:\s+0*1000\n")
        self.check(*self.status_of_all_threads(user))

    def test_ends_with_its_parent(self):
        self.status_of_all_threads()
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self.leftovers():
            time.sleep(0.05)
        self.assertEqual(self.leftovers(), [])

    def leftovers(self):
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.folder in os.readlink(process / "exe"):
                    found.append(process.name)
            except OSError:
                pass
        return found


class Proxies(FetchTest):
    def test_through_a_proxy(self):
        proxy = self.serve(PUBLIC)
        begun = []

        def connect(handler):
            begun.append((handler.path, handler.headers.get("Proxy-Authorization")))
            handler.head(502, Content_Length=0)
        proxy._server.RequestHandlerClass = type("Handler", (proxy._server.RequestHandlerClass,), {"do_CONNECT": connect})
        environment = {"https_proxy": f"http://{PUBLIC}:{proxy.port}", "no_proxy": "lists.example"}
        self.assertEqual(self.fetch(lists.listing(LIST), environment=environment)["networks"], 3)
        self.assertEqual(begun, [])
        self.assertFails(self.probe(url="https://other.example/", environment=environment), UNAVAILABLE)
        self.assertEqual(begun, [("other.example:443", None)])
        self.assertFails(self.probe(url="https://127.0.0.1/", environment=environment), REFUSED, "private")
        self.assertFails(self.probe(url="https://localhost/", environment=environment), REFUSED, "private")
        self.assertFails(self.probe(url="https://x.example/", environment={"https_proxy": "what://"}), INVALID, "proxy")


def main():
    global BIN
    if os.geteuid() != 0:
        print("SKIPPED: network namespaces need root")
        raise SystemExit(77)
    if INSIDE not in os.environ:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ("unshare", "--net", "--mount", "--", sys.executable, *sys.argv))
    BIN = sys.argv.pop(1)
    with tempfile.NamedTemporaryFile("w", prefix="bartizan-hosts-") as hosts:
        hosts.write(HOSTS)
        hosts.flush()
        os.chmod(hosts.name, 0o644)
        for command in (("ip", "link", "set", "lo", "up"), ("ip", "address", "add", f"{PUBLIC}/32", "dev", "lo"),
                        ("mount", "--bind", hosts.name, "/etc/hosts")):
            subprocess.run(command, check=True)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
