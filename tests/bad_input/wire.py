"""Speaking to the real server byte by byte, as no browser would."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from tests.bad_input.browser import BOUNDARY, FORM, MULTIPART, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.bad_input.browser import Answers, Sent

HUNG_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the wire; status 0 when the server only closed the line.

    Attributes:
        seconds: until the answer was complete, or the line closed.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("location", "")


def exchange(url: str, pieces: Iterable[bytes], *, pause: float = 0.0, hang_up: bool = False) -> Reply:
    """Send bytes, one piece after the other, and read one answer.

    Args:
        pause: in seconds, between the pieces.
        hang_up: close our half of the line after the last piece, as a browser does that is shut down.
    """
    place = urlsplit(url)
    began = time.monotonic()
    with socket.create_connection((place.hostname or "", place.port or 80), HUNG_SECONDS) as line:
        try:
            for number, piece in enumerate(pieces):
                time.sleep(pause if number else 0)
                line.sendall(piece)
            if hang_up:
                line.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It has heard enough; what it said may still be there to read.
        return Reply(*_read(line), time.monotonic() - began)


def _read(line: socket.socket) -> tuple[int, Mapping[str, str], bytes]:
    received = b""
    while True:
        try:
            more = line.recv(65536)
        except ConnectionResetError:
            more = b""
        received += more
        head, complete, body = received.partition(b"\r\n\r\n")
        status, headers = _head(head) if complete else (0, {})
        if not more or (complete and 0 <= int(headers.get("content-length", -1)) <= len(body)):
            return status, headers, body


def _head(head: bytes) -> tuple[int, Mapping[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = "; ".join([*filter(None, [headers.get(name.lower())]), value.strip()])
    return int(first.split()[1]), headers


class Visitor:
    """Somebody at the real server, signed in if their address and password are given."""

    def __init__(self, url: str, email: str = "", password: str = "") -> None:
        self.url = url
        self.token = ""
        self._cookies: dict[str, str] = {}
        self.open("/sign-in/")
        if email:
            assert self.send("/sign-in/", {"email": email, "password": password}).status == 302
            self.open("/teams/")

    def head(self, method: str, path: str, **headers: str) -> bytes:
        """The beginning of a request of this person; an empty header is left out."""
        said = {
            "Host": urlsplit(self.url).netloc,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Connection": "close",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in said.items() if value]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()

    def post(self, path: str, body: bytes, kind: str = FORM, **headers: str) -> list[bytes]:
        """A request that brings these bytes, in two pieces."""
        said = {"Content_Type": kind, "Content_Length": str(len(body)), "X_CSRFToken": self.token, **headers}
        return [self.head("POST", path, **said), body]

    def form(self, path: str, answers: Answers, files: tuple[Sent, ...] = ()) -> list[bytes]:
        """A proper form."""
        sent = {"csrfmiddlewaretoken": self.token, **answers}
        if files:
            return self.post(path, parts(sent, files), MULTIPART)
        return self.post(path, urlencode(sent, doseq=True).encode())

    def open(self, path: str) -> Reply:
        """Open a page."""
        return self._remember(exchange(self.url, [self.head("GET", path)]))

    def send(self, path: str, answers: Answers, files: tuple[Sent, ...] = ()) -> Reply:
        """Send a form."""
        return self._remember(exchange(self.url, self.form(path, answers, files)))

    def _remember(self, reply: Reply) -> Reply:
        for name, value in re.findall(r"(csrftoken|sessionid)=([^;]*);", reply.headers.get("set-cookie", "")):
            self._cookies[name] = value
        if found := re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', reply.body):
            self.token = found[1].decode()
        return reply


__all__ = ["BOUNDARY", "HUNG_SECONDS", "Reply", "Visitor", "exchange"]
