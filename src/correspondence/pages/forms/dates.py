"""A day, typed into three boxes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Never, cast

from django import forms
from django.core.exceptions import ValidationError

from correspondence.pages.forms.look import Look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SHORTEST_MONTH = 3


class DateWidget(forms.Widget):
    """Reads a date from three boxes, named ``<field>-day``, ``<field>-month`` and ``<field>-year``."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str, str]:
        del files
        day, month, year = (
            str(data.get(f"{name}-{part}") or "").strip() for part in ("day", "month", "year")
        )
        return day, month, year

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        del files
        return all(f"{name}-{part}" not in data for part in ("day", "month", "year"))


class DateField(Look):
    """A day, typed into three boxes. Months may be named.

    Args:
        today: offers a *Today* button, which fills in the date of case work.
    """

    component: ClassVar[str] = "date"
    widget = DateWidget

    def __init__(
        self, label: str, *, today: bool = True, hint: str = "For example, 27 3 2026", **more: Any
    ) -> None:
        self.today = today
        super().__init__(label, hint=hint, **more)

    def comes_once(self, html_name: str) -> tuple[str, ...]:
        """The three boxes."""
        return tuple(f"{html_name}-{part}" for part in ("day", "month", "year"))

    def parts_of(self, value: Any) -> tuple[str, str, str]:
        """What stands in the three boxes for a date, for what was typed, or for nothing."""
        if isinstance(value, date):
            return str(value.day), str(value.month), str(value.year)
        return cast("tuple[str, str, str]", value) if value else ("", "", "")

    def clean(self, value: Any) -> date | None:
        """The date, or nothing when none is asked for and none was given."""
        typed = dict(zip(("day", "month", "year"), self.parts_of(value), strict=True))
        missing = [part for part, text in typed.items() if not text]
        if len(missing) == len(typed):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if missing:
            self._refuse(f"must include a {' and '.join(missing)}", missing)
        return self._date(typed)

    def _date(self, typed: dict[str, str]) -> date:
        day, month, year = (
            _number(typed["day"], digits=2),
            _month(typed["month"]),
            _number(typed["year"], digits=4),
        )
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
            self._refuse(f"must have a year between {FIRST_YEAR} and {LAST_YEAR}", ["year"])
        unread = [part for part, number in (("day", day), ("month", month), ("year", year)) if number is None]
        if day is None or month is None or year is None:
            self._refuse("must be a real date", unread)
        try:
            return date(year, month, day)
        except ValueError:
            self._refuse("must be a real date", ["day", "month", "year"])

    def _refuse(self, what: str, parts: Sequence[str]) -> Never:
        raise ValidationError(f"{self.title} {what}", code="date", params={"parts": tuple(parts)})


def _number(text: str, *, digits: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def _month(text: str) -> int | None:
    """A number, or a name of which at least the first three letters are right."""
    name = text.lower()
    for number, full in enumerate(MONTHS, start=1):
        if len(name) >= SHORTEST_MONTH and full.startswith(name):
            return number
    return _number(text, digits=2)
