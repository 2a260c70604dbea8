"""Speaking to the real server byte by byte, as no browser would."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode, urlsplit

from tests.pages.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HUNG_SECONDS = 10
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back over the wire; status 0 when the server only closed the line.

    Attributes:
        seconds: until the line was closed or the answer complete.
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
    parts = urlsplit(url)
    began = time.monotonic()
    with socket.create_connection((parts.hostname or "", parts.port or 80), HUNG_SECONDS) as line:
        try:
            for number, piece in enumerate(pieces):
                if number:
                    time.sleep(pause)
                line.sendall(piece)
            if hang_up:
                line.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It has heard enough; what it said may still be there to read.
        answer = _read(line)
    return Reply(*answer, time.monotonic() - began)


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
        length = int(headers.get("content-length", -1))
        if not more or (complete and 0 <= length <= len(body)):
            return status, headers, body


def _head(head: bytes) -> tuple[int, Mapping[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    named = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in named}


class Visitor:
    """Somebody signed in at the real server.

    Args:
        url: of the pages.
        email: whose account; nobody's when empty.
    """

    def __init__(self, url: str, email: str = "", password: str = "") -> None:
        self.url = url
        self._cookies: dict[str, str] = {}
        self._token = ""
        self.open("/sign-in/")
        if email:
            reply = self.send("/sign-in/", {"email": email, "password": password})
            assert reply.status == 302, reply.status
            self.open("/teams/")

    def head(self, method: str, path: str, **headers: str) -> bytes:
        """The beginning of a request of this person; a header that is empty is left out."""
        lines = {
            "Host": urlsplit(self.url).netloc,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Connection": "close",
        }
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        said = [f"{name}: {value}" for name, value in lines.items() if value]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *said, "", ""]).encode("utf-8")

    def open(self, path: str) -> Reply:
        """Open a page."""
        return self._remember(exchange(self.url, [self.head("GET", path)]))

    def body(self, answers: Mapping[str, str]) -> bytes:
        """A form with this person's token."""
        return urlencode({"csrfmiddlewaretoken": self._token, **answers}, doseq=True).encode()

    def send(self, path: str, answers: Mapping[str, str]) -> Reply:
        """Send a form."""
        return self.send_raw(path, self.body(answers))

    def send_raw(self, path: str, body: bytes, *, content_type: str = FORM, **headers: str) -> Reply:
        """Send these bytes as the content of a form."""
        head = self.head("POST", path, Content_Type=content_type, Content_Length=str(len(body)), **headers)
        return self._remember(exchange(self.url, [head, body]))

    @property
    def token(self) -> str:
        """What proves that a form is from one of our pages."""
        return self._token

    def _remember(self, reply: Reply) -> Reply:
        for cookie in re.findall(r"(csrftoken|sessionid)=([^;]*);", reply.headers.get("set-cookie", "")):
            self._cookies[cookie[0]] = cookie[1]
        if found := re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', reply.body):
            self._token = found[1].decode()
        return reply


__all__ = ["Reply", "Visitor", "exchange", "read", "Self"]
