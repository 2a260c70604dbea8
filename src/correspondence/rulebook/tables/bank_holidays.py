"""The days that are no working days besides Saturdays and Sundays: ``policy/bank_holidays.csv``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, model_validator

from correspondence.rulebook.tables.base import Row, SourcedRow, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

type Division = Literal["england-and-wales", "scotland", "northern-ireland"]
DIVISIONS: tuple[Division, ...] = ("england-and-wales", "scotland", "northern-ireland")
DIVISION_NAMES = {
    "england-and-wales": "England and Wales",
    "scotland": "Scotland",
    "northern-ireland": "Northern Ireland",
}
SATURDAY = 5


def _parted(value: object) -> object:
    """``a;b`` in a column of a CSV file as two values."""
    return value.split(";") if isinstance(value, str) else value


class Holiday(SourcedRow):
    """One bank holiday, and where it is one."""

    date: date
    name: Words
    divisions: Annotated[tuple[Division, ...], BeforeValidator(_parted)]


@dataclass(frozen=True)
class Calendar:
    """Which days are working days, for one set of divisions.

    Attributes:
        days: each bank holiday with its name and where it is one, in words.
        first_year, last_year: the years whose bank holidays are known; outside them only weekends are.
    """

    days: Mapping[date, str]
    first_year: int
    last_year: int

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, and no bank holiday of the set."""
        return day.weekday() < SATURDAY and day not in self.days

    def next_working_day(self, day: date, *, step: int = 1) -> date:
        """The first working day after the given one (before it with step -1)."""
        day += timedelta(days=step)
        while not self.is_working_day(day):
            day += timedelta(days=step)
        return day

    def unpublished(self, start: date, end: date) -> tuple[int, ...]:
        """The years between the two dates, both included, whose bank holidays are not in the table."""
        return tuple(y for y in range(start.year, end.year + 1) if not self.first_year <= y <= self.last_year)


class BankHolidays(Row):
    """All bank holidays on weekdays."""

    holidays: tuple[Holiday, ...]

    @model_validator(mode="after")
    def _each_once(self) -> BankHolidays:
        """No division has two holidays on one day, and no year in between is missing."""
        seen: set[tuple[date, str]] = set()
        for holiday in self.holidays:
            for division in holiday.divisions:
                if (holiday.date, division) in seen:
                    raise ValueError(f"{holiday.date} is there twice for {division}")
                seen.add((holiday.date, division))
        years = {holiday.date.year for holiday in self.holidays}
        missing = sorted(set(range(min(years), max(years) + 1)) - years) if years else [0]
        if missing:
            raise ValueError(f"no bank holidays for {missing}" if years else "the table is empty")
        return self

    @cached_property
    def first_year(self) -> int:
        """The first year that the table covers."""
        return min(holiday.date.year for holiday in self.holidays)

    @cached_property
    def last_year(self) -> int:
        """The last year that the table covers."""
        return max(holiday.date.year for holiday in self.holidays)

    @cached_property
    def _calendars(self) -> dict[frozenset[str], Calendar]:
        return {}

    def calendar(self, divisions: Iterable[str]) -> Calendar:
        """The working days where a bank holiday of any of these divisions does not count."""
        wanted = frozenset(divisions)
        if wanted not in self._calendars:
            self._calendars[wanted] = Calendar(
                _in_words(self.holidays, wanted), self.first_year, self.last_year
            )
        return self._calendars[wanted]

    def united_kingdom(self) -> Calendar:
        """The working days of FOIA 2000 s.10(6), which asks for any part of the United Kingdom."""
        return self.calendar(DIVISIONS)


def _in_words(holidays: Iterable[Holiday], wanted: frozenset[str]) -> dict[date, str]:
    """Each holiday of the wanted divisions, as ``Summer bank holiday (Scotland)``."""
    told: dict[date, list[str]] = defaultdict(list)
    for holiday in holidays:
        if wanted & set(holiday.divisions):
            everywhere = set(holiday.divisions) == set(DIVISIONS)
            where = (
                "United Kingdom" if everywhere else ", ".join(DIVISION_NAMES[d] for d in holiday.divisions)
            )
            told[holiday.date].append(f"{holiday.name} ({where})")
    return {day: "; ".join(names) for day, names in told.items()}
