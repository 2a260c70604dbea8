"""Work that is due by the clock.

What is due is worked out by comparing with the clock, not by counting ticks: for each entry the latest
due time that has passed must have its job, whose unique key names the entry and that time. So any number
of dispatchers make one job; after a standstill the latest due time is made up for, and only that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from django.db import transaction

from correspondence.core.clock import LONDON
from correspondence.jobs import actions, kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_INTERVAL = timedelta(days=7)
"""Finished jobs are kept for longer than this, so that no due time is made twice."""


class Due(Protocol):
    """When something is due."""

    def latest(self, now: datetime) -> tuple[str, datetime]:
        """The latest due time not after now: its name, unique for ever, and its moment."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day by a clock on a London wall.

    A time that the spring change leaves out comes an hour later by that clock; of the two that the autumn
    change makes, the first counts. The name is the date, so that no day has two.
    """

    at: time

    def latest(self, now: datetime) -> tuple[str, datetime]:
        day = now.astimezone(LONDON).date()
        while (due := datetime.combine(day, self.at, tzinfo=LONDON).astimezone(UTC)) > now:
            day -= timedelta(days=1)
        return day.isoformat(), due


@dataclass(frozen=True, slots=True)
class Every:
    """At equal intervals, whatever clocks on walls show."""

    interval: timedelta

    def latest(self, now: datetime) -> tuple[str, datetime]:
        seconds = int(self.interval.total_seconds())
        due = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)
        return f"{due:%Y-%m-%dT%H:%M:%SZ}", due


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the schedule."""

    name: str
    kind: str
    due: Due


_entries: dict[str, Entry] = {}


def daily(name: str, *, kind: str, at: time) -> None:
    """Have a kind of job done every day at this London time."""
    _add(Entry(name, kind, Daily(at)))


def every(name: str, *, kind: str, interval: timedelta) -> None:
    """Have a kind of job done at equal intervals, of a second to a week."""
    if not timedelta(seconds=1) <= interval <= LONGEST_INTERVAL:
        raise ValueError(f"{name}: the interval must be between a second and a week.")
    _add(Entry(name, kind, Every(interval)))


def _add(entry: Entry) -> None:
    if entry.name in _entries:
        raise ValueError(f"The schedule has an entry {entry.name!r} already.")
    _entries[entry.name] = entry


def entries() -> tuple[Entry, ...]:
    """Every line of the schedule, by name."""
    return tuple(_entries[name] for name in sorted(_entries))


class Schedule:
    """The schedule as one dispatcher follows it; it remembers what it has seen made."""

    def __init__(self, lines: Iterable[Entry] | None = None) -> None:
        self._entries = tuple(entries() if lines is None else lines)
        self._made: dict[str, str] = {}
        for entry in self._entries:
            kinds.named(entry.kind)

    def make_due(self, now: datetime) -> None:
        """Make the jobs that are due and that no dispatcher has made.

        Args:
            now: the actual time.
        """
        for entry in self._entries:
            name, _moment = entry.due.latest(now)
            if self._made.get(entry.name) != name:
                with transaction.atomic():
                    actions.enqueue(entry.kind, unique_key=f"schedule:{entry.name}:{name}")
                self._made[entry.name] = name
