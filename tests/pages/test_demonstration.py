"""Moving the date of case work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import connection

from correspondence.audit.models import Entry
from correspondence.cases.actions.date_of_case_work import move_date
from correspondence.core import clock
from correspondence.core import settings as core_settings
from correspondence.core.errors import Refused
from correspondence.core.models import DateOfCaseWork
from tests.clients import form, signed_in
from tests.factories import person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db

ADDRESS = "/demonstration/date/"
THURSDAY = datetime(2026, 12, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def thursday_before_christmas() -> Iterator[None]:
    with time_machine.travel(THURSDAY, tick=False):
        yield


@pytest.mark.usefixtures("thursday_before_christmas")
def test_a_working_day_on_leaps_over_the_holidays() -> None:
    client = signed_in("Rhys Responder")
    assert "29 December 2026" in client.get(ADDRESS).content.decode()
    response = client.post(ADDRESS, form(how="1"), follow=True)
    assert response.redirect_chain == [(ADDRESS, 302)]
    assert "Case work is now on 29 December 2026." in response.content.decode()
    assert clock.today() == date(2026, 12, 29)
    assert clock.actual_now() == THURSDAY


@pytest.mark.usefixtures("thursday_before_christmas")
def test_four_working_days_and_a_date_of_ones_own() -> None:
    client = signed_in("Bea Manager")
    client.post(ADDRESS, form(how="4"))
    # 29, 30, 31 December and 5 January; 4 January is a holiday in Scotland, for the 2nd.
    assert clock.today() == date(2027, 1, 5)
    client.post(ADDRESS, form(how="other", to=date(2027, 1, 9)))
    assert clock.today() == date(2027, 1, 9)
    entries = Entry.objects.filter(action="move_date").order_by("sequence")
    assert [(entry.actor_name, entry.data["to"]) for entry in entries] == [
        ("Bea Manager", "2027-01-05"),
        ("Bea Manager", "2027-01-09"),
    ]


@pytest.mark.usefixtures("thursday_before_christmas")
@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"how": "other", "to": date(2026, 12, 24)}, "must be after 24 Dec 2026"),
        ({"how": "other", "to": date(2025, 1, 1)}, "must be after 24 Dec 2026"),
        ({"how": "other", "to": date(2199, 1, 1)}, "or before"),
        ({"how": "other"}, "Enter a date"),
        ({"how": "other", "to-day": "31", "to-month": "2", "to-year": "2027"}, "real date"),
        ({"how": "-1"}, "must be one of the choices shown"),
        ({}, "Select a date"),
    ],
)
def test_what_cannot_be_is_told_and_moves_nothing(answers: dict[str, object], told: str) -> None:
    response = signed_in("Bea Manager").post(ADDRESS, form(**answers))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert clock.today() == date(2026, 12, 24)
    assert not Entry.objects.filter(action="move_date").exists()


def test_a_stranger_moves_nothing(client: Client) -> None:
    assert client.post(ADDRESS, form(how="1")).status_code == 302
    assert not DateOfCaseWork.objects.exists()


def test_where_the_date_may_not_be_moved_there_is_no_such_page(monkeypatch: pytest.MonkeyPatch) -> None:
    DateOfCaseWork.objects.create(days_ahead=9)
    fixed = core_settings.current().model_copy(update={"movable_date": False})
    monkeypatch.setattr(core_settings, "_current", fixed)
    client = signed_in("Bea Manager")
    assert client.get(ADDRESS).status_code == 404
    assert client.post(ADDRESS, form(how="1")).status_code == 404
    with pytest.raises(Refused):
        move_date(to=date(2030, 1, 1), acting_user=person("Bea Manager"))
    assert DateOfCaseWork.objects.get().days_ahead == 9
    assert clock.shift() == timedelta(0)


def test_the_date_arrives_although_the_clocks_change_in_between() -> None:
    late_in_winter = datetime(2027, 3, 20, 23, 30, tzinfo=UTC)
    with time_machine.travel(late_in_winter, tick=False):
        move_date(to=date(2027, 4, 6), acting_user=person("Bea Manager"))
        assert clock.today() == date(2027, 4, 6)


@pytest.mark.django_db(transaction=True)
def test_two_who_move_it_at_once_end_on_the_later_date() -> None:
    with time_machine.travel(THURSDAY, tick=False):

        def move(day: int) -> None:
            try:
                move_date(to=date(2027, 1, day), acting_user=person("Bea Manager"))
            except Refused:
                pass
            finally:
                connection.close()

        threads = [Thread(target=move, args=(day,)) for day in (5, 12, 20, 8, 15)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert clock.today() == date(2027, 1, 20)
        assert DateOfCaseWork.objects.count() == 1
