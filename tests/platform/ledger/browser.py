"""A person's browser: cookies, forms and connections kept open, over TLS 1.3 and from outside the system."""

from __future__ import annotations

import re
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PATIENCE_SECONDS = 80
"""Longer than every time limit inside the system: what hangs is to be seen hanging."""

IDLE_SECONDS = 30
"""After so long a browser opens another connection: the balancer closes those that are quiet for longer."""

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
COOKIE = re.compile(r"^([^=;]+)=([^;]*)")


class NoAnswer(Exception):
    """The request was sent, or could not be, and no answer came: nobody can say what became of it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the service is reached, and the name by which its certificate is checked.

    Attributes:
        authority: the certificate of whoever vouches for it.
    """

    address: str
    port: int
    host: str
    authority: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.3, verified by name."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        return context


class _Line(HTTPSConnection):
    """A connection to the door's address that asks for its host by name."""

    def __init__(self, door: Door, context: ssl.SSLContext) -> None:
        super().__init__(door.host, 443, timeout=PATIENCE_SECONDS, context=context)
        self.door, self.tls = door, context

    def connect(self) -> None:
        """Without looking the name up."""
        plain = HTTPConnection(self.door.address, self.door.port, timeout=PATIENCE_SECONDS)
        plain.connect()
        self.sock = self.tls.wrap_socket(plain.sock, server_hostname=self.door.host)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer.

    Attributes:
        seconds: from the first byte sent to the last received.
    """

    status: int
    location: str
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    name: str
    content: bytes
    kind: str = "application/pdf"


@dataclass(slots=True)
class Browser:
    """One person's; not to be shared between threads."""

    door: Door
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    _context: ssl.SSLContext | None = None
    _line: _Line | None = None
    _used: float = 0.0

    def sign_in(self, email: str, password: str) -> None:
        """Come in as a person does.

        Raises:
            AssertionError: they were not let in.
        """
        self.get("/sign-in/")
        reply = self.post("/sign-in/", {"email": email, "password": password})
        assert reply.status == 302, f"{email} was not let in: {reply.status} {reply.text[:2000]}"
        # The token of the session that has just begun.
        page = self.get("/cases/open/")
        assert page.status == 200, f"{email} sees no cases: {page.status}"

    def get(self, path: str) -> Reply:
        """Open a page; a redirect is not followed."""
        return self._exchange("GET", path, b"", {})

    def post(self, path: str, answers: Mapping[str, str], files: Sequence[tuple[str, Upload]] = ()) -> Reply:
        """Send a form."""
        sent = {"csrfmiddlewaretoken": self.token, **answers}
        if files:
            boundary = f"----{uuid4().hex}"
            body, kind = _parts(sent, files, boundary), f"multipart/form-data; boundary={boundary}"
        else:
            body, kind = urlencode(sent).encode(), "application/x-www-form-urlencoded"
        return self._exchange("POST", path, body, {"Content-Type": kind})

    def close(self) -> None:
        """Hang up."""
        if self._line:
            self._line.close()
        self._line = None

    def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        began = time.monotonic()
        if self._line is None or began - self._used > IDLE_SECONDS:
            self.close()
            self._context = self._context or self.door.context()
            self._line = _Line(self.door, self._context)
        said = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": f"https://{self.door.host}",
            "Referer": f"https://{self.door.host}{path}",
            **headers,
        }
        try:
            self._line.request(
                method, path, body or None, {name: value for name, value in said.items() if value}
            )
            answer = self._line.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            self.close()
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        self._used = time.monotonic()
        if answer.will_close:
            self.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            if found := COOKIE.match(line):
                self.cookies[found[1]] = found[2]
        reply = Reply(answer.status, answer.headers.get("Location") or "", content, self._used - began)
        if found := TOKEN.search(reply.text):
            self.token = found[1]
        return reply


def _parts(answers: Mapping[str, str], files: Sequence[tuple[str, Upload]], boundary: str) -> bytes:
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in answers.items()
    )
    for name, file in files:
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
            f"Content-Type: {file.kind}\r\n\r\n"
        )
        body += head.encode() + file.content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode()
