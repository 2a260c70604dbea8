"""Points that were looked at: whether each is well, and what to do if not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Finding:
    """One point: whether it is well, and what to do if not."""

    good: bool
    text: str
    advice: str = ""


def lines(findings: Iterable[Finding]) -> list[str]:
    """The points as a person reads them."""
    found = []
    for finding in findings:
        found.append(f"  {'✓' if finding.good else '✗'} {finding.text}")
        if not finding.good and finding.advice:
            found.append("      " + finding.advice.replace("\n", "\n      "))
    return found
