"""How a case is closed: ``policy/closure.yaml``."""

from __future__ import annotations

from datetime import date
from typing import Literal

from correspondence.rulebook.tables.base import Code, Row, SourcedRow, Words


class InformationHeld(SourcedRow):
    """An answer to the first question, and what it asks next."""

    code: Code
    label: Words
    asks: Literal["outcome", "refusal_reason", "nothing"]


class Outcome(SourcedRow):
    """How a request for information that is held was answered.

    Attributes:
        withholds: something was withheld: exemptions are needed.
        takes_grounds: a ground for refusing the whole request will do instead.
        offered: False for rows that only old cases have.
    """

    code: Code
    label: Words
    withholds: bool
    takes_grounds: bool
    offered: bool


class RefusalReason(SourcedRow):
    """Why it was neither said that the information is held nor that it is not."""

    code: Code
    label: Words
    needs_exemption: bool
    offered: bool


class Ground(SourcedRow):
    """A reason in the Act to refuse a whole request; no exemption."""

    code: Code
    section: Words
    label: Words
    reports_as: Code


class Exemption(SourcedRow):
    """A provision of Part II of the Act.

    Attributes:
        kind: absolute (FOIA 2000 s.2(3)), or qualified by the public interest test (s.2(1)(b), s.2(2)(b)).
        duty: the duty it takes away: to give the information (s.1(1)(b)) or to confirm or deny (s.1(1)(a)).
        reports_as: the code in statistics.
        needs_opinion: rests on the qualified person's opinion (s.36).
        frequent: stands first in choices.
    """

    code: Code
    section: Words
    label: Words
    kind: Literal["absolute", "qualified"]
    duty: Literal["inform", "confirm_or_deny"]
    reports_as: Code
    needs_opinion: bool = False
    frequent: bool = False


class AppealOutcome(SourcedRow):
    """How an internal review ended."""

    code: Code
    label: Words


class Closure(Row):
    """All closure tables.

    Attributes:
        old_rules_until: imported cases answered on or before this day are not checked.
    """

    old_rules_until: date
    information_held: tuple[InformationHeld, ...]
    outcomes: tuple[Outcome, ...]
    refusal_reasons: tuple[RefusalReason, ...]
    grounds: tuple[Ground, ...]
    exemptions: tuple[Exemption, ...]
    appeal_outcomes: tuple[AppealOutcome, ...]

    def held(self, code: str) -> InformationHeld | None:
        """The row of this code, or None."""
        return next((row for row in self.information_held if row.code == code), None)

    def outcome(self, code: str) -> Outcome | None:
        """The row of this code, or None."""
        return next((row for row in self.outcomes if row.code == code), None)

    def refusal_reason(self, code: str) -> RefusalReason | None:
        """The row of this code, or None."""
        return next((row for row in self.refusal_reasons if row.code == code), None)

    def ground(self, code: str) -> Ground | None:
        """The row of this code, or None."""
        return next((row for row in self.grounds if row.code == code), None)

    def exemption(self, code: str) -> Exemption | None:
        """The row of this code, or None."""
        return next((row for row in self.exemptions if row.code == code), None)

    def appeal_outcome(self, code: str) -> AppealOutcome | None:
        """The row of this code, or None."""
        return next((row for row in self.appeal_outcomes if row.code == code), None)

    def for_duty(self, duty: Literal["inform", "confirm_or_deny"]) -> tuple[Exemption, ...]:
        """The exemptions that take away this duty, in the order of the table."""
        return tuple(row for row in self.exemptions if row.duty == duty)
