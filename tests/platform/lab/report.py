"""What the drills measured: kept as JSON, printed as a table."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    "fault",
    "struck",
    "per second",
    "gap max",
    "gaps",
    "acknowledged",
    "lost",
    "twice",
    "unknown",
    "failed",
    "back",
)


@dataclass(slots=True)
class Fault:
    """One row of the fault table.

    Attributes:
        struck: how often it was seen to strike; what was not seen is not counted.
        rate: requests a second that came to an answer or none; less than was meant where the machine is slow.
        gaps: the longest time without an acknowledged write around each, in seconds.
        failed: reads without an answer, and writes that were answered with neither yes nor no to their end.
        back: until the part was well again, in seconds, each time.
        proof: how it was seen to strike.
    """

    name: str
    struck: int = 0
    rate: float = 0.0
    gaps: list[float] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    unknown: int = 0
    failed: int = 0
    back: list[float] = field(default_factory=list)
    proof: list[str] = field(default_factory=list)
    note: str = ""


class Report:
    """All rows, and figures that are no fault's; written anew with each of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self.figures: dict[str, Any] = {}

    def add(self, fault: Fault) -> None:
        """A finished row; before it is judged, so that a failure is in the report too."""
        self.faults.append(fault)
        self._keep()

    def note(self, name: str, figure: Any) -> None:
        """A figure by its name."""
        self.figures[name] = figure
        self._keep()

    def _keep(self) -> None:
        told = {"faults": [asdict(one) for one in self.faults], "figures": self.figures}
        self.path.write_text(json.dumps(told, indent=2), encoding="utf-8")

    def text(self) -> str:
        """For a person to read."""
        rows = [COLUMNS, *(_row(one) for one in self.faults)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
        lines = [
            "  ".join(
                text.ljust(width) if place == 0 else text.rjust(width)
                for place, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        notes = [f"{one.name}: {one.note}" for one in self.faults if one.note]
        figures = [f"{name}: {figure}" for name, figure in self.figures.items()]
        return "\n".join([*lines, "", *notes, "", *figures])


def _row(one: Fault) -> tuple[str, ...]:
    return (
        one.name,
        str(one.struck),
        f"{one.rate:.0f}",
        f"{max(one.gaps):.1f} s" if one.gaps else "",
        " ".join(f"{gap:.1f}" for gap in one.gaps),
        f"{one.acknowledged:,}",
        str(one.lost),
        str(one.twice),
        str(one.unknown),
        str(one.failed),
        " ".join(f"{seconds:.0f}" for seconds in one.back),
    )
