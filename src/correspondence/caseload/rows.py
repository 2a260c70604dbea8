"""What the rows of a list show, as plain values: a template asks nothing more of the database.

Each function reads the cases of one page by id, with a number of statements that does not depend on
how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models.functions import Left

from correspondence.cases import access, queries
from correspondence.cases.models import AssignmentState, Case, Transition
from correspondence.cases.situation import Situation
from correspondence.core.errors import Refused
from correspondence.organisation.models import Role
from correspondence.rulebook import loader, timeliness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from correspondence.cases.models import Assignment
    from correspondence.organisation.models import User

EXCERPT_CHARACTERS = 350

_SHOWN = (
    "number",
    "case_type",
    "workflow",
    "state",
    "edition_id",
    "name",
    "requester_type",
    "subject",
    "draft_deadline",
    "final_deadline",
    "escalation_deadline",
    "response_date",
    "pit_extended",
    "information_held",
    "version",
    "last_transition_at",
)
"""Of each case; the message and the search vector may be long and are left where they are."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list.

    Attributes:
        draft_deadline: only of a case that is cleared before it goes.
        in_time: None for a case that was closed without an answer.
        holder: who the case is with; blank once it is closed.
        unread: there is a message that the person has not seen.
    """

    pk: int
    number: str
    is_trigger: bool
    type_label: str
    subject: str
    name: str
    draft_deadline: date | None
    final_deadline: date
    response_date: date | None
    in_time: bool | None
    state: str
    state_label: str
    holder: str
    unread: bool
    last_transition_at: datetime


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that an office could take on.

    Attributes:
        excerpt: the beginning of the request; cut when it ends in "…".
        version: of the case as shown, for the forms of the row.
        may_take_on, may_de_escalate: whether the person may do so now.
        further_clearance: who asked for further clearance and when, if anybody did.
    """

    pk: int
    number: str
    type_label: str
    subject: str
    name: str
    requester_type: str
    excerpt: str
    final_deadline: date
    escalation_deadline: date
    version: int
    may_take_on: bool
    may_de_escalate: bool
    further_clearance: FurtherClearance | None


@dataclass(frozen=True, slots=True)
class FurtherClearance:
    """A request that more offices clear a case."""

    team: str
    at: datetime


def rows(ids: Sequence[int], *, viewer: User, today: date) -> list[Row]:
    """The rows of these cases, in this order: cases, assignments, newest messages and those seen."""
    cases = _cases(ids)
    held = queries.holders(cases)
    unread = queries.unread_by(viewer, cases)
    return [_row(case, held[case.pk], viewer, today, unread=case.pk in unread) for case in cases]


def new_cases(ids: Sequence[int], *, viewer: User, today: date) -> list[NewCase]:
    """The rows of cases to be taken on: cases, assignments, requests for further clearance."""
    cases = _cases(ids, excerpt=True)
    held = queries.holders(cases)
    asked = _further_clearance(ids)
    return [_new_case(case, held[case.pk], viewer, today, asked.get(case.pk)) for case in cases]


def _cases(ids: Sequence[int], *, excerpt: bool = False) -> list[Case]:
    found = Case.objects.filter(pk__in=ids).only(*_SHOWN)
    if excerpt:
        found = found.annotate(excerpt=Left("message", 2 * EXCERPT_CHARACTERS))
    by_id = {case.pk: case for case in found}
    return [by_id[pk] for pk in ids if pk in by_id]


def _row(case: Case, held: list[Assignment], viewer: User, today: date, *, unread: bool) -> Row:
    situation = _situation(case, held, viewer, today)
    return Row(
        pk=case.pk,
        number=case.number,
        is_trigger=case.is_trigger,
        type_label=_type_label(case),
        subject=case.subject,
        name=case.name,
        draft_deadline=case.draft_deadline if situation.is_flagged else None,
        final_deadline=case.final_deadline,
        response_date=case.response_date,
        in_time=timeliness.in_time(
            final=case.final_deadline, responded=case.response_date, state=case.state, today=today
        ),
        state=case.state,
        state_label=loader.current().state(case.state).label,
        holder=who_it_is_with(situation),
        unread=unread,
        last_transition_at=case.last_transition_at,
    )


def who_it_is_with(situation: Situation) -> str:
    """The team that has the case now; to members of that team the colleague who accepted it.

    A case that waits for assignment or for closing is the managing team's, whoever looks.
    """
    holder = situation.holder
    if holder is None:
        return ""
    named = holder is not situation.managing and holder.state == AssignmentState.ACCEPTED
    if named and holder.user and holder.team_id in situation.team_ids:
        return holder.user.full_name
    return holder.team.name


def _new_case(
    case: Case, held: list[Assignment], viewer: User, today: date, asked: FurtherClearance | None
) -> NewCase:
    situation = _situation(case, held, viewer, today)
    return NewCase(
        pk=case.pk,
        number=case.number,
        type_label=_type_label(case),
        subject=case.subject,
        name=case.name,
        requester_type=_requester_types().get(case.requester_type, ""),
        excerpt=_cut(vars(case)["excerpt"]),
        final_deadline=case.final_deadline,
        escalation_deadline=case.escalation_deadline,
        version=case.version,
        may_take_on=_may(situation, "accept_approver_assignment") or _may(situation, "take_on_for_approval"),
        may_de_escalate=_is_flagged_for(situation) and _may(situation, "unflag_for_clearance"),
        further_clearance=asked,
    )


def _cut(text: str) -> str:
    """The beginning of a letter on one line."""
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_CHARACTERS else f"{text[:EXCERPT_CHARACTERS].rstrip()}…"


def _may(situation: Situation, event: str) -> bool:
    if situation.user is None:
        return False
    try:
        access.acting_on(situation.the_case, situation.user, event=event, situation=situation)
    except Refused:
        return False
    return True


def _is_flagged_for(situation: Situation) -> bool:
    """The case was flagged for an office of the person, which could take that back."""
    offices = {held.team_id for held in situation.memberships if held.role == Role.APPROVER}
    return any(level.team_id in offices for level in situation.approving)


def _further_clearance(ids: Sequence[int]) -> Mapping[int, FurtherClearance]:
    newest = (
        Transition.objects.filter(case__in=ids, event="request_further_clearance")
        .order_by("case_id", "-sort_key")
        .distinct("case_id")
        .values_list("case_id", "acting_team__name", "created_at")
    )
    return {case_id: FurtherClearance(team or "", at) for case_id, team, at in newest}


def _situation(case: Case, held: list[Assignment], viewer: User, today: date) -> Situation:
    """The case as the rules look at it, with the assignments already read."""
    situation = Situation(case, viewer, today)
    situation.assignments = held
    return situation


def _type_label(case: Case) -> str:
    return loader.edition(case.edition_id).case_type(case.case_type).label


def _requester_types() -> Mapping[str, str]:
    return {row.code: row.label for row in loader.current().requesters.requester_types}
