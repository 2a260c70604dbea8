"""A server that speaks S3, and one that stands in between and spoils what passes."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.jobs.engines import free_port

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

START_SECONDS = 60
HOP_BY_HOP = ("connection", "transfer-encoding", "content-length", "server", "date")


@contextmanager
def running_moto() -> Iterator[str]:
    """The address of a server that keeps buckets in memory."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - our own interpreter
        try:
            _await(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("moto did not start.")


@dataclass
class Fault:
    """What is to go wrong, and with which requests.

    Attributes:
        kind: refuses, breaks, hangs_up, is_silent (whole requests); cut, short, flipped, trickles (what comes
            back); half_kept (what is stored); captive (a page that is no S3).
        method: of the requests that it strikes.
        part: of their address.
        struck: how often it did.
    """

    kind: str
    method: str = ""
    part: str = ""
    struck: int = 0


@dataclass
class Between:
    """A server that hands everything on, but for its fault.

    Attributes:
        released: set when the silent ones may go.
    """

    upstream: str
    url: str = ""
    fault: Fault | None = None
    released: Event = field(default_factory=Event)
    seen: list[str] = field(default_factory=list)

    def fault_of(self, method: str, path: str) -> str:
        """What befalls this request; nothing, most of the time."""
        fault = self.fault
        if fault is None or fault.method not in ("", method) or fault.part not in path:
            return ""
        fault.struck += 1
        return fault.kind


@contextmanager
def standing_between(upstream: str, tls: ssl.SSLContext | None = None) -> Iterator[Between]:
    """A server in front of another; by TLS when told how."""
    between = Between(upstream)
    handler = type("Handler", (_Handler,), {"between": between})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        between.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield between
        finally:
            between.released.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_args: object) -> None:
        """A client that hangs up is what many of these tests want."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    between: Between

    def log_message(self, *_args: object) -> None:
        """Silent."""

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.between.seen.append(f"{self.command} {self.path}")
        kind = self.between.fault_of(self.command, self.path)
        match kind:
            case "refuses":
                self._error(403, "AccessDenied")
            case "breaks":
                self._error(500, "InternalError")
            case "captive":
                self._answer(200, {}, b"<html>Sign in to the network</html>")
            case "hangs_up":
                self.close_connection = True
            case "is_silent":
                self.between.released.wait(30)
                self.close_connection = True
            case _:
                self._hand_on(body[: len(body) // 2] if kind == "half_kept" else body, kind)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _do  # noqa: N815 - the names are http.server's

    def _hand_on(self, body: bytes, kind: str) -> None:
        upstream = http.client.HTTPConnection(urlsplit(self.between.upstream).netloc, timeout=30)
        # A body that was cut is not the one that was signed.
        left_out = {"content-length"} | ({"x-amz-content-sha256", "content-md5"} if kind else set())
        headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
        try:
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self._answer(answer.status, kept, content, kind, length)

    def _error(self, status: int, code: str) -> None:
        self._answer(status, {}, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())

    def _answer(
        self, status: int, headers: dict[str, str], content: bytes, kind: str = "", length: str | None = None
    ) -> None:
        length = length or str(len(content))
        if kind == "short":
            content = content[: len(content) // 2]
            length = str(len(content))
        if kind == "flipped":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        if self.command == "HEAD":
            return
        if kind == "cut":
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif kind == "trickles":
            self._trickle(content)
        else:
            self.wfile.write(content)

    def _trickle(self, content: bytes) -> None:
        for place in range(0, len(content), 16_384):
            self.wfile.write(content[place : place + 16_384])
            if self.between.released.wait(0.1):
                return


def everything_in(client: Any, bucket: str) -> tuple[list[str], list[str]]:
    """The names of all objects, and of all uploads that were neither completed nor aborted."""
    listed = client.list_objects_v2(Bucket=bucket).get("Contents", ())
    unfinished = client.list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    return [one["Key"] for one in listed], [one["Key"] for one in unfinished]
