"""How an answer leaves: as it should, or as a fault has it."""

from __future__ import annotations

import json
import select
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stubs.plan import Fault

LOOPBACK = ("127.0.0.1", "localhost")
LARGEST_REQUEST_BYTES = 4_000_000
PIECES = 10


class Wire(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    sys_version = ""
    timeout = 65
    # Each answer leaves at once: small writes are not held back for the client's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    names: tuple[str, ...] = LOOPBACK
    """The names under which the server may be reached."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing: what came in is in the store."""

    def is_ours(self) -> bool:
        """Refuse what reached us under a foreign name: a page elsewhere must not read what is kept here."""
        host = self.headers.get("Host") or ""
        if host.rpartition(":")[0] in self.names or host in self.names:
            return True
        self.send_json(HTTPStatus.MISDIRECTED_REQUEST, {"error": "This server has another name."})
        return False

    def body(self) -> bytes:
        """What was sent.

        Raises:
            ValueError: its length is not told, or too large.
        """
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LARGEST_REQUEST_BYTES:
            self.close_connection = True
            raise ValueError
        return self.rfile.read(length)

    def send_json(self, status: HTTPStatus, data: Any) -> None:
        """An answer that no fault touches."""
        self.send_whole(status, {"Content-Type": "application/json"}, json.dumps(data).encode())

    def send_whole(self, status: HTTPStatus, headers: Mapping[str, str], content: bytes) -> None:
        """An answer as it should be."""
        self._head(status, headers, content)
        self.wfile.write(content)

    def send_with(
        self, fault: Fault | None, status: HTTPStatus, headers: Mapping[str, str], content: bytes
    ) -> None:
        """An answer as the fault has it."""
        kind = fault.kind if fault else ""
        if fault is None or kind not in ("nothing", "half", "slow", "twice"):
            self.send_whole(status, headers, content)
            return
        self.close_connection = kind != "twice"
        if kind == "nothing":
            # Until the client has had enough of it.
            select.select([self.connection], [], [], fault.seconds)
            return
        self._head(status, headers, content)
        if kind == "half":
            self.wfile.write(content[: len(content) // 2])
        elif kind == "slow":
            self._drip(content, fault.seconds)
        else:
            self.wfile.write(content)
            self.send_whole(status, headers, content)

    def _drip(self, content: bytes, seconds: float) -> None:
        size = max(1, -(-len(content) // PIECES))
        for start in range(0, len(content), size):
            time.sleep(seconds / PIECES)
            self.wfile.write(content[start : start + size])
            self.wfile.flush()

    def _head(self, status: HTTPStatus, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        whole = {"Cache-Control": "no-store", **headers, "Content-Length": str(len(content))}
        for name, value in whole.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()
