"""The shipped bank holidays against an independent library, and what the table refuses."""

from __future__ import annotations

from datetime import date

import holidays as library
import pytest

from correspondence.rulebook.tables.bank_holidays import DIVISIONS, BankHolidays
from tests.rulebook.shipped import rulebook

YEARS = range(2012, 2029)
SATURDAY = 5
LIBRARY_NAMES = {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}


@pytest.mark.parametrize("division", DIVISIONS)
@pytest.mark.parametrize("year", YEARS)
def test_weekdays_equal_an_independent_library(division: str, year: int) -> None:
    ours = {
        row.date
        for row in rulebook().holidays.holidays
        if row.date.year == year and division in row.divisions
    }
    theirs = {
        day
        for day in library.country_holidays("GB", subdiv=LIBRARY_NAMES[division], years=year)
        if day.weekday() < SATURDAY and day.year == year
    }
    assert ours == theirs


def test_the_table_covers_its_years() -> None:
    assert (rulebook().holidays.first_year, rulebook().holidays.last_year) == (2012, 2028)
    assert all(row.date.weekday() < SATURDAY for row in rulebook().holidays.holidays)


def test_the_proclaimed_holiday_counts_for_scotland_alone() -> None:
    table = rulebook().holidays
    proclaimed = date(2026, 6, 15)
    assert not table.united_kingdom().is_working_day(proclaimed)
    assert not table.calendar(["scotland"]).is_working_day(proclaimed)
    assert table.calendar(["england-and-wales"]).is_working_day(proclaimed)
    assert table.calendar(["northern-ireland", "england-and-wales"]).is_working_day(proclaimed)


def test_a_calendar_is_made_once() -> None:
    table = rulebook().holidays
    assert table.calendar(["scotland", "england-and-wales"]) is table.calendar(
        ["england-and-wales", "scotland"]
    )


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "the table is empty"),
        ([("2026-01-01", "scotland"), ("2026-01-01", "scotland")], "2026-01-01 is there twice for scotland"),
        ([("2026-01-01", "scotland"), ("2028-01-03", "scotland")], r"no bank holidays for \[2027\]"),
    ],
)
def test_what_the_table_refuses(rows: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        BankHolidays.model_validate(
            {
                "holidays": [
                    {"date": day, "name": "A holiday", "divisions": where, "source": "a test"}
                    for day, where in rows
                ]
            }
        )
