"""gunicorn's threads, with an answer of ours to what is no HTTP at all."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from gunicorn.workers.gthread import ThreadWorker

from correspondence.core import draining
from correspondence.pages.middleware.headers import PERMISSIONS_POLICY

if TYPE_CHECKING:
    from socket import socket

_log = structlog.get_logger("correspondence.requests")

QUOTING = ("Invalid request from", "Error handling request")
NOT_IMPLEMENTED, BAD_REQUEST = 501, 400
HEADERS = {
    "Connection": "close",
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cache-Control": "no-store",
}
PAGE = """<!DOCTYPE html>
<html lang="en">
  <head><title>We could not read that request</title></head>
  <body>
    <h1>We could not read that request</h1>
    <p>Nothing was changed. Go back, reload the page, and try again.</p>
  </body>
</html>
"""


def answer(status: int) -> bytes:
    """The whole answer, with the headers that every page carries."""
    content = PAGE.encode()
    lines = [f"HTTP/1.1 {status} ", *(f"{name}: {value}" for name, value in HEADERS.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Says to a broken request what gunicorn would, without quoting it, and never that the fault is ours."""

    log: Any
    max_keepalived: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.log = _Discreet(self.log)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """At once means at once: a thread in the middle of waiting would hold the process up for a minute."""
        del sig, frame
        os._exit(0)

    def handle_request(self, req: Any, conn: Any) -> Any:
        if draining.has_begun():
            # No connection is kept for another request: whoever holds it would send into a closing door.
            self.max_keepalived = 0
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket, addr: Any, exc: BaseException) -> None:
        _log.warning("unreadable", exc_info=exc)
        super().handle_error(req, _Rewritten(client), addr, exc)


class _Discreet:
    """gunicorn's log without the lines that quote a request: a cookie, or a letter, may stand in them."""

    def __init__(self, log: Any) -> None:
        self._log = log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def warning(self, message: str, *args: Any, **kwargs: Any) -> None:
        if not message.startswith(QUOTING):
            self._log.warning(message, *args, **kwargs)

    def exception(self, message: str, *args: Any, **kwargs: Any) -> None:
        if not message.startswith(QUOTING):
            self._log.exception(message, *args, **kwargs)


class _Rewritten:
    """Stands in for a connection, and sends our page in place of gunicorn's, under its status."""

    def __init__(self, client: socket) -> None:
        self._client = client

    def gettimeout(self) -> float:
        """As of a connection that does not wait: gunicorn then leaves it as it is."""
        return 0.0

    def sendall(self, page: bytes) -> None:
        status = int(page.split(maxsplit=2)[1])
        with suppress(OSError):
            self._client.settimeout(0)
            self._client.sendall(answer(BAD_REQUEST if status == NOT_IMPLEMENTED else status))
            self._client.settimeout(None)
