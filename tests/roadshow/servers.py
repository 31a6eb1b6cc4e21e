"""Small servers for tests: on a free port of this machine, in a thread, counting who comes."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def in_a_loop(coroutine: Coroutine):
    """What the coroutine returns, run in a thread of its own: a browser's loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # the name that the standard library looks for
        with self.server.counted(self), contextlib.suppress(OSError):
            self.server.answer(self)

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        self.do_GET()

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    """`requests` are (method, path, headers) as they came; `connections` counts every accepted socket."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self, answer: Callable[[BaseHTTPRequestHandler], None], context: ssl.SSLContext | None = None
    ):
        self.answer, self.requests, self.connections = answer, [], 0
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @contextlib.contextmanager
    def counted(self, handler):
        with self._lock:
            self.requests.append((handler.command, handler.path, handler.headers))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            with self._lock:
                self.in_flight -= 1

    def get_request(self):
        accepted = super().get_request()
        self.connections += 1
        return accepted

    def handle_error(self, *args):
        pass

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"


@contextlib.contextmanager
def serving(answer, context=None) -> Iterator[Server]:
    """A server that answers every request by `answer(handler)`."""
    with Server(answer, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def send(handler, body: bytes = b"", status: int = 200, **headers: str) -> None:
    """A complete answer; header names are written with underscores."""
    handler.send_response(status)
    for name, value in {"content_type": "text/html; charset=utf-8", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    if "content_length" not in headers:
        handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


@contextlib.contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[tuple[int, list]]:
    """A socket that accepts and counts; the port and the list of whom it accepted."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    accepted = []
    with socket.create_server((host, 0), family=family) as server:

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, whence = server.accept()
                    accepted.append(whence)
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], accepted


# A certificate that nobody vouches for, with its key; good for nothing but these tests.
SELF_SIGNED = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0gJaXreN/zVK0auA
3KRfdFqGk8dMlzVmQRvfn15PnwahRANCAARb3q6wMzVj0tmURRa5RUwQfTKmMk/p
SUJGweszTfBdXCC41lSuLXpUhZywJL5im75eax1RPJvxhogLMcbENOmT
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUFwZCG2XLSWuyRpjWwcH+01yOvq0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNDAzNDE1NVoYDzIxMjYxMDMx
MDM0MTU1WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARb3q6wMzVj0tmURRa5RUwQfTKmMk/pSUJGweszTfBdXCC41lSuLXpU
hZywJL5im75eax1RPJvxhogLMcbENOmTo2QwYjAdBgNVHQ4EFgQU2TJ/pjui536j
My4GOeRmiNjHc2EwHwYDVR0jBBgwFoAU2TJ/pjui536jMy4GOeRmiNjHc2EwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IEBwpM3ED3tSMvhdJ87rc4rakdmYLONR/xSCnnpVLhgJAiB6F1rOPj9J69615Dox
Xis3Vr0XyXHr29B86uIE9DUnsw==
-----END CERTIFICATE-----
"""


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a server needs to present that certificate; `folder` takes its file."""
    file = folder / "self-signed.pem"
    file.write_text(SELF_SIGNED)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
