"""A real HTTPS server for lists, with an authority made for the test (openssl), and the ways in which servers go wrong."""

import gzip
import http.server
import io
import os
import socket
import ssl
import subprocess
import threading
import time
import zipfile


def _openssl(*arguments):
    subprocess.run(("openssl", *arguments), check=True, capture_output=True)


class Authority:
    """A certificate authority in `folder`; `certificates` is the file to trust."""

    def __init__(self, folder, name="authority"):
        self.folder, self.name = folder, name
        self.certificates = os.path.join(folder, f"{name}.pem")
        self._key = os.path.join(folder, f"{name}.key")
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self._key, "-out", self.certificates,
                 "-days", "30", "-subj", f"/CN=Test {name}", "-addext", "basicConstraints=critical,CA:TRUE",
                 "-addext", "keyUsage=critical,keyCertSign")
        os.chmod(self.certificates, 0o644)

    def issue(self, label, names, days=30):
        """A certificate for `names` ("DNS:lists.example", "IP:127.0.0.1"); one of less than no days has expired."""
        path = os.path.join(self.folder, label)
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{path}.key", "-out", f"{path}.csr", "-subj", f"/CN={label}")
        with open(f"{path}.ext", "w") as file:
            file.write(f"subjectAltName={','.join(names)}\n")
        _openssl("x509", "-req", "-in", f"{path}.csr", "-CA", self.certificates, "-CAkey", self._key, "-CAcreateserial",
                 "-days", str(days), "-extfile", f"{path}.ext", "-out", f"{path}.pem")
        return f"{path}.pem", f"{path}.key"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "lists", ""

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        self.close_connection = True
        respond = self.server.routes.get(self.path)
        try:
            if respond is None:
                page(404, "<!DOCTYPE html><html><title>Not found</title></html>")(self)
            else:
                respond(self)
        except OSError:
            pass  # the fetcher has gone away

    def log_message(self, *arguments):
        pass

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Connection", "close")
        self.end_headers()

    def sleep(self, seconds):
        """False once the server is closed."""
        return not self.server.closing.wait(seconds)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def handle_error(self, request, client_address):
        pass  # failed handshakes are what some tests are about


class ListServer:
    """Serves `routes` (path → respond(handler)) at `address`, with TLS where a certificate is given."""

    def __init__(self, address, certificate=None, port=0):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._server = type("Server", (_Server,), {"address_family": family})((address, port), _Handler)
        self._server.routes, self._server.requests, self._server.closing = {}, [], threading.Event()
        self.routes, self.requests = self._server.routes, self._server.requests
        self.port = self._server.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            # The handshake takes place in the thread of the request, where it can't hold up others.
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self):
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def page(status, text, **headers):
    """Any answer that is whole."""
    data = text.encode() if isinstance(text, str) else text

    def respond(handler):
        handler.head(status, Content_Length=len(data), **headers)
        handler.wfile.write(data)
    return respond


def listing(text, etag=None, modified=None, **headers):
    """A list that knows whether it has changed."""
    def respond(handler):
        asked = handler.headers
        known = etag is not None and asked.get("If-None-Match") == etag
        known = known or (modified is not None and asked.get("If-Modified-Since") == modified)
        more = {name: value for name, value in (("ETag", etag), ("Last_Modified", modified)) if value}
        if known:
            handler.head(304, **more)
        else:
            page(200, text, **more, **headers)(handler)
    return respond


def redirect(to, status=302):
    return page(status, "", Location=to)


def cut_off(text, announced):
    """Announces more than it sends."""
    def respond(handler):
        handler.head(200, Content_Length=announced)
        handler.wfile.write(text.encode())
    return respond


def cut_off_chunks(text):
    """Ends the connection before the last piece."""
    def respond(handler):
        handler.head(200, Transfer_Encoding="chunked")
        handler.wfile.write(f"{len(text):x}\r\n{text}\r\n".encode())
    return respond


def drip(text, pause):
    """A byte at a time."""
    def respond(handler):
        handler.head(200, Content_Length=len(text))
        for byte in text.encode():
            handler.wfile.write(bytes((byte,)))
            if not handler.sleep(pause):
                return
    return respond


def silent(before=b""):
    """Takes the question and says nothing (more)."""
    def respond(handler):
        if before:
            handler.head(200, Content_Length=1000)
            handler.wfile.write(before)
        handler.sleep(120)
    return respond


def endless(piece=b"192.0.2.1\n" * 5000):
    def respond(handler):
        handler.head(200)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and handler.sleep(0):
            handler.wfile.write(piece)
    return respond


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return packed.getvalue()


def gzipped(data):
    return gzip.compress(data if isinstance(data, bytes) else data.encode())
