"""What happens around every request: its reference, its log line, its date, its statements."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client

from correspondence.audit.models import Entry
from correspondence.config import logs
from correspondence.core import clock
from correspondence.core import settings as core_settings
from correspondence.core.models import DateOfCaseWork
from correspondence.pages import session_store
from correspondence.pages.access import is_public
from correspondence.pages.render import page
from correspondence.pages.urls import urlpatterns
from tests.factories import person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

FRAME = ("session", "organisation_user", "organisation_membership", "organisation_teamcorrespondencetype")


class Lines:
    """The lines that were logged, as they were written."""

    def __init__(self) -> None:
        self.written = StringIO()

    def of(self, event: str) -> list[dict[str, object]]:
        read = [json.loads(line) for line in self.written.getvalue().splitlines()]
        return [line for line in read if line["event"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    logs.configure("INFO")
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    found = Lines()
    handler.setStream(found.written)
    yield found
    logs.configure("ERROR")


def test_every_answer_carries_a_reference_of_its_own(client: Client) -> None:
    references = {client.get("/sign-in/").headers["X-Request-Id"] for _ in range(5)}
    assert len(references) == 5
    assert all(re.fullmatch(r"[0-9a-f]{12}", reference) for reference in references)


def test_a_reference_from_outside_is_not_taken(client: Client) -> None:
    response = client.get("/sign-in/", headers={"X-Request-Id": "forged\nline"})
    assert "forged" not in response.headers["X-Request-Id"]


def test_an_error_page_shows_the_reference_of_its_line(as_manager: Client, lines: Lines) -> None:
    response = as_manager.get("/nowhere/")
    assert response.status_code == 404
    (line,) = lines.of("request")
    assert line["request_id"] == response.headers["X-Request-Id"]
    assert str(line["request_id"]) in response.content.decode()


def test_a_line_tells_the_route_and_no_words(as_manager: Client, lines: Lines) -> None:
    as_manager.get("/teams/?page=1&name=Harriet+Lowe", headers={"User-Agent": "Harriet's browser"})
    (line,) = lines.of("request")
    assert set(line) == {
        "event", "level", "logger", "timestamp", "request_id", "user_id",
        "method", "route", "status", "milliseconds",
    }  # fmt: skip
    assert (line["method"], line["route"], line["status"]) == ("GET", "teams", 200)
    assert line["user_id"] == person("Bea Manager").pk


def test_nobody_signed_in_has_no_id_in_the_line(client: Client, lines: Lines) -> None:
    client.post("/sign-in/", {"email": "harriet@example.invalid", "password": "my secret words"})
    (line,) = lines.of("request")
    assert "user_id" not in line
    assert "harriet" not in json.dumps(line)


def test_a_defect_is_written_down_without_what_was_typed(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_anything: object) -> None:
        raise ValueError("my secret words")

    monkeypatch.setattr("correspondence.pages.views.sign_in.actions.attempt", broken)
    client = Client(raise_request_exception=False)
    response = client.post("/sign-in/", {"email": "harriet@example.invalid", "password": "my secret words"})
    assert response.status_code == 500
    assert response.headers["X-Request-Id"] in response.content.decode()
    (line,) = lines.of("unhandled")
    assert (line["error"], line["route"], line["request_id"]) == (
        "ValueError",
        "sign_in",
        response.headers["X-Request-Id"],
    )
    assert "secret" not in json.dumps(line)
    assert any("sign_in.py" in place for place in line["trace"])  # type: ignore[attr-defined]  # a list of places


def test_a_defect_of_a_middleware_is_written_down_too(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_request: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(
        "correspondence.pages.middleware.session.SessionAgeMiddleware._look", staticmethod(broken)
    )
    assert Client(raise_request_exception=False).get("/sign-in/").status_code == 500
    assert [line["error"] for line in lines.of("unhandled")] == ["RuntimeError"]


def test_an_audit_entry_carries_the_reference(client: Client) -> None:
    response = client.post("/sign-in/", {"email": "stranger@example.invalid", "password": "wrong"})
    assert Entry.objects.get(stream="sign_in").request_id == response.headers["X-Request-Id"]


def test_statements_are_counted_when_asked_for(as_manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "X-SQL-Statements" not in as_manager.get("/teams/").headers
    counting = core_settings.current().model_copy(update={"count_sql": True})
    monkeypatch.setattr(core_settings, "_current", counting)
    assert int(as_manager.get("/teams/").headers["X-SQL-Statements"]) >= 5


def test_a_page_for_strangers_costs_the_date_alone(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        client.get("/sign-in/")


def test_the_frame_asks_for_who_is_there_and_the_date(
    as_manager: Client, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without the session's copy, which is there or not as the time goes.
    monkeypatch.setattr(session_store, "BELIEVED_FOR_SECONDS", 0)
    as_manager.get("/nowhere/")
    with django_assert_num_queries(5) as counted:
        as_manager.get("/nowhere/")
    asked = [query["sql"] for query in counted.captured_queries]
    for part in (*FRAME, "core_dateofcasework"):
        assert sum(part in sql.partition("FROM")[2].partition("WHERE")[0] for sql in asked) >= 1


def test_a_page_shows_one_date_although_it_is_moved_meanwhile(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(request: object, template: str, *_more: object, **_names: object) -> object:
        seen.append(clock.today())
        DateOfCaseWork.objects.create(days_ahead=3)
        seen.append(clock.today())
        return page(request, template)  # type: ignore[arg-type]  # the request is handed on as it came

    monkeypatch.setattr("correspondence.pages.views.about.page", look)
    client.get("/accessibility/")
    assert seen[0] == seen[1]
    assert clock.today() != seen[0]


def test_near_midnight_the_date_is_londons(client: Client) -> None:
    with time_machine.travel(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), tick=False):
        assert "1 July 2026" in client.get("/sign-in/").content.decode()


def test_only_what_says_so_is_open_to_everybody() -> None:
    names = {pattern.name for pattern in urlpatterns if is_public(pattern.callback)}
    assert names == {
        "sign_in", "sign_out", "forgotten_password", "reset_link", "new_password", "unlock", "accessibility",
        "live", "ready", "active", "version", "ping",
    }  # fmt: skip


def test_the_accessibility_statement_is_open_to_everybody(client: Client) -> None:
    assert client.get("/accessibility/").status_code == 200
