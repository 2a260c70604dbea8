"""What holds for every date, checked against an independent library's holidays."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays as library
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from correspondence.core.errors import Refused
from correspondence.rulebook import deadlines, timeliness, working_days
from tests.rulebook.shipped import foi_clock, review_clock, united_kingdom

SATURDAY = 5
DATES = st.dates(date(2012, 1, 1), date(2028, 9, 30))
RULES = {
    "draft": lambda day: deadlines.draft_deadline(foi_clock(), received=day, holidays=united_kingdom()),
    "final": lambda day: deadlines.statutory_deadline(foi_clock(), received=day, holidays=united_kingdom()),
    "target": lambda day: deadlines.statutory_deadline(
        review_clock(), received=day, holidays=united_kingdom()
    ),
    "escalation": lambda day: deadlines.escalation_deadline(
        foi_clock(), created=day, holidays=united_kingdom()
    ),
    "unit": lambda day: deadlines.business_unit_deadline(
        foi_clock(), assigned=day, flagged=False, holidays=united_kingdom()
    ),
    "unit, flagged": lambda day: deadlines.business_unit_deadline(
        foi_clock(), assigned=day, flagged=True, holidays=united_kingdom()
    ),
}
LENGTHS = {"draft": 10, "final": 20, "target": 20, "escalation": 3, "unit": 20, "unit, flagged": 10}
COUNTS_ITS_START = ("unit", "unit, flagged")
rules = pytest.mark.parametrize("rule", RULES)
unhurried = settings(deadline=None, max_examples=150)


@cache
def independent_holidays() -> frozenset[date]:
    """FOIA 2000 s.10(6): in any part of the United Kingdom."""
    years = range(2012, 2029)
    return frozenset(
        day
        for part in ("ENG", "SCT", "NIR")
        for day in library.country_holidays("GB", subdiv=part, years=years)
    )


def works(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in independent_holidays()


def working_days_after(start: date, end: date) -> int:
    """Counted day by day, without the code under test."""
    return sum(works(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


@rules
@unhurried
@given(day=DATES)
def test_a_computed_deadline_is_a_working_day(rule: str, day: date) -> None:
    assert works(RULES[rule](day).date)


@rules
@unhurried
@given(day=DATES)
def test_as_many_working_days_as_the_clock_says_lie_between(rule: str, day: date) -> None:
    since = day - timedelta(days=1) if rule in COUNTS_ITS_START else day
    assert working_days_after(since, RULES[rule](day).date) == LENGTHS[rule]


@rules
@unhurried
@given(earlier=DATES, later=DATES)
def test_a_later_receipt_is_never_due_sooner(rule: str, earlier: date, later: date) -> None:
    earlier, later = sorted((earlier, later))
    assert RULES[rule](earlier).date <= RULES[rule](later).date


@rules
@unhurried
@given(day=DATES)
def test_the_steps_add_up_to_the_date(rule: str, day: date) -> None:
    deadline = RULES[rule](day)
    assert added_up(deadline, counts_its_start=rule in COUNTS_ITS_START) == LENGTHS[rule]


def added_up(deadline: deadlines.Deadline, *, counts_its_start: bool) -> int:
    """The last day's number, from nothing but the steps: weekdays passed, less those the steps leave out."""
    first, *others = deadline.steps
    assert first.kind == "start"
    skipped = {step.date for step in others if step.kind == "skipped"}
    since = first.date - timedelta(days=1) if counts_its_start else first.date
    number = 0
    for offset in range(1, (deadline.date - since).days + 1):
        day = since + timedelta(days=offset)
        number += day.weekday() < SATURDAY and day not in skipped
        for step in others:
            if step.date == day:
                assert step.day == (number if step.kind == "day" else None)
                assert deadlines.in_words(day) in step.what
    assert [step.date for step in others] == sorted({step.date for step in others})
    assert deadline.steps[-1].date == deadline.date
    assert deadline.steps[-1].day == number
    return number


@unhurried
@given(day=DATES)
def test_a_step_left_out_names_the_holiday_and_where_it_is_one(day: date) -> None:
    for step in RULES["final"](day).steps:
        if step.kind == "skipped":
            assert step.date in independent_holidays()
            assert united_kingdom().days[step.date] in step.what
            assert any(
                place in step.what
                for place in ("United Kingdom", "England and Wales", "Scotland", "Northern Ireland")
            )


@unhurried
@given(day=DATES, reach=st.integers(1, 40))
def test_an_extension_and_its_removal_are_inverse(day: date, reach: int) -> None:
    statutory = RULES["final"](day).date
    until = statutory + timedelta(days=reach)
    latest = deadlines.latest_extension(foi_clock(), final=statutory, holidays=united_kingdom())
    assume(until <= latest)
    extended = extend(day, statutory, until)
    assert extended.deadline.date == until
    removed = deadlines.pit_removed(
        foi_clock(), statutory=statutory, final=extended.deadline.date, holidays=united_kingdom()
    )
    assert removed.date == statutory
    edited = deadlines.received_date_edited(
        foi_clock(), received=day, holidays=united_kingdom(), extended_until=until, extensions=1
    )
    assert (edited.final.date, edited.statutory.date, edited.asks_for_extension) == (until, statutory, False)
    without = deadlines.received_date_edited(
        foi_clock(),
        received=day,
        holidays=united_kingdom(),
        extended_until=until,
        extensions=1,
        remove_extension=True,
    )
    assert without.final == RULES["final"](day)


@unhurried
@given(day=DATES, reach=st.integers(-40, 80))
def test_an_extension_reaches_from_the_next_day_to_twenty_working_days_on(day: date, reach: int) -> None:
    statutory = RULES["final"](day).date
    until = statutory + timedelta(days=reach)
    in_range = until > statutory and (
        working_days_after(statutory, until) < 20
        or (working_days_after(statutory, until) == 20 and works(until))
    )
    if in_range:
        extended = extend(day, statutory, until)
        assert extended.deadline.date == until
        assert extended.working_days_in_all == working_days_after(day, until)
    else:
        with pytest.raises(Refused) as refused:
            extend(day, statutory, until)
        assert refused.value.field == "until"


def extend(received: date, final: date, until: date) -> deadlines.Extended:
    return deadlines.extended_for_pit(
        foi_clock(),
        received=received,
        final=final,
        until=until,
        holidays=united_kingdom(),
        notice=final,
        second_reason="The arguments are many",
    )


@unhurried
@given(day=DATES, days=st.integers(0, 40))
def test_going_on_and_back_meet_on_a_working_day(day: date, days: int) -> None:
    assume(works(day))
    ahead = working_days.moved_on(days, day, united_kingdom())
    assert working_days.moved_back(days, ahead, united_kingdom()) == day
    assert working_days_after(day, ahead) == days


@unhurried
@given(start=DATES, length=st.integers(-5, 60))
def test_days_between_are_counted_at_both_ends_or_at_one(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    both = working_days.between(start, end, united_kingdom())
    assert both == working_days_after(start - timedelta(days=1), end)
    assert both - working_days.before(start, end, united_kingdom()) == (length >= 0 and works(end))


@unhurried
@given(day=DATES)
def test_an_answer_on_the_last_day_is_in_time_and_on_the_next_is_late(day: date) -> None:
    final = RULES["final"](day).date
    after = final + timedelta(days=1)
    assert not timeliness.already_late(final=final, today=final)
    assert timeliness.already_late(final=final, today=after)
    assert timeliness.days_late(final=final, on=final, holidays=united_kingdom()) is None
    assert timeliness.days_late(final=final, on=after, holidays=united_kingdom()) == 1
    on_last_day = timeliness.working_day_of(received=day, on=final, final=final, holidays=united_kingdom())
    assert str(on_last_day) == "working day 20 of 20"
    taken = timeliness.days_taken(received=day, responded=final, holidays=united_kingdom())
    assert taken == 20 + works(day)


@unhurried
@given(day=st.dates(date(2026, 1, 1), date(2031, 12, 31)))
def test_years_without_published_holidays_are_named(day: date) -> None:
    deadline = RULES["final"](day)
    years = range(day.year, deadline.date.year + 1)
    assert deadline.unpublished_years == tuple(year for year in years if year > 2028)
    assert deadline.warnings == tuple(
        f"bank holidays for {year} not yet published" for year in deadline.unpublished_years
    )
