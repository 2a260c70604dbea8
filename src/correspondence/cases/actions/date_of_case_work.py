"""Moving the date of case work, in a demonstration."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from correspondence.audit.actions import record
from correspondence.cases import access
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.core.formats import short_date
from correspondence.core.models import DateOfCaseWork
from correspondence.rulebook import loader, working_days

if TYPE_CHECKING:
    from datetime import date

    from correspondence.organisation.models import User

STREAM = "system"


def working_days_on(days: int, *, today: date) -> date:
    """The date that lies so many working days after today."""
    return working_days.nth_after(days, today, loader.current().holidays.united_kingdom())


def last_date() -> int:
    """The year after which no bank holidays are known, and to whose end the date can be moved."""
    return loader.current().holidays.last_year


@transaction.atomic
def move_date(*, to: date, acting_user: User) -> date:
    """Move the date of case work forwards, for everybody and for good.

    Raises:
        Refused: it is no demonstration, not a later date, or beyond the known bank holidays.
    """
    access.require(acting_user, "move_date")
    DateOfCaseWork.objects.bulk_create([DateOfCaseWork(days_ahead=0)], ignore_conflicts=True)
    row = DateOfCaseWork.objects.select_for_update().get()
    moved = clock.actual_now() + timedelta(days=row.days_ahead)
    today = clock.london_date(moved)
    if to <= today:
        raise Refused(f"Date must be after {short_date(today)}: case work cannot go back", field="to")
    if to.year > last_date():
        raise Refused(
            f"Date must be in {last_date()} or before: later bank holidays are not known yet", field="to"
        )
    further = (to - today).days
    # Where the clocks change in between, a day more or less by the hour can be another date.
    further += (to - clock.london_date(moved + timedelta(days=further))).days
    row.days_ahead += further
    row.moved_at = Now()
    row.save()
    record(
        STREAM,
        "move_date",
        actor_id=acting_user.pk,
        actor_name=acting_user.full_name,
        subject="date_of_case_work",
        data={"from": today.isoformat(), "to": to.isoformat(), "days_ahead": row.days_ahead},
    )
    return to
