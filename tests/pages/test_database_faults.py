"""What a page says when the database is lost on the way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection

from correspondence.core.database.errors import Unconfirmed
from correspondence.organisation.models import User
from tests.clients import form, signed_in
from tests.factories import FoiCase
from tests.pages.answers import led_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(as_manager: Client) -> Client:
    as_manager.raise_request_exception = False
    return as_manager


WORDS = {
    "the first statement": ("",),
    "the middle of the page": ("organisation_team", "caseload_search"),
    "the session, at the end": ('UPDATE "django_session"',),
}


@contextmanager
def lost_at(where: str) -> Iterator[None]:
    """The connection breaks there."""

    def away(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if any(word in sql for word in WORDS[where]):
            raise OperationalError("server closed the connection unexpectedly: secret words")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        yield


def said(answer: Any) -> str:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    page: str = answer.content.decode()
    assert "secret" not in page
    return page


@pytest.mark.parametrize("where", ["the first statement", "the middle of the page"])
def test_a_page_asks_to_be_loaded_again(browser: Client, where: str) -> None:
    with lost_at(where):
        answer, head = browser.get("/teams/"), browser.head("/teams/")
    page = said(answer)
    assert "busy or moving to another server" in page
    assert "reload this page" in page
    assert "send it again" not in page
    assert answer.headers["X-Request-Id"] in page
    assert (head.status_code, head.content) == (503, b"")


@pytest.mark.parametrize("where", WORDS)
def test_a_form_asks_to_be_sent_again(browser: Client, where: str) -> None:
    session = browser.session
    session["last_seen"] -= 120  # so that this request writes it
    session.save()
    with lost_at(where):
        page = said(browser.post("/search/", form(text="roads")))
    assert "What you entered was not lost" in page
    assert "takes effect once" in page


def test_a_stranger_is_told_the_same(client: Client) -> None:
    client.raise_request_exception = False
    with lost_at("the first statement"):
        answer = client.post("/sign-in/", {"email": "bea@example.invalid", "password": "x"})
    assert "busy or moving" in said(answer)


def test_what_was_not_confirmed_is_called_neither_saved_nor_lost(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsure(*_anything: Any, **_named: Any) -> Any:
        raise Unconfirmed

    monkeypatch.setattr(User, "save", unsure)
    browser.post("/sign-out/")
    answer = browser.post(
        "/sign-in/", {"email": "bea.manager@example.invalid", "password": "wrong words for her"}
    )
    page = said(answer)
    assert "We do not know whether that was saved" in page
    assert "send it again" in page


def test_a_defect_is_still_called_one(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_anything: Any, **_named: Any) -> Any:
        raise ValueError

    monkeypatch.setattr("correspondence.pages.views.sign_in.actions.attempt", broken)
    answer = browser.post("/sign-in/", {"email": "a@example.invalid", "password": "x"})
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers


@pytest.mark.django_db(transaction=True)
def test_a_form_that_was_saved_without_being_confirmed_takes_effect_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case, browser, sent = FoiCase(state="drafting"), signed_in("Bea Manager"), form(message="Once")
    browser.raise_request_exception = False
    commit: Callable[[], None] = connection._commit  # type: ignore[attr-defined]  # noqa: SLF001 - where the server's warning is heard
    unsure: list[str] = []

    def noticed(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if sql.startswith('INSERT INTO "cases_transition"'):
            unsure.append(sql)
        return execute(sql, params, many, context)

    def commit_unconfirmed() -> None:
        commit()
        if unsure:
            raise Unconfirmed(unsure.pop())

    monkeypatch.setattr(connection, "_commit", commit_unconfirmed)
    with connection.execute_wrapper(noticed):
        page = said(browser.post(f"/cases/{case.pk}/messages/", sent))
        assert "We do not know whether that was saved" in page
        again = browser.post(f"/cases/{case.pk}/messages/", sent)
    assert led_to(again).endswith("#messages")
    assert case.transitions.filter(event="add_message_to_case").count() == 1
    assert unsure == []
