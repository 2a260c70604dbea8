"""The only code that changes the state of a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from correspondence.audit import actions as audit
from correspondence.cases import queries
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.models import Transition
from correspondence.cases.models.history import MESSAGE
from correspondence.cases.situation import Situation
from correspondence.core import clock
from correspondence.core.errors import AlreadyDone, OutOfDate, Refused
from correspondence.organisation.models import CASE_ROLES
from correspondence.rulebook import loader, names, workflow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from correspondence.cases.models import Case
    from correspondence.organisation.models import Team, User

type Datum = str | int | bool | list[str] | None

SORT_STEP = 20

NEEDS_MESSAGE = frozenset({MESSAGE})
"""Events that say nothing without a text."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that just happened: what effects are told."""

    case: Case
    transition: Transition
    acting: Acting
    now: datetime
    mail: bool


def check(case: Case, event: str, *, acting: Acting, follows: bool = False) -> workflow.Move:
    """Ask whether this may happen now, without making it happen.

    Args:
        follows: the event follows from another, or a job does it: the person's test is skipped, the
            state's never.

    Raises:
        Refused: the first thing that stands in the way, in words.
    """
    situation = Situation(case, acting.user, clock.today())
    return _move(case, event, acting, situation, follows=follows)


def _move(case: Case, event: str, acting: Acting, situation: Situation, *, follows: bool) -> workflow.Move:
    bound, current = loader.edition(case.edition_id), loader.current()
    holds = names.asking(situation)
    follows = follows or acting.is_system
    roles = [str(acting.role)]
    if follows:
        # What follows from another event need not be open to the role of whoever caused it.
        roles += [role for role in CASE_ROLES if role != acting.role]
    words = ""
    for role in roles:
        answer = workflow.move_for(
            bound,
            current,
            case_type=case.case_type,
            workflow=case.workflow,
            state=case.state,
            role=role,
            event=event,
            holds=holds,
            follows=follows,
        )
        if isinstance(answer, workflow.Move):
            return answer
        words = words or answer.words
    raise Refused(words)


def once(stamp: FormStamp) -> None:
    """Let a form do one thing only, whatever it is sent to.

    A second sending waits here until the first one is through: where a record is made, there is none to lock.

    Raises:
        AlreadyDone: this form was sent before.
    """
    if stamp.form_key is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"form:{stamp.form_key}"])
    if done := queries.result_of(stamp.form_key):
        raise AlreadyDone(done)


def guard(case: Case, stamp: FormStamp) -> None:
    """Let each form do one thing, and nobody act on a page that has become untrue.

    Call it on the locked case before anything is written.

    Raises:
        AlreadyDone: this form was sent before.
        OutOfDate: the case has changed since the form was shown.
    """
    once(stamp)
    if stamp.version is not None and stamp.version != case.version:
        changes = tuple(
            f"{loader.current().event(change.event).label}"
            f" by {change.acting_user.full_name if change.acting_user else 'the system'}"
            for change in queries.since(case, stamp.version)
        )
        raise OutOfDate(
            "This case has changed since the page was shown, so nothing was done.", changes=changes
        )


def apply(
    case: Case,
    event: str,
    *,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
    target_user: User | None = None,
    target_team: Team | None = None,
    message: str = "",
    data: Mapping[str, Datum] | None = None,
    mail: bool = True,
    follows: bool = False,
) -> Transition:
    """Let an event happen to a locked case, in the caller's transaction.

    It asks the row and its guards, writes the history entry and the audit entry, moves the case,
    and runs the effects that the row names.

    Args:
        mail: False where another event's message already tells the responder.
        follows: see ``check``.

    Raises:
        Refused: the workflow does not allow it.
        AlreadyDone: the form was sent before.
        OutOfDate: the case has changed since the form was shown.
    """
    guard(case, stamp)
    if event in NEEDS_MESSAGE and not message.strip():
        raise Refused("Enter a message.", field="message")
    situation = Situation(case, acting.user, clock.today())
    move = _move(case, event, acting, situation, follows=follows)

    def compute(name: str) -> str:
        return names.computations[name](situation)

    transition = record(
        case,
        event,
        acting=acting,
        now=now,
        stamp=stamp,
        to_state=workflow.resolved(move.to_state, compute) or case.state,
        to_workflow=workflow.resolved(move.switch_workflow, compute) or case.workflow,
        target_user=target_user,
        target_team=target_team,
        message=message,
        data=data,
    )
    happening = Happening(case, transition, acting, now, mail)
    for effect in move.effects:
        names.effects[effect](happening)
    return transition


def record(
    case: Case,
    event: str,
    *,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
    to_state: str | None = None,
    to_workflow: str | None = None,
    target_user: User | None = None,
    target_team: Team | None = None,
    message: str = "",
    data: Mapping[str, Datum] | None = None,
) -> Transition:
    """Write one entry of the history and the audit record, and move the case with it.

    Called by itself only for entries outside the workflows: creation, and recalculated deadlines.
    """
    last = case.transitions.filter(most_recent=True).values_list("sort_key", flat=True).first() or 0
    case.transitions.filter(most_recent=True).update(most_recent=False)
    transition = Transition.objects.create(
        case=case,
        event=event,
        from_state=case.state,
        to_state=to_state or case.state,
        to_workflow=to_workflow or case.workflow,
        acting_user=acting.user,
        acting_team=acting.team,
        acting_role=acting.role,
        target_user=target_user,
        target_team=target_team,
        message=message,
        data=dict(data or {}),
        form_key=stamp.form_key,
        sort_key=last + SORT_STEP,
        created_at=now,
    )
    case.state, case.workflow = transition.to_state, transition.to_workflow
    if event != MESSAGE:
        case.version += 1
        case.last_transition_at = now
    case.save(update_fields=["state", "workflow", "version", "last_transition_at"])
    audit.record(
        f"case:{case.pk}",
        event,
        actor_id=acting.user.pk if acting.user else None,
        actor_name=acting.name,
        subject=f"case:{case.pk}",
        data={
            "transition": transition.pk,
            "from_state": transition.from_state,
            "to_state": transition.to_state,
            "workflow": transition.to_workflow,
            "team": acting.team.pk if acting.team else None,
            "role": str(acting.role),
            "target_user": target_user.pk if target_user else None,
            "target_team": target_team.pk if target_team else None,
        },
    )
    return transition
