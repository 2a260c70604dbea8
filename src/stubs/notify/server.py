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
from stubs.plan import REFUSALS, Plan
from stubs.wire import LOOPBACK, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from stubs.notify.relay import Relay
    from stubs.notify.store import Message, Store
    from stubs.notify.tokens import Key
    from stubs.plan import Fault as Planned

JSON_LIMIT = 1_000
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PROTECTING = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
LONGEST_PAGE_NUMBER = 9


type Done = tuple[HTTPStatus, dict[str, Any]]


class Stub(ThreadingHTTPServer):
    """Listens on loopback, unless told otherwise."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        *,
        store: Store,
        key: Key,
        template_id: str,
        names: tuple[str, ...] = (),
        relay: Relay | None = None,
    ) -> None:
        super().__init__(address, Handler)
        self.url = f"http://{names[0] if names else LOOPBACK[0]}:{self.server_address[1]}"
        self.names = (*LOOPBACK, *names)
        self.store = store
        self.key = key
        self.faults = Faults()
        self.plan = Plan()
        self.relay = relay
        self.protocol = Protocol(store, template_id, self.url)


class Handler(Wire, BaseHTTPRequestHandler):
    """One connection."""

    server: Stub
    server_version = "notify-stub"

    def do_GET(self) -> None:
        self.names = self.server.names
        if not self.is_ours():
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
        self.names = self.server.names
        if not self.is_ours():
            return
        path = urlsplit(self.path).path
        body, data = b"", None
        try:
            body = self.body()
            data = json.loads(body)
        except ValueError:
            pass  # the protocol says what it thinks of no data
        if path == "/v2/notifications/email":
            self._speak("send", lambda: (HTTPStatus.CREATED, self.server.protocol.send(data)), body)
        elif path == "/faults":
            self._switch(lambda: self.server.faults.switch(Fault.read(data)))
        elif path == "/plan":
            self._switch(lambda: self.server.plan.set(data))
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": "There is nothing to post to here."})

    def _speak(
        self,
        what: Literal["send", "read"],
        do: Callable[[], Done],
        body: bytes = b"",
    ) -> None:
        """Answer as Notify does, unless a fault is switched on, or planned."""
        fault = self.server.faults.next_for(what) or Fault()
        planned = self.server.plan.strike(what)
        headers = {"Content-Type": "application/json"}
        try:
            self.server.key.check(self.headers.get("Authorization"))
            fault.strike()
            status, answer = _as_planned(planned, do)
        except NotifyError as error:
            status, answer = error.status, error.answer
            if planned and planned.retry_after is not None and status == HTTPStatus.TOO_MANY_REQUESTS:
                headers["Retry-After"] = str(planned.retry_after)
        time.sleep(fault.delay_seconds)
        dropped = fault.accept_then_drop or (planned is not None and planned.kind in ("nothing", "half"))
        self.server.store.note_request(
            self.command,
            urlsplit(self.path).path,
            0 if dropped else int(status),
            key=str(answer.get("reference") or "") if what == "send" else "",
            body=body,
            fault=planned.kind if planned else "",
        )
        if self.server.relay:
            self.server.relay.wake()
        if fault.accept_then_drop:
            self.close_connection = True
        else:
            self.send_with(planned, status, {**PROTECTING, **headers}, json.dumps(answer).encode())

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
        if path == "/relay.json":
            return {"relay": self.server.store.relays()}
        if path == "/healthz":
            return {"status": "ok"}
        return None

    def _switch(self, switch: Callable[[], None]) -> None:
        # A form on a page elsewhere cannot send this type without being asked first.
        if self.headers.get_content_type() != "application/json":
            self._json(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "Send JSON."})
            return
        try:
            switch()
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
        self.send_whole(status, {**PROTECTING, "Content-Type": content_type}, content)


def _as_planned(planned: Planned | None, do: Callable[[], Done]) -> Done:
    """What is done, and refused all the same where the plan says so.

    Raises:
        NotifyError: with the status that is planned.
    """
    done = do() if planned is None or planned.done else (HTTPStatus.SERVICE_UNAVAILABLE, {})
    if planned and planned.kind in REFUSALS:
        raise NotifyError(HTTPStatus(int(planned.kind)), "Exception", "A fault was planned")
    return done


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
