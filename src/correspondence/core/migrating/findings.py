"""What is wrong with a migration, and what lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Danger(StrEnum):
    """What a step would do to the release that still runs."""

    BREAKS = "breaks"
    """The last release still uses what goes; ``contract`` on the migration says that it no longer does."""
    BLOCKS = "blocks"
    """It waits, or makes others wait, for a lock on a table in use. Nothing lifts it: do it the other way."""
    FILLS = "fills"
    """It changes rows; ``small`` on the migration says why they are few."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a migration must not do in one step.

    Attributes:
        words: what it does, and what to do instead.
    """

    danger: Danger
    words: str


def breaks(words: str) -> Finding:
    return Finding(Danger.BREAKS, words)


def blocks(words: str) -> Finding:
    return Finding(Danger.BLOCKS, words)


def fills(words: str) -> Finding:
    return Finding(Danger.FILLS, words)
