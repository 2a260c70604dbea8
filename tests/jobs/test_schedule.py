"""Work that is due by the clock: each due time once, and after a standstill the latest only."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from correspondence.core import clock
from correspondence.jobs import schedule
from correspondence.jobs.models import Job
from correspondence.jobs.schedule import Daily, Entry, Every, Schedule

MORNING = Entry("morning", "leave_trace", Daily(time(9, 0)))
NIGHT = Entry("night", "leave_trace", Daily(time(1, 30)))
OFTEN = Entry("often", "leave_trace", Every(timedelta(minutes=15)))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def keys() -> list[str]:
    return sorted(
        str(key).removeprefix("schedule:") for key in Job.objects.values_list("unique_key", flat=True)
    )


@pytest.mark.parametrize(
    ("at", "now", "day", "due"),
    [
        # Winter: London is at UTC.
        (time(9, 0), "2026-01-15T08:59:59", "2026-01-14", "2026-01-14T09:00"),
        (time(9, 0), "2026-01-15T09:00:00", "2026-01-15", "2026-01-15T09:00"),
        # Summer: nine in London is eight in UTC.
        (time(9, 0), "2026-07-15T07:59:59", "2026-07-14", "2026-07-14T08:00"),
        (time(9, 0), "2026-07-15T08:00:00", "2026-07-15", "2026-07-15T08:00"),
        # Half past midnight in a London summer is still the day before in UTC.
        (time(0, 30), "2026-07-14T23:30:00", "2026-07-15", "2026-07-14T23:30"),
        # 29 March 2026: half past one does not exist; it comes at half past two by a London clock.
        (time(1, 30), "2026-03-29T01:29:59", "2026-03-28", "2026-03-28T01:30"),
        (time(1, 30), "2026-03-29T01:30:00", "2026-03-29", "2026-03-29T01:30"),
        # 25 October 2026: half past one comes twice; the first counts.
        (time(1, 30), "2026-10-25T00:29:59", "2026-10-24", "2026-10-24T00:30"),
        (time(1, 30), "2026-10-25T00:30:00", "2026-10-25", "2026-10-25T00:30"),
        (time(1, 30), "2026-10-25T01:30:00", "2026-10-25", "2026-10-25T00:30"),
    ],
)
def test_the_latest_time_of_a_day_is_that_of_a_london_clock(at: time, now: str, day: str, due: str) -> None:
    assert Daily(at).latest(utc(now)) == (day, utc(due))


def test_an_interval_begins_at_the_full_hour_whoever_asks() -> None:
    assert Every(timedelta(minutes=15)).latest(utc("2026-10-25T01:29:59.9")) == (
        "2026-10-25T01:15:00Z",
        utc("2026-10-25T01:15"),
    )


@pytest.mark.django_db
def test_each_due_time_makes_one_job_as_actual_time_moves_on() -> None:
    following = Schedule([MORNING, OFTEN])
    with time_machine.travel(utc("2026-11-25T08:50"), tick=False) as traveller:
        for _ in range(25):
            following.make_due(clock.actual_now())
            traveller.shift(timedelta(minutes=1))

    assert keys() == [
        "morning:2026-11-24",
        "morning:2026-11-25",
        "often:2026-11-25T08:45:00Z",
        "often:2026-11-25T09:00:00Z",
    ]


@pytest.mark.django_db
def test_two_dispatchers_make_one_job() -> None:
    for dispatcher in (Schedule([MORNING]), Schedule([MORNING])):
        dispatcher.make_due(utc("2026-11-25T09:30"))

    assert keys() == ["morning:2026-11-25"]


@pytest.mark.django_db
def test_after_a_standstill_only_the_latest_time_is_made_up() -> None:
    Schedule([MORNING]).make_due(utc("2026-11-20T09:00"))
    Schedule([MORNING]).make_due(utc("2026-11-25T08:00"))

    assert keys() == ["morning:2026-11-20", "morning:2026-11-24"]


@pytest.mark.django_db
def test_a_clock_that_goes_back_repeats_nothing() -> None:
    following = Schedule([MORNING])
    for moment in ("2026-11-25T09:00", "2026-11-25T08:59", "2026-11-25T09:00"):
        following.make_due(utc(moment))
        Schedule([MORNING]).make_due(utc(moment))

    assert keys() == ["morning:2026-11-24", "morning:2026-11-25"]


@pytest.mark.django_db
def test_four_hundred_days_have_each_their_one_job() -> None:
    start = utc("2026-03-01T12:00")
    following = Schedule([NIGHT])
    for step in range(400 * 5):
        if step % 7 == 0:
            following = Schedule([NIGHT])
        following.make_due(start + step * timedelta(hours=24 / 5))

    # The night before the first noon, and every night up to the last step.
    first = start.date()
    assert keys() == [f"night:{first + timedelta(days=day)}" for day in range(401)]


def test_what_would_be_repeated_after_the_table_was_cleared_is_refused() -> None:
    with pytest.raises(ValueError, match="a second and a week"):
        schedule.every("rarely", kind="leave_trace", interval=timedelta(days=8))


def test_the_shipped_schedule_names_registered_kinds() -> None:
    assert "purge_finished_jobs" in {entry.name for entry in schedule.entries()}
    assert Schedule()
    with pytest.raises(LookupError, match="make_tea"):
        Schedule([Entry("tea", "make_tea", Daily(time(16, 0)))])
