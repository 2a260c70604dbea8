"""The shipped policy, and copies of it that a test may spoil."""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING, Literal

from correspondence.rulebook import reading

if TYPE_CHECKING:
    from pathlib import Path

    from correspondence.rulebook.tables.bank_holidays import Calendar
    from correspondence.rulebook.tables.clocks import Clock
    from correspondence.rulebook.tables.rulebook import Rulebook


@cache
def rulebook() -> Rulebook:
    """The policy of the repository."""
    return reading.load(reading.SHIPPED)


def foi_clock() -> Clock:
    return rulebook().bound.clock("foi")


def review_clock() -> Clock:
    return rulebook().bound.clock("foi_timeliness_review")


def united_kingdom() -> Calendar:
    return rulebook().holidays.united_kingdom()


class SpoiltPolicy:
    """A copy of the policy folder with some words of its files exchanged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "policy"
        shutil.copytree(reading.SHIPPED, self.folder)

    def exchange(self, file: str, old: str, new: str) -> int:
        """Put new words in place of the first such words of a file, and tell the line on which they began."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} does not say {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1


class Given:
    """Answers of facts as a test wants them: all hold but those named."""

    def __init__(self, *failing: str, persons: frozenset[str] = frozenset()) -> None:
        self.failing = frozenset(failing)
        self.persons = persons
        self.asked: list[str] = []

    def __call__(self, name: str) -> bool:
        self.asked.append(name)
        return name not in self.failing

    def words(self, name: str) -> str:
        return f"{name} does not hold."

    def about(self, name: str) -> Literal["person", "case"]:
        return "person" if name in self.persons else "case"
