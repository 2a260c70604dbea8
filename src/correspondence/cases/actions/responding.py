"""Uploading and sending the response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.actions.messaging import comment
from correspondence.cases.models import Assignment, AssignmentRole, Case
from correspondence.cases.models.assignment import LIVE
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.rulebook import closure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime


@transaction.atomic
def add_responses(
    *,
    case_id: int,
    files: Sequence[str],
    message: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Record that response files were uploaded; from drafting the case moves on.

    Args:
        files: their names; the files themselves are kept by ``documents``, in this transaction.
        message: what was written beside them; it goes into the conversation.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.apply(case, "add_responses", acting=acting, now=now, stamp=stamp, data={"files": list(files)})
    comment(case, message, acting=acting, now=now)
    return case


def levels_not_cleared(case: Case) -> list[Assignment]:
    """The clearance levels on the case that have neither cleared nor been bypassed."""
    return list(
        case.assignments.filter(role=AssignmentRole.APPROVING, state__in=LIVE, approved=False)
        .select_related("team")
        .order_by("id")
    )


@transaction.atomic
def respond(
    *,
    case_id: int,
    response_date: date,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
    without_clearance: bool = False,
) -> Case:
    """Record that the response was sent to the requester, and when. The case goes to its managing team.

    Args:
        response_date: the day it went, not before receipt and not in the future.
        without_clearance: confirms that it went although a level on the case has not cleared.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "respond", acting=acting)
    closing = closure.ClosingCase(received=case.received_date, final=case.final_deadline)
    for fault in closure.date_faults(response_date, case=closing, today=clock.today()):
        raise Refused(fault.message, field=fault.field)
    missing = levels_not_cleared(case)
    if missing and not without_clearance:
        named = " and ".join(level.team.name for level in missing)
        raise Refused(
            f"{named} has not cleared this response. Confirm that it was sent without.",
            field="without_clearance",
        )
    case.response_date = response_date
    case.save(update_fields=["response_date"])
    transitions.apply(
        case,
        "respond",
        acting=acting,
        now=now,
        stamp=stamp,
        data={
            "response_date": response_date.isoformat(),
            **({"not_cleared": [level.team.name for level in missing]} if missing else {}),
        },
    )
    return case
