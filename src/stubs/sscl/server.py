"""The server: SSCL's protocol, and what tests ask for."""

from __future__ import annotations

import hmac
import json
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stubs.plan import REFUSALS, Fault, Plan
from stubs.sscl.problems import Problem
from stubs.wire import LOOPBACK, Wire

if TYPE_CHECKING:
    from stubs.sscl.protocol import Protocol

ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PATHS = {
    "submit": re.compile(r"/v1/requests"),
    "status": re.compile(rf"/v1/requests/(?P<request_id>{ID})"),
    "files": re.compile(rf"/v1/requests/(?P<request_id>{ID})/files"),
    "fetch": re.compile(rf"/v1/requests/(?P<request_id>{ID})/files/(?P<file_id>{ID})"),
}
"""By the names that the contract gives its operations."""

PROBLEM = "application/problem+json"

type Answer = tuple[HTTPStatus, str, bytes]


class Stub(ThreadingHTTPServer):
    """Listens on loopback, unless told otherwise."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], *, protocol: Protocol, token: str, names: tuple[str, ...] = ()
    ) -> None:
        super().__init__(address, Handler)
        self.url = f"http://{address[0]}:{self.server_address[1]}"
        self.protocol = protocol
        self.store = protocol.store
        self.token = token
        self.names = (*LOOPBACK, *names)
        self.plan = Plan()


class Handler(Wire, BaseHTTPRequestHandler):
    """One connection."""

    server: Stub
    server_version = "sscl-stub"

    def do_GET(self) -> None:
        self.names = self.server.names
        path = urlsplit(self.path).path
        if not self.is_ours():
            return
        if path.startswith("/v1/"):
            self._speak("GET", path, b"")
        elif path == "/healthz":
            self.send_json(HTTPStatus.OK, {"status": "ok"})
        elif path == "/requests.json":
            self.send_json(HTTPStatus.OK, {"requests": self.server.store.requests()})
        elif path == "/kept.json":
            kept = [{"id": one.id, "key": one.key, "body": one.body} for one in self.server.store.all()]
            self.send_json(HTTPStatus.OK, {"kept": kept})
        else:
            self.send_json(HTTPStatus.NOT_FOUND, {"error": "There is nothing here."})

    def do_POST(self) -> None:
        self.names = self.server.names
        path = urlsplit(self.path).path
        if not self.is_ours():
            return
        try:
            body = self.body()
        except ValueError:
            problem = Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            self.send_whole(problem.status, {"Content-Type": PROBLEM}, _json(problem.answer()))
            return
        if path == "/plan":
            self._set_plan(body)
        else:
            self._speak("POST", path, body)

    def _speak(self, method: str, path: str, body: bytes) -> None:
        """Answer as the contract says, unless a fault strikes."""
        operation = next((name for name, pattern in PATHS.items() if pattern.fullmatch(path)), "")
        fault = self.server.plan.strike(operation)
        key = self.headers.get("Idempotency-Key") or ""
        headers: dict[str, str] = {}
        try:
            self._check_token()
            status, media_type, content = self._struck(fault, method, path, key, body)
        except Problem as problem:
            status, media_type, content = problem.status, PROBLEM, _json(problem.answer())
            if status == HTTPStatus.TOO_MANY_REQUESTS and fault and fault.retry_after is not None:
                headers["Retry-After"] = str(fault.retry_after)
            if status == HTTPStatus.UNAUTHORIZED:
                headers["WWW-Authenticate"] = "Bearer"
        whole = fault is None or fault.kind not in ("nothing", "half")
        self.server.store.note_request(
            method, path, int(status) if whole else 0, key=key, body=body, fault=fault.kind if fault else ""
        )
        self.send_with(fault, status, {"Content-Type": media_type, **headers}, content)

    def _struck(self, fault: Fault | None, method: str, path: str, key: str, body: bytes) -> Answer:
        if fault is None or fault.done:
            done = self._do(method, path, key, body)
        else:
            done = HTTPStatus.SERVICE_UNAVAILABLE, PROBLEM, b"{}"
        if fault and fault.kind in REFUSALS:
            raise Problem(HTTPStatus(int(fault.kind)), "A fault was planned.")
        return done

    def _check_token(self) -> None:
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise Problem(HTTPStatus.UNAUTHORIZED, "The token is missing or not known.")

    def _do(self, method: str, path: str, key: str, body: bytes) -> Answer:
        protocol = self.server.protocol
        matches = ((name, pattern.fullmatch(path)) for name, pattern in PATHS.items())
        operation, found = next(((name, match) for name, match in matches if match), ("", None))
        if found is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        if (method == "POST") != (operation == "submit"):
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED)
        if operation == "submit":
            status, told = protocol.submit(key, _read(body))
            return status, "application/json", _json(told)
        if operation == "status":
            return HTTPStatus.OK, "application/json", _json(protocol.one(found["request_id"]))
        if operation == "files":
            files = [record.told() for record in protocol.files(found["request_id"])]
            return HTTPStatus.OK, "application/json", _json({"files": files})
        content = protocol.file(found["request_id"], found["file_id"]).content
        return HTTPStatus.OK, "application/octet-stream", content

    def _set_plan(self, body: bytes) -> None:
        # A form on a page elsewhere cannot send this type without being asked first.
        if self.headers.get_content_type() != "application/json":
            self.send_json(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"error": "Send JSON."})
            return
        try:
            self.server.plan.set(json.loads(body))
        except ValueError as error:
            self.send_json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        else:
            self.send_json(HTTPStatus.OK, {})


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is no JSON.") from None


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()
