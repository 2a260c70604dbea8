"""Clearance: agreement to a response before it goes, on up to three levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.actions.deadlines import restart_escalation_window
from correspondence.cases.actions.messaging import comment
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from correspondence.cases.models.assignment import LIVE
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.organisation import queries as organisation
from correspondence.organisation.models import DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE, Team, User
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def _level(case: Case, team: Team | None) -> Assignment:
    level = (
        case.assignments.filter(role=AssignmentRole.APPROVING, team=team)
        .select_related("team", "user")
        .first()
    )
    if level is None:
        raise Refused("Your team's clearance is no longer on this case.")
    return level


def _has_level(case: Case, code: str) -> bool:
    return case.assignments.filter(role=AssignmentRole.APPROVING, team__code=code).exists()


@transaction.atomic
def flag_for_clearance(*, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP) -> Case:
    """Put Disclosure on the case as its first clearance level, waiting for somebody to take it on."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    if _has_level(case, DISCLOSURE):
        raise Refused("Disclosure is already on this case.")
    flag(case, acting=acting, now=now, stamp=stamp)
    return case


def flag(
    case: Case, *, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP, follows: bool = False
) -> None:
    """Flag a locked case for Disclosure."""
    team = organisation.special_team(DISCLOSURE)
    transitions.apply(
        case, "flag_for_clearance", acting=acting, now=now, stamp=stamp, target_team=team, follows=follows
    )
    Assignment.objects.create(case=case, team=team, role=AssignmentRole.APPROVING, created_at=now)


@transaction.atomic
def take_on_for_approval(*, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP) -> Case:
    """Put one's own office on the case, and with it whatever levels are missing.

    Disclosure is flagged and waits; the other office is taken on by its default officer for this
    type of correspondence.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    if acting.team is None:
        raise Refused("Only an office can take a case on.")
    transitions.apply(
        case,
        "take_on_for_approval",
        acting=acting,
        now=now,
        stamp=stamp,
        target_user=acting.user,
        target_team=acting.team,
    )
    _take_on(case, acting.team, acting.user, now=now)
    if acting.team.code not in (PRESS_OFFICE, PRIVATE_OFFICE):
        return case
    if not _has_level(case, DISCLOSURE):
        flag(case, acting=acting, now=now, follows=True)
    code = PRIVATE_OFFICE if acting.team.code == PRESS_OFFICE else PRESS_OFFICE
    if not _has_level(case, code):
        other = organisation.special_team(code)
        officer = _default_officer(case, other)
        transitions.apply(
            case,
            "take_on_for_approval",
            acting=acting,
            now=now,
            target_user=officer,
            target_team=other,
            follows=True,
        )
        _take_on(case, other, officer, now=now)
    return case


def _take_on(case: Case, team: Team, user: User | None, *, now: datetime) -> None:
    Assignment.objects.create(
        case=case,
        team=team,
        user=user,
        role=AssignmentRole.APPROVING,
        state=AssignmentState.ACCEPTED,
        created_at=now,
    )


def _default_officer(case: Case, office: Team) -> User:
    kind = loader.edition(case.edition_id).case_type(case.case_type).correspondence_type
    officer = organisation.default_officer(office, kind)
    if officer is None:
        raise Refused(
            f"{office.name} has no default officer to clear with you. Ask an administrator to name one."
        )
    return officer


@transaction.atomic
def accept_approver_assignment(
    *, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Take the clearance work of one's team on.

    The version of the form is not asked: what matters is whether the level still waits, and whoever
    comes second is told who has it.
    """
    case = queries.locked(case_id)
    transitions.guard(case, FormStamp(stamp.form_key))
    level = _level(case, acting.team)
    if level.state == AssignmentState.ACCEPTED:
        raise Refused(f"{level.user.full_name if level.user else 'Somebody'} has already taken this case on.")
    if level.state != AssignmentState.PENDING:
        raise Refused("Disclosure decided that your team need not clear this case.")
    transitions.apply(
        case,
        "accept_approver_assignment",
        acting=acting,
        now=now,
        stamp=FormStamp(stamp.form_key),
        target_user=acting.user,
        target_team=level.team,
    )
    level.state, level.user = AssignmentState.ACCEPTED, acting.user
    level.save(update_fields=["state", "user"])
    return case


@transaction.atomic
def unaccept_approver_assignment(
    *, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Give the clearance work back to one's team."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    level = _level(case, acting.team)
    transitions.apply(
        case, "unaccept_approver_assignment", acting=acting, now=now, stamp=stamp, target_team=level.team
    )
    level.state, level.user = AssignmentState.PENDING, None
    level.save(update_fields=["state", "user"])
    return case


@transaction.atomic
def unflag_for_clearance(
    *, case_id: int, acting: Acting, now: datetime, reason: str = "", stamp: FormStamp = NO_STAMP
) -> Case:
    """Take one's own team's clearance level off the case.

    Args:
        reason: kept in the history; the page that removes a clearance asks for it.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    level = _level(case, acting.team)
    transitions.apply(
        case,
        "unflag_for_clearance",
        acting=acting,
        now=now,
        stamp=stamp,
        target_team=level.team,
        message=reason.strip(),
    )
    level.delete()
    return case


@transaction.atomic
def undo_take_on(*, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP) -> Case:
    """Take one's office off the case again, and every level that it had itself brought in.

    One's own level goes last, so that the workflow returns to what it was before. Each level is an
    event of whoever undoes it; the rules are asked once, before the first level changes the workflow.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "unflag_for_clearance", acting=acting)
    own = _level(case, acting.team)
    brought = [level for level in _other_levels(case, own) if _brought_in_by(case, level.team, acting.team)]
    for level in (*brought, own):
        transitions.apply(
            case,
            "unflag_for_clearance",
            acting=acting,
            now=now,
            stamp=FormStamp(stamp.form_key) if level is own else NO_STAMP,
            target_team=level.team,
            follows=True,
        )
        level.delete()
    return case


def _other_levels(case: Case, own: Assignment) -> Sequence[Assignment]:
    """The other levels, the offices before Disclosure."""
    others = (
        case.assignments.filter(role=AssignmentRole.APPROVING)
        .exclude(pk=own.pk)
        .select_related("team", "user")
    )
    return sorted(others, key=lambda level: level.team.code == DISCLOSURE)


def _brought_in_by(case: Case, team: Team, office: Team | None) -> bool:
    last = (
        case.transitions.filter(
            event__in=("flag_for_clearance", "take_on_for_approval", "unflag_for_clearance"), target_team=team
        )
        .order_by("-sort_key")
        .first()
    )
    return bool(
        last
        and last.event != "unflag_for_clearance"
        and last.acting_team_id == (office.pk if office else None)
    )


@transaction.atomic
def request_further_clearance(
    *, case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Ask for the next clearance: Disclosure, or after it the Press and Private Offices.

    The escalation window starts again from today, so that the two offices see the case and can take
    it on. Disclosure is flagged when it was missing; a case that was ready to send goes before it.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.apply(case, "request_further_clearance", acting=acting, now=now, stamp=stamp)
    restart_escalation_window(case, now=now)
    if not _has_level(case, DISCLOSURE):
        flag(case, acting=acting, now=now, follows=True)
    return case


@transaction.atomic
def approve(
    *,
    case_id: int,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
    bypass: bool = False,
    reason: str = "",
    files: Sequence[str] = (),
    message: str = "",
) -> Case:
    """Clear the response for one's own level; the case goes to the next level, or is ready to send.

    Args:
        bypass: Disclosure lets the case skip the Press and Private Offices.
        reason: why; asked for with ``bypass``.
        files: names of the changed response that was uploaded with it.
        message: what was written beside the upload; it goes into the conversation.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    if bypass and not reason.strip():
        raise Refused("Enter why the Press Office and Private Office need not clear this.", field="reason")
    event = {
        (False, False): "approve",
        (False, True): "approve_and_bypass",
        (True, False): "upload_response_and_approve",
        (True, True): "upload_response_approve_and_bypass",
    }[bool(files), bypass]
    level = _level(case, acting.team)
    transitions.apply(
        case,
        event,
        acting=acting,
        now=now,
        stamp=stamp,
        target_team=level.team,
        message=reason.strip(),
        data={"files": list(files)} if files else None,
    )
    level.approved = True
    level.save(update_fields=["approved"])
    if bypass:
        case.assignments.filter(role=AssignmentRole.APPROVING, state__in=LIVE, approved=False).exclude(
            pk=level.pk
        ).update(state=AssignmentState.BYPASSED)
    record_compliant_draft(case)
    comment(case, message, acting=acting, now=now)
    return case


@transaction.atomic
def upload_response_and_return_for_redraft(
    *,
    case_id: int,
    files: Sequence[str],
    message: str,
    compliant: bool,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Hand the response back to the responder with changes.

    Args:
        compliant: the draft met the standard when it came: its date is recorded.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.apply(
        case,
        "upload_response_and_return_for_redraft",
        acting=acting,
        now=now,
        stamp=stamp,
        data={"files": list(files), "compliant": compliant},
    )
    _reset_approvals(case)
    if compliant:
        record_compliant_draft(case)
    comment(case, message, acting=acting, now=now)
    return case


@transaction.atomic
def request_amends(
    *, case_id: int, message: str, compliant: bool, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Return the case to Disclosure with the changes asked for; every level clears anew, in order."""
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    if not message.strip():
        raise Refused("Enter the changes you ask for.", field="message")
    transitions.apply(
        case, "request_amends", acting=acting, now=now, stamp=stamp, data={"compliant": compliant}
    )
    _reset_approvals(case)
    if compliant:
        record_compliant_draft(case)
    comment(case, message, acting=acting, now=now)
    return case


@transaction.atomic
def send_back(
    *, case_id: int, message: str, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Return a response that was ready to send, or sent, to its drafting; every level clears anew.

    The day on which it had been sent stays in the history alone: until there is an answer again the
    case is unanswered, and late after its deadline.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    transitions.check(case, "send_back", acting=acting)
    comment(case, message, acting=acting, now=now)
    transitions.apply(case, "send_back", acting=acting, now=now, stamp=stamp)
    _reset_approvals(case)
    case.response_date = None
    case.save(update_fields=["response_date"])
    return case


def _reset_approvals(case: Case) -> None:
    case.assignments.filter(role=AssignmentRole.APPROVING).update(approved=False)


def record_compliant_draft(case: Case) -> None:
    """Remember, once, the day on which the newest draft was uploaded: it met the standard."""
    if case.draft_compliant_date is not None:
        return
    uploaded = (
        case.transitions.filter(event="add_responses")
        .order_by("-sort_key")
        .values_list("created_at", flat=True)
        .first()
    )
    if uploaded is not None:
        case.draft_compliant_date = clock.london_date(uploaded)
        case.save(update_fields=["draft_compliant_date"])
