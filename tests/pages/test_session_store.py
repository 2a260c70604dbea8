"""The session's row is the truth: no cache signs anybody out, and none lets anybody back in."""

from __future__ import annotations

import json
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from correspondence.core import cache as core_cache
from correspondence.core.cache import Breaker, shared
from correspondence.pages import session_store
from correspondence.pages.session_store import SessionStore
from tests.clients import signed_in
from tests.own_valkey import OwnValkey, as_cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from time_machine import Traveller

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnValkey]:
    with OwnValkey(tmp_path_factory.mktemp("valkey")) as valkey:
        yield valkey


@pytest.fixture
def valkey(running: OwnValkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnValkey]:
    monkeypatch.setattr(core_cache, "breaker", Breaker())
    with as_cache(running.url):
        running.tell("FLUSHALL")
        yield running


@pytest.fixture
def at_eight() -> Iterator[Traveller]:
    with time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def inside(valkey: OwnValkey, at_eight: Traveller) -> Client:
    del valkey, at_eight
    return signed_in("Bea Manager")


def opens(client: Client) -> bool:
    return client.get("/teams/").status_code == 200


def asked_for_the_row(client: Client) -> bool:
    with CaptureQueriesContext(connection) as asked:
        assert opens(client)
    return any('FROM "django_session"' in query["sql"] for query in asked)


def for_ever(valkey: OwnValkey) -> bytes:
    """The one copy there is, which from now on stays whatever its expiry was."""
    (name,) = valkey.tell("KEYS", "*session:*")
    assert valkey.tell("PERSIST", name) == 1
    return bytes(name)


def test_the_row_is_read_once_a_second(inside: Client, valkey: OwnValkey, at_eight: Traveller) -> None:
    for_ever(valkey)
    assert not asked_for_the_row(inside)
    at_eight.shift(0.9)
    assert not asked_for_the_row(inside)
    at_eight.shift(0.1)
    assert asked_for_the_row(inside)


def test_a_copy_goes_by_itself(inside: Client, valkey: OwnValkey) -> None:
    del inside
    (name,) = valkey.tell("KEYS", "*session:*")
    assert 0 < valkey.tell("PTTL", name) <= 1000


@pytest.mark.parametrize("fault", ["FLUSHALL", "kill", "hang"])
def test_losing_the_cache_signs_nobody_out(inside: Client, valkey: OwnValkey, fault: str) -> None:
    if fault == "FLUSHALL":
        valkey.tell(fault)
    else:
        getattr(valkey, fault)()
    try:
        assert all(opens(inside) for _ in range(3))
        assert opens(signed_in("Rhys Responder"))
    finally:
        valkey.kill()
        valkey.start()
    assert opens(inside)


def test_a_deleted_row_ends_the_session_although_a_copy_is_left(
    inside: Client, valkey: OwnValkey, at_eight: Traveller
) -> None:
    for_ever(valkey)
    Session.objects.all().delete()
    at_eight.shift(1)
    assert not opens(inside)


def test_signing_out_while_the_cache_is_silent_holds_when_it_returns(
    inside: Client, valkey: OwnValkey, at_eight: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    stolen = Client()
    stolen.cookies = copy(inside.cookies)
    for_ever(valkey)
    valkey.hang()
    inside.post("/sign-out/")
    valkey.go_on()
    monkeypatch.setattr(core_cache, "breaker", Breaker())
    assert len(valkey.tell("KEYS", "*session:*")) >= 1
    at_eight.shift(1)
    assert not opens(stolen)
    assert not opens(inside)


def test_signing_out_ends_it_at_once_where_the_cache_answers(inside: Client) -> None:
    stolen = Client()
    stolen.cookies = copy(inside.cookies)
    inside.post("/sign-out/")
    assert not opens(stolen)


def test_the_cache_holds_no_session_id_and_what_it_holds_cannot_be_made(
    inside: Client, valkey: OwnValkey
) -> None:
    other = signed_in("Rhys Responder")
    key = inside.session.session_key
    assert key
    kept = {name: valkey.tell("GET", name) for name in valkey.tell("KEYS", "*")}
    assert kept
    assert not any(key.encode() in name + value for name, value in kept.items())

    # Neither a copy of somebody else's session nor one without our signature is believed.
    mine, theirs = (session_store._name(str(client.session.session_key)) for client in (inside, other))  # noqa: SLF001 - a forger knows the names
    for forged in (shared().get(theirs), json.dumps({"at": BEGAN.timestamp(), "data": {SESSION_KEY: "1"}})):
        assert forged
        shared().set(mine, forged, 1)
        assert SessionStore(key).get(SESSION_KEY) == inside.session[SESSION_KEY]


def test_what_a_page_leaves_for_the_next_is_read_from_the_row(inside: Client, valkey: OwnValkey) -> None:
    session = inside.session
    session["a notice"] = "Case created"
    session.save()
    assert valkey.tell("KEYS", "*session:*") == []
    assert asked_for_the_row(inside)
    assert SessionStore(session.session_key)["a notice"] == "Case created"


def test_a_session_that_was_read_before_a_change_does_not_hide_it(inside: Client) -> None:
    key = inside.session.session_key
    shared().delete(session_store._name(str(key)))  # noqa: SLF001 - as if a second had gone

    late, changes = SessionStore(key), [SessionStore(key)]

    def changed_meanwhile(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if changes:
            change = changes.pop()
            change["began"] = 1.0
            change.save()
        return answer

    with connection.execute_wrapper(changed_meanwhile):
        assert late["began"] == BEGAN.timestamp()
    assert SessionStore(key)["began"] == 1.0


def test_a_session_ended_elsewhere_is_not_written_again(inside: Client) -> None:
    session = SessionStore(inside.session.session_key)
    session["began"] = 1.0
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.exists()
    assert not SessionStore(session.session_key).load()


def test_a_lost_database_is_not_taken_for_an_ended_session(inside: Client) -> None:
    def away(*_anything: Any) -> Any:
        raise OperationalError("the database is away")

    session = inside.session
    session["began"] = 1.0
    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        session.save()


def test_the_settings_name_this_engine() -> None:
    assert session_store.__name__ == settings.SESSION_ENGINE
