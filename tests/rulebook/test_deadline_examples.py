"""Every worked example of the FOI family."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from correspondence.core.errors import Refused
from correspondence.rulebook import deadlines, timeliness, working_days
from correspondence.rulebook.tables.bank_holidays import BankHolidays, Calendar, Holiday
from tests.rulebook.shipped import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable

    from correspondence.rulebook.tables.clocks import Clock

EXAMPLES = Path(__file__).resolve().parents[1] / "data" / "deadline_examples.csv"
FAMILY = ("FOI", "FOI_COMPLIANCE_REVIEW", "FOI_TIMELINESS_REVIEW")


def examples() -> list[dict[str, str]]:
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["case_type"] in FAMILY]


def calendar_of(holiday_set: str, clock: Clock) -> Calendar:
    """All three divisions are loaded and the clock chooses, as when a case is logged.

    ``SPEC_EW`` is a world in which England and Wales alone have holidays; what stands after a plus sign is
    one more holiday, in Scotland.
    """
    holidays = rulebook().holidays
    if holiday_set in ("UK", "none"):
        return holidays.calendar(clock.holidays)
    assert holiday_set.startswith("SPEC_EW")
    rows = [
        row.model_copy(update={"divisions": ("england-and-wales",)})
        for row in holidays.holidays
        if "england-and-wales" in row.divisions
    ]
    if extra := holiday_set.partition("+")[2]:
        day = date.fromisoformat(extra)
        rows.append(Holiday(date=day, name="St Andrew's Day", divisions=("scotland",), source="the example"))
    return BankHolidays(holidays=tuple(rows)).calendar(clock.holidays)


class Example:
    """What an example gives, with dates as dates."""

    def __init__(self, row: dict[str, str]) -> None:
        self.clock = rulebook().bound.clock(row["case_type"].lower())
        self.holidays = calendar_of(row["holiday_set"], self.clock)
        self.given: dict[str, Any] = json.loads(row["inputs_json"])
        self.field = row["expected_field"]

    def day(self, name: str) -> date:
        return date.fromisoformat(self.given[name])

    def day_or_none(self, name: str) -> date | None:
        return date.fromisoformat(self.given[name]) if self.given.get(name) else None


def created(it: Example) -> date:
    if it.field == "escalation_deadline":
        return deadlines.escalation_deadline(
            it.clock, created=it.day("created_date"), holidays=it.holidays
        ).date
    rule = {
        "internal_deadline": deadlines.draft_deadline,
        "external_deadline": deadlines.statutory_deadline,
    }[it.field]
    return rule(it.clock, received=it.day("received_date"), holidays=it.holidays).date


def edited(it: Example) -> date:
    assert it.given["pit_extended"] is False
    if it.field == "escalation_deadline":
        return deadlines.escalation_deadline(
            it.clock, created=it.day("created_date"), holidays=it.holidays
        ).date
    assert it.field == "external_deadline"
    return deadlines.received_date_edited(
        it.clock, received=it.day("new_received_date"), holidays=it.holidays
    ).final.date


def assigned(it: Example) -> date:
    assert it.field == "business_unit_deadline"
    return deadlines.business_unit_deadline(
        it.clock, assigned=it.day("assigned_date"), flagged=it.given["flagged"], holidays=it.holidays
    ).date


def extended(it: Example) -> date | str:
    final = it.day("external_deadline")
    if it.field == "latest_allowed_deadline":
        return deadlines.latest_extension(it.clock, final=final, holidays=it.holidays)
    assert it.field == "valid"
    try:
        deadlines.extended_for_pit(
            it.clock,
            received=final,
            final=final,
            until=it.day("requested"),
            holidays=it.holidays,
            notice=final,
        )
    except Refused:
        return "false"
    return "true"


def removed(it: Example) -> date:
    return deadlines.pit_removed(
        it.clock,
        statutory=it.day("original_deadline_of_first_extension"),
        final=date.fromisoformat(it.given["extensions"][-1]),
        holidays=it.holidays,
    ).date


def late(it: Example) -> int | None:
    on = it.day_or_none("date_responded") or it.day("today")
    return timeliness.days_late(final=it.day("external_deadline"), on=on, holidays=it.holidays)


def taken(it: Example) -> int:
    return timeliness.days_taken(
        received=it.day("received_date"), responded=it.day("date_responded"), holidays=it.holidays
    )


def judged(it: Example) -> str:
    final = it.day("external_deadline")
    if it.field == "already_late":
        answer = timeliness.already_late(final=final, today=it.day("today"))
    else:
        assert it.field == "responded_in_time"
        answer = timeliness.responded_in_time(
            final=final, responded=it.day("date_responded"), state=it.given["state"]
        )
    return str(answer).lower()


def listed(it: Example) -> str:
    assert it.field == "appears_in_late_filter"
    in_time = timeliness.in_time(
        final=it.day("external_deadline"),
        responded=it.day_or_none("date_responded"),
        state=it.given["state"],
        today=it.day("today"),
    )
    return str(in_time is False).lower()


def flagged_in_time(it: Example) -> str:
    answer = timeliness.flagged_in_time(
        it.clock,
        assigned=it.day("last_assign_responder_date"),
        approved=it.day("disclosure_approval_date"),
        holidays=it.holidays,
    )
    return str(answer).lower()


def accepted(it: Example) -> str:
    try:
        deadlines.check_received(it.day("received_date"), today=it.day("today"), at_most_years_ago=1)
    except Refused:
        return "false"
    return "true"


RULES: dict[str, Callable[[Example], object]] = {
    "create_case": created,
    "edit_received_date": edited,
    "assign_responder": assigned,
    "business_days_after": lambda it: working_days.moved_on(it.given["days"], it.day("date"), it.holidays),
    "days_taken": lambda it: working_days.between(it.day("from"), it.day("to"), it.holidays),
    "days_late": lambda it: timeliness.days_late(final=it.day("from"), on=it.day("to"), holidays=it.holidays),
    "num_days_late": late,
    "num_days_taken": taken,
    "flagged_in_time_for_stats": flagged_in_time,
    "request_further_clearance": lambda it: (
        deadlines.escalation_deadline(it.clock, created=it.day("today"), holidays=it.holidays).date
    ),
    "extend_for_pit": extended,
    "remove_pit_extension": removed,
    "timeliness": judged,
    "list_filter": listed,
    "validate_create": accepted,
}


@pytest.mark.parametrize("row", examples(), ids=lambda row: row["example_id"])
def test_example(row: dict[str, str]) -> None:
    assert str(RULES[row["event"]](Example(row))) == row["expected_value"], row["note"]


def test_no_example_of_the_family_is_left_out() -> None:
    ours = [row["example_id"] for row in examples()]
    assert len(ours) == 42
    assert len(set(ours)) == 42
    assert {row["event"] for row in examples()} == set(RULES)
