"""How long a session lasts, to the second, and what ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client

from correspondence.audit.models import Entry
from correspondence.config.example.organisation import PASSWORD
from correspondence.core.models import DateOfCaseWork
from correspondence.organisation.actions.teams import remove_from_team
from tests.factories import person, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from time_machine import Traveller

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)


@pytest.fixture
def at_eight() -> Iterator[Traveller]:
    with time_machine.travel(BEGAN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def inside(at_eight: Traveller) -> Client:
    client = Client()
    client.post("/sign-in/", {"email": "rhys.responder@example.invalid", "password": PASSWORD})
    return client


def opens(client: Client, address: str = "/teams/") -> bool:
    return client.get(address).status_code == 200


def test_an_hour_without_a_request_ends_it(inside: Client, at_eight: Traveller) -> None:
    at_eight.shift(timedelta(minutes=59, seconds=59))
    assert opens(inside)
    at_eight.shift(timedelta(minutes=60))
    response = inside.get("/teams/?page=3")
    assert response["Location"] == "/sign-in/?next=%2Fteams%2F%3Fpage%3D3"
    page = inside.get(response["Location"]).content.decode()
    assert "nothing happened for an hour" in page
    assert not opens(inside)
    left = Entry.objects.get(action="signed_out")
    assert (left.actor_name, left.data) == ("Rhys Responder", {"why": "idle"})


def test_twelve_hours_end_it_whatever_happens(inside: Client, at_eight: Traveller) -> None:
    for _ in range(14):
        at_eight.shift(timedelta(minutes=50))
        assert opens(inside)
    at_eight.move_to(BEGAN + timedelta(hours=11, minutes=59, seconds=59))
    assert opens(inside)
    at_eight.shift(timedelta(seconds=1))
    response = inside.get("/teams/", follow=True)
    assert "signed in for 12 hours" in response.content.decode()
    assert Entry.objects.get(action="signed_out").data == {"why": "age"}


def test_a_request_is_written_down_once_a_minute(inside: Client, at_eight: Traveller) -> None:
    def seen() -> float:
        return float(inside.session["last_seen"])

    at_eight.shift(timedelta(seconds=59))
    opens(inside)
    assert seen() == BEGAN.timestamp()
    at_eight.shift(timedelta(seconds=1))
    opens(inside)
    assert seen() == (BEGAN + timedelta(minutes=1)).timestamp()


def test_a_session_without_its_beginning_is_no_session(inside: Client) -> None:
    session = inside.session
    del session["began"]
    session.save()
    assert not opens(inside)


def test_what_was_sent_after_the_end_is_not_done(inside: Client, at_eight: Traveller) -> None:
    at_eight.shift(timedelta(hours=2))
    assert inside.post("/demonstration/date/", {"how": "1"})["Location"] == "/sign-in/"
    assert not DateOfCaseWork.objects.exists()


def test_signing_out_after_the_end_is_harmless(inside: Client, at_eight: Traveller) -> None:
    at_eight.shift(timedelta(hours=2))
    assert inside.post("/sign-out/")["Location"] == "/sign-in/"


def test_the_end_shows_on_a_page_that_is_not_there(inside: Client, at_eight: Traveller) -> None:
    at_eight.shift(timedelta(hours=2))
    response = inside.get("/nowhere/")
    assert response.status_code == 404
    assert "Rhys Responder" not in response.content.decode()


def test_moving_the_date_of_case_work_ends_no_session(inside: Client) -> None:
    DateOfCaseWork.objects.create(days_ahead=30)
    assert opens(inside)


def test_somebody_deactivated_is_out_at_the_next_request(inside: Client) -> None:
    assert opens(inside)
    rhys = person("Rhys Responder")
    rhys.deactivated_at = BEGAN
    rhys.save()
    assert inside.get("/teams/")["Location"].startswith("/sign-in/")


def test_somebody_removed_from_their_last_team_is_out_at_the_next_request(inside: Client) -> None:
    remove_from_team(
        user_id=person("Rhys Responder").pk,
        team_id=unit("Unit A").pk,
        acting_user=person("Bea Manager"),
        now=BEGAN,
    )
    assert not opens(inside)


def test_a_role_lost_counts_at_the_next_request(at_eight: Traveller) -> None:
    client = Client()
    client.post("/sign-in/", {"email": "mara.both@example.invalid", "password": PASSWORD})
    address = f"/teams/{unit('Disclosure').pk}/"
    assert opens(client, address)
    remove_from_team(
        user_id=person("Mara Both").pk,
        team_id=unit("Disclosure").pk,
        acting_user=person("Bea Manager"),
        now=BEGAN,
    )
    assert client.get(address).status_code == 403


def test_a_session_deleted_from_the_database_is_over(inside: Client) -> None:
    inside.session.delete()
    assert not opens(inside)
