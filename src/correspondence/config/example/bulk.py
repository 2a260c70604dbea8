"""Many invented cases at once, with their whole lives, written in large batches.

The same seed on the same day into an empty database makes the same cases, whatever the size of the
batches: each case has a chance of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import batched
from typing import TYPE_CHECKING

from django.db import connection, transaction

from correspondence.audit.chain import NOTHING_BEFORE, mac_of
from correspondence.audit.models import Entry
from correspondence.cases.models import (
    Assignment,
    Case,
    PitExtension,
    ReliedExemption,
    Seen,
    Transition,
)
from correspondence.config.example import lives, requests
from correspondence.config.example.cast import cast
from correspondence.config.example.life import Dates, Life
from correspondence.config.example.lives import Teller
from correspondence.core import settings
from correspondence.core.clock import LONDON, london_date
from correspondence.core.errors import Misconfigured
from correspondence.rulebook import deadlines, loader

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Sequence

    from correspondence.config.example.cast import Cast
    from correspondence.rulebook.tables.bank_holidays import Calendar
    from correspondence.rulebook.tables.rulebook import BoundTables

BATCH = 500
YEARS = 10
RECENT_DAYS = 45
RECENT_SHARE = 0.05
FEWEST_RECENT = 30
"""However few cases there are, so many of them are new: lists that are empty show nothing."""

MOST_RECENT = 0.75

FRIDAY = 4
ON_A_WEEKDAY = 0.8
"""Few requests are dated at weekends."""

REVIEWS = ("foi_compliance_review", "foi_timeliness_review")


def load(
    count: int, *, seed: int, now: datetime, first: int = 0, tell: Callable[[int], None] | None = None
) -> None:
    """Make cases and write them.

    Args:
        count: how many there are to be in all.
        seed: decides about everything that chance decides.
        now: the moment of case work: nothing has happened after it.
        first: how many there are already; the others are made.
        tell: called with the number of cases after each batch.

    Raises:
        Misconfigured: this is not a demonstration.
    """
    if not settings.current().demonstration:
        raise Misconfigured("Invented cases are loaded only with DEMONSTRATION=true.")
    author = Author(seed=seed, count=count, now=now)
    for places in batched(range(first, count), BATCH, strict=False):
        write([author.life(place) for place in places])
        if tell:
            tell(places[-1] + 1)


@dataclass
class Author:
    """Makes up cases, each from its place in the row of all."""

    seed: int
    count: int
    now: datetime

    @cached_property
    def edition_id(self) -> int:
        """All cases begin under the current edition."""
        return loader.current_edition_id()

    @cached_property
    def tables(self) -> BoundTables:
        """Its tables."""
        return loader.edition(self.edition_id)

    @cached_property
    def cast(self) -> Cast:
        """Who acts."""
        return cast()

    @cached_property
    def _dates(self) -> dict[tuple[str, date, date], Dates]:
        return {}

    def life(self, place: int) -> Life:
        """The case at this place, with its life until now."""
        dice = requests.chance(self.seed, place)
        received = self._received(dice)
        case_type = dice.choice(REVIEWS) if dice.random() < lives.IS_REVIEW else "foi"
        logged = self._logged(dice, received)
        asked = requests.request(dice, received=received)
        kind, clock = self.tables.case_type(case_type), self.tables.clock(case_type)
        holidays = loader.current().holidays.calendar(clock.holidays)
        dates = self._deadlines(case_type, received, london_date(logged), holidays)
        unit = dice.choice(self.cast.units)
        case = Case(
            case_type=case_type,
            workflow=kind.initial_workflow,
            state=kind.initial_state,
            edition_id=self.edition_id,
            creator=dice.choice(self.cast.managing.people),
            name=asked.name,
            email=asked.email,
            postal_address=asked.postal_address,
            requester_type=asked.requester_type,
            delivery_method=asked.delivery_method,
            subject=asked.subject,
            message=asked.message,
            received_date=received,
            escalation_deadline=dates.escalation,
            draft_deadline=dates.draft,
            statutory_deadline=dates.final,
            final_deadline=dates.final,
            created_at=logged,
            last_transition_at=logged,
        )
        return Teller(
            dice, self.tables, self.cast, holidays, Life(case), dates, now=self.now, at=logged, unit=unit
        ).tell()

    def _received(self, dice: random.Random) -> date:
        """A day of the last ten years; the newest cases are the open ones, and there are always some."""
        today = london_date(self.now)
        recent = min(MOST_RECENT, max(RECENT_SHARE, FEWEST_RECENT / self.count))
        days = (
            dice.randrange(RECENT_DAYS)
            if dice.random() < recent
            else dice.randrange(RECENT_DAYS, 365 * YEARS)
        )
        day = today - timedelta(days=days)
        # Few requests are dated at weekends.
        return day - timedelta(days=day.weekday() - 4) if day.weekday() > 4 and dice.random() < 0.8 else day  # noqa: PLR2004

    def _logged(self, dice: random.Random, received: date) -> datetime:
        minutes = dice.randrange(60 * 8)
        moment = datetime.combine(received + timedelta(days=dice.choice((0, 0, 0, 1, 1, 3))), time(9), LONDON)
        moment += timedelta(minutes=minutes)
        return min(moment, self.now)

    def _deadlines(self, case_type: str, received: date, logged: date, holidays: Calendar) -> Dates:
        """The rules are asked once for each pair of days."""
        key = (case_type, received, logged)
        if key not in self._dates:
            clock = self.tables.clock(case_type)
            self._dates[key] = Dates(
                draft=deadlines.draft_deadline(clock, received=received, holidays=holidays).date,
                final=deadlines.statutory_deadline(clock, received=received, holidays=holidays).date,
                escalation=deadlines.escalation_deadline(clock, created=logged, holidays=holidays).date,
            )
        return self._dates[key]


@transaction.atomic
def write(told: Sequence[Life]) -> None:
    """Save some lives: cases with their numbers, what hangs on them, and the audit entries of it all."""
    for life, number in zip(told, _numbers([life.case.received_date for life in told]), strict=True):
        life.case.number = number
    Case.objects.bulk_create(life.case for life in told)
    Assignment.objects.bulk_create(one for life in told for one in life.assignments)
    Transition.objects.bulk_create(one for life in told for one in life.transitions)
    PitExtension.objects.bulk_create(one for life in told for one in life.extensions)
    ReliedExemption.objects.bulk_create(one for life in told for one in life.exemptions)
    Seen.objects.bulk_create(one for life in told for one in life.seen)
    Entry.objects.bulk_create(entry for life in told for entry in _audited(life))


def _numbers(days: Sequence[date]) -> list[str]:
    """Numbers for cases received on these days, from the counters of all cases: one statement."""
    wanted = Counter(days)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numbercounter (received_date, last)"
            " SELECT * FROM unnest(%s::date[], %s::int[])"
            " ON CONFLICT (received_date) DO UPDATE SET last = cases_numbercounter.last + EXCLUDED.last"
            " RETURNING received_date, last",
            [list(wanted), list(wanted.values())],
        )
        given = {day: last - wanted[day] for day, last in cursor.fetchall()}
    numbers = []
    for day in days:
        given[day] += 1
        numbers.append(f"{day:%y%m%d}{given[day]:03d}")
    return numbers


def _audited(life: Life) -> Iterable[Entry]:
    """The chain of a case, as the actions would have written it, dated as its history is."""
    stream, previous = f"case:{life.case.pk}", NOTHING_BEFORE
    for sequence, done in enumerate(life.transitions, 1):
        entry = Entry(
            stream=stream,
            sequence=sequence,
            at=done.created_at.astimezone(UTC),
            action=done.event,
            actor_id=done.acting_user_id,
            actor_name=done.acting_user.full_name if done.acting_user else "",
            subject=stream,
            data={
                "transition": done.pk,
                "from_state": done.from_state,
                "to_state": done.to_state,
                "workflow": done.to_workflow,
                "team": done.acting_team_id,
                "role": done.acting_role,
                "target_user": done.target_user_id,
                "target_team": done.target_team_id,
            },
            request_id="",
            previous_mac=previous,
        )
        entry.mac = previous = mac_of(entry)
        yield entry
