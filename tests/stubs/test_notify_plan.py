"""The Notify stub goes wrong by plan, and remembers what it heard."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient

from stubs.notify.store import Store
from tests.stubs.running import API_KEY, TEMPLATE_ID, RunningStub

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {"subject": "By plan", "body": "Hello"}


def send(stub: RunningStub, reference: str) -> Any:
    untyped: Any = NotificationsAPIClient
    client = untyped(API_KEY, base_url=stub.url, timeout=(1, 0.3))
    try:
        return client.send_email_notification("rhys@example.invalid", TEMPLATE_ID, WORDS, reference=reference)
    finally:
        client.request_session.close()


@pytest.mark.parametrize("kind", ["500", "429", "403", "nothing", "half"])
@pytest.mark.parametrize("done", [True, False])
def test_a_fault_may_hide_that_the_message_was_taken(empty_stub: RunningStub, kind: str, done: bool) -> None:
    empty_stub.plan(faults=[{"kind": kind, "done": done, "seconds": 0.5}])
    with pytest.raises((HTTPError, requests.RequestException)):
        send(empty_stub, "planned")
    assert empty_stub.counts() == ({"planned": 1} if done else {})
    assert empty_stub.heard()[-1]["fault"] == kind
    assert send(empty_stub, "after")["reference"] == "after"


def test_too_many_may_say_for_how_long(empty_stub: RunningStub) -> None:
    empty_stub.plan(faults=[{"kind": "429", "retry_after": 5}, {"kind": "429"}])
    waits = []
    for reference in ("one", "two"):
        with pytest.raises(HTTPError) as caught:
            send(empty_stub, reference)
        assert caught.value.response is not None
        waits.append(caught.value.response.headers.get("Retry-After"))
    assert waits == ["5", None]


def test_a_plan_for_reading_spares_what_is_sent(empty_stub: RunningStub) -> None:
    empty_stub.plan(faults=[{"kind": "500", "on": ["read"]}])
    assert send(empty_stub, "spared")["reference"] == "spared"


def test_every_call_is_kept_with_its_reference_and_hash(empty_stub: RunningStub) -> None:
    began = time.time()
    send(empty_stub, "kept")
    (heard,) = empty_stub.heard()
    assert began <= heard["at"] <= time.time()
    assert (heard["key"], heard["status"], heard["fault"]) == ("kept", 201, "")
    assert len(heard["body_sha256"]) == len(hashlib.sha256().hexdigest())


def test_the_file_of_an_earlier_version_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "notify.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute(
            "CREATE TABLE request (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL,"
            " method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL)"
        )
        old.execute("INSERT INTO request (at, method, path, status) VALUES (1, 'GET', '/v2/x', 404)")
    old.close()
    store = Store(path)
    store.note_request("POST", "/v2/y", 201, key="new", body=b"x")
    assert [(one["path"], one["key"]) for one in store.requests()] == [("/v2/x", ""), ("/v2/y", "new")]
    store.close()
