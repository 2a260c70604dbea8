"""One invented case with everything that hangs on it, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from correspondence.cases.models import (
        Assignment,
        Case,
        PitExtension,
        ReliedExemption,
        Seen,
        Transition,
    )


@dataclass(frozen=True, slots=True)
class Dates:
    """The deadlines of a case received and logged on some days."""

    draft: date
    final: date
    escalation: date


@dataclass(slots=True)
class Life:
    """One case and everything that hangs on it, not yet saved."""

    case: Case
    assignments: list[Assignment] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    extensions: list[PitExtension] = field(default_factory=list)
    exemptions: list[ReliedExemption] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
