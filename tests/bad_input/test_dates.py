"""Dates that are dates and cannot be: to come, long past, before what they follow."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.bad_input.doors import DOORS
from tests.bad_input.looking import faults, fingerprint, put_back, said
from tests.bad_input.opening import boxes

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
"""A Wednesday in a month without holidays."""

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
EXTREMES = (date(1900, 1, 1), date(2200, 12, 31))


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    with time_machine.travel("2026-11-25 10:00 +0000"):
        yield


WRONG = {
    # A request was received in the last ten years; its cases here ten days ago.
    ("create_foi", "received_date"): (TOMORROW, date(2016, 11, 24), *EXTREMES),
    ("edit_case", "received_date"): (TOMORROW, date(2016, 11, 24), *EXTREMES),
    ("edit_case.with_compliant_draft", "draft_compliant_date"): (TOMORROW, date(2026, 11, 14), *EXTREMES),
    ("edit_case.with_compliant_draft", "received_date"): (TOMORROW, *EXTREMES),
    ("edit_case.extended", "new_extension"): (date(2026, 10, 1), date(2027, 6, 1), *EXTREMES),
    # Later than the deadline, by no more than twenty working days.
    ("extend_for_pit", "until"): (YESTERDAY, TODAY, TOMORROW, date(2027, 3, 1), *EXTREMES),
    ("extend_for_pit", "notice_date"): (TOMORROW, date(2026, 11, 14), *EXTREMES),
    ("extend_for_pit.of_a_review", "until"): (YESTERDAY, TODAY, date(2027, 6, 1), *EXTREMES),
    ("respond", "response_date"): (TOMORROW, date(2026, 11, 14), *EXTREMES),
    ("close", "response_date"): (TOMORROW, date(2026, 11, 14), *EXTREMES),
    ("close_outcome", "opinion_date_s36"): (TOMORROW, date(2200, 12, 31)),
    ("update_closure", "response_date"): (TOMORROW, date(2026, 11, 14), *EXTREMES),
    ("move_date", "to"): (YESTERDAY, TODAY, date(2029, 1, 1), *EXTREMES),
}
"""For each question that asks for a date, dates that cannot be true."""


@pytest.mark.parametrize(("name", "question"), WRONG)
def test_a_date_that_cannot_be_is_refused_beside_its_question(name: str, question: str) -> None:
    door = DOORS[name]()
    before = fingerprint()
    for day in WRONG[name, question]:
        with put_back():
            answered = door.send(door.answers | boxes(question, day))
            assert faults(door, answered, before) == [], day
            led_to = answered.page.one(class_="govuk-error-summary").all("a")
            assert any(link["href"].startswith(f"#id_{question}") for link in led_to), (day, said(answered))


IN_ADDRESSES = ("2026-11-26", "2026-02-31", "2026-13-1", "0000-00-00", "x", "", "2026-11-25%00", "9" * 5000)


def test_a_date_in_an_address_is_judged_too() -> None:
    door = DOORS["close_outcome"]()
    address = door.address.partition("?")[0]
    before = fingerprint()
    for day in IN_ADDRESSES:
        door.address = f"{address}?response_date={day}"
        assert faults(door, door.send(), before) == [], day
