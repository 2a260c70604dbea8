"""The server: Notify's protocol, the inbox, and what tests ask for."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit

from stubs.notify import inbox
from stubs.notify.errors import NotifyError
from stubs.notify.faults import Fault, Faults
from stubs.notify.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from stubs.notify.store import Message, Store
    from stubs.notify.tokens import Key

LOOPBACK = "127.0.0.1"
LARGEST_REQUEST_BYTES = 4_000_000
JSON_LIMIT = 1_000
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LONGEST_PAGE_NUMBER = 9


class Stub(ThreadingHTTPServer):
    """Listens on loopback, and nowhere else."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, *, store: Store, key: Key, template_id: str) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.url = f"http://{LOOPBACK}:{self.server_address[1]}"
        self.store = store
        self.key = key
        self.faults = Faults()
        self.protocol = Protocol(store, template_id, self.url)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Stub
    protocol_version = "HTTP/1.1"
    server_version = "notify-stub"
    sys_version = ""
    timeout = 65
    # Each answer leaves at once: small writes are not held back for the client's acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        where = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(where.query).items()}
        if where.path.startswith("/v2/"):
            self._speak("read", lambda: (HTTPStatus.OK, self._read(where.path, query)))
        elif where.path == "/":
            self._list_page(query)
        elif where.path.startswith("/messages/"):
            message = self.server.store.get(where.path.removeprefix("/messages/"))
            if message:
                self._page(HTTPStatus.OK, inbox.message_page(message))
            else:
                self._page(HTTPStatus.NOT_FOUND, inbox.missing_page())
        elif where.path == "/style.css":
            self._answer(HTTPStatus.OK, inbox.STYLE.encode(), "text/css; charset=utf-8")
        elif (told := self._told(where.path, query)) is not None:
            self._json(HTTPStatus.OK, told)
        else:
            self._page(HTTPStatus.NOT_FOUND, inbox.missing_page())

    def do_POST(self) -> None:
        if not self._is_ours():
            return
        path = urlsplit(self.path).path
        try:
            data = self._body()
        except ValueError:
            data = None
        if path == "/v2/notifications/email":
            self._speak("send", lambda: (HTTPStatus.CREATED, self.server.protocol.send(data)))
        elif path == "/faults":
            self._switch_fault(data)
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": "There is nothing to post to here."})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing: what came in is in the store."""

    def _is_ours(self) -> bool:
        """Refuse what reached us under a foreign name: a page elsewhere must not read the inbox."""
        name = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        if name in (LOOPBACK, "localhost"):
            return True
        self._json(HTTPStatus.MISDIRECTED_REQUEST, {"error": "This server answers on loopback only."})
        return False

    def _body(self) -> Any:
        """The JSON of the request.

        Raises:
            ValueError: it is none, or too large.
        """
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LARGEST_REQUEST_BYTES:
            self.close_connection = True
            raise ValueError
        return json.loads(self.rfile.read(length))

    def _speak(
        self, what: Literal["send", "read"], do: Callable[[], tuple[HTTPStatus, dict[str, Any]]]
    ) -> None:
        """Answer as Notify does, unless a fault is switched on."""
        fault = self.server.faults.next_for(what) or Fault()
        try:
            self.server.key.check(self.headers.get("Authorization"))
            fault.strike()
            status, answer = do()
        except NotifyError as error:
            status, answer = error.status, error.answer
        time.sleep(fault.delay_seconds)
        self.server.store.note_request(
            self.command, urlsplit(self.path).path, 0 if fault.accept_then_drop else int(status)
        )
        if fault.accept_then_drop:
            self.close_connection = True
        else:
            self._json(status, answer)

    def _read(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        if path == "/v2/notifications":
            return self.server.protocol.many(
                reference=query.get("reference"), older_than=query.get("older_than")
            )
        if path.startswith("/v2/notifications/"):
            return self.server.protocol.one(path.removeprefix("/v2/notifications/"))
        raise NotifyError(HTTPStatus.NOT_FOUND, "NotFound", "The requested URL was not found on the server.")

    def _told(self, path: str, query: dict[str, str]) -> Any:
        """What tests ask for, as JSON; None where there is nothing of that name."""
        if path == "/inbox.json":
            found = self.server.store.newest(
                limit=JSON_LIMIT, reference=query.get("reference"), email_address=query.get("to")
            )
            return {"messages": [_plain(message) for message in found]}
        if path == "/counts.json":
            return self.server.store.counts()
        if path == "/requests.json":
            return {"requests": self.server.store.requests()}
        return None

    def _switch_fault(self, data: Any) -> None:
        # A form on a page elsewhere cannot send this type without being asked first.
        if self.headers.get_content_type() != "application/json":
            self._json(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "Send JSON."})
            return
        try:
            self.server.faults.switch(Fault.read(data))
        except ValueError as error:
            self._json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        else:
            self._json(HTTPStatus.OK, {})

    def _list_page(self, query: dict[str, str]) -> None:
        page = (
            int(query["page"])
            if query.get("page", "").isdecimal() and len(query["page"]) <= LONGEST_PAGE_NUMBER
            else 1
        )
        total = self.server.store.count()
        page = max(1, min(page, -(-total // inbox.PER_PAGE)))
        messages = self.server.store.newest(limit=inbox.PER_PAGE, skip=(page - 1) * inbox.PER_PAGE)
        self._page(HTTPStatus.OK, inbox.list_page(messages, page=page, total=total))

    def _page(self, status: HTTPStatus, html: str) -> None:
        self._answer(status, html.encode(), "text/html; charset=utf-8")

    def _json(self, status: HTTPStatus, data: Any) -> None:
        self._answer(status, json.dumps(data).encode(), "application/json")

    def _answer(self, status: HTTPStatus, content: bytes, content_type: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", content_type),
            ("Content-Length", str(len(content))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _plain(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "reference": message.reference,
        "to": message.email_address,
        "subject": message.subject,
        "body": message.body,
        "status": message.status,
        "created_at": message.created.isoformat(),
    }
