"""How long an answer may take: ``policy/clocks.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from correspondence.rulebook.tables.bank_holidays import Division
from correspondence.rulebook.tables.base import Code, Row, SourcedRow, Words

type Kind = Literal["statutory", "target"]
type Days = Annotated[int, Field(ge=1, le=366)]


class Limit(SourcedRow):
    """So many working days from a date, that date being day nought; the last day is in time."""

    working_days: Days
    counted_from: Literal["received_date", "created_date"] = Field(alias="from")


class Extension(SourcedRow):
    """How far the final deadline may be moved.

    Attributes:
        name: what such an extension is called; verb: how a case that has one is described.
        most_working_days: one extension reaches at most so many working days past the deadline as it stands.
        yardstick_working_days: beyond so many working days from receipt a second reason is asked for.
        needs_qualified_exemption: the exemption being weighed and the date of the notice are recorded.
    """

    name: Words
    verb: Words
    most_working_days: Days
    yardstick_working_days: Days
    needs_qualified_exemption: bool
    yardstick_source: Words


class BusinessUnit(SourcedRow):
    """The unit's own time, the day of assignment being day 1 if it is a working day."""

    working_days: Days
    flagged_working_days: Days


class Clock(SourcedRow):
    """The clock of a kind of case.

    Attributes:
        kind: ``statutory`` when the law sets the date, ``target`` when the department does.
        holidays: the divisions whose bank holidays do not count.
    """

    code: Code
    label: Words
    kind: Kind
    counts: Literal["working_days"]
    holidays: tuple[Division, ...] = Field(min_length=1)
    holidays_source: Words
    draft: Limit
    final: Limit
    escalation: Limit
    extension: Extension | None = None
    business_unit: BusinessUnit


class Clocks(Row):
    """All clocks."""

    clocks: tuple[Clock, ...]
