"""gunicorn's threads, with an answer of ours to what is no HTTP at all."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import ThreadWorker

from correspondence.pages.middleware.headers import PERMISSIONS_POLICY

if TYPE_CHECKING:
    from socket import socket

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

    def handle_error(self, req: Any, client: socket, addr: Any, exc: BaseException) -> None:
        super().handle_error(req, _Rewritten(client), addr, exc)


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
