"""The conversation of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.models import Case, Seen
from correspondence.cases.models.history import MESSAGE

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.cases.models import Transition
    from correspondence.organisation.models import User


@transaction.atomic
def add_message_to_case(
    *, case_id: int, message: str, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Transition:
    """Post a message; the responder is told unless they wrote it.

    Raises:
        Refused: the message is blank, or the workflow does not allow it.
    """
    case = queries.locked(case_id)
    transition = transitions.apply(
        case, MESSAGE, acting=acting, now=now, stamp=FormStamp(stamp.form_key), message=message.strip()
    )
    if acting.user:
        mark_seen(case=case, user=acting.user, up_to=transition.sort_key)
    return transition


def comment(case: Case, text: str, *, acting: Acting, now: datetime) -> None:
    """Keep what was written beside an event as a message, without mail of its own."""
    if text.strip():
        transitions.apply(
            case, MESSAGE, acting=acting, now=now, message=text.strip(), mail=False, follows=True
        )


def mark_seen(*, case: Case, user: User, up_to: int) -> None:
    """Remember up to which message this person has seen the case's; a read mark, not an event.

    Args:
        up_to: the sort key of the newest message that they were shown. One that came since stays new.
    """
    Seen.objects.update_or_create(case=case, user=user, defaults={"sort_key": up_to})
