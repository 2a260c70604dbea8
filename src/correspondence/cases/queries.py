"""Reading cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.db.models.functions import Lower

from correspondence.cases.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    Link,
    Seen,
    Transition,
)
from correspondence.cases.models.assignment import LIVE
from correspondence.cases.models.history import MESSAGE
from correspondence.core.errors import Refused
from correspondence.organisation.models import Team

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from correspondence.organisation.models import User

GONE = "This case was deleted."


def locked(case_id: int) -> Case:
    """The case, locked until the transaction ends: rules are asked only after this.

    Raises:
        Refused: the case was deleted in the meantime.
    """
    case = Case.objects.select_for_update().filter(pk=case_id, deleted_at__isnull=True).first()
    if case is None:
        raise Refused(GONE)
    return case


def result_of(form_key: UUID) -> int | None:
    """The case that a form with this key already changed or made."""
    done = done_by(form_key)
    return done.case_id if done else None


def done_by(form_key: UUID) -> Transition | None:
    """The event that a form with this key already caused."""
    return Transition.objects.filter(form_key=form_key).first()


def history(case: Case) -> QuerySet[Transition]:
    """What happened to the case, newest first; messages are the conversation, not the history."""
    return (
        case.transitions.exclude(event=MESSAGE)
        .select_related("acting_user", "acting_team", "target_user", "target_team")
        .order_by("-sort_key")
    )


def conversation(case: Case) -> QuerySet[Transition]:
    """The messages of the case, oldest first."""
    return (
        case.transitions.filter(event=MESSAGE)
        .select_related("acting_user", "acting_team")
        .order_by("sort_key")
    )


def since(case: Case, version: int) -> list[Transition]:
    """What changed the case after this version of it was shown, oldest first."""
    newest = max(case.version - version, 0)
    changes = (
        case.transitions.exclude(event=MESSAGE)
        .select_related("acting_user")
        .order_by("-sort_key")[: min(newest, 20)]
    )
    return list(reversed(changes))


def links(case: Case) -> QuerySet[Link]:
    """The cases linked to this one, those deleted left out."""
    return (
        case.links.filter(linked_case__deleted_at__isnull=True)
        .select_related("linked_case")
        .order_by("linked_case__number")
    )


def unread_by(user: User, cases: Collection[Case]) -> frozenset[int]:
    """Those of the cases that have a message newer than the newest this person has seen."""
    ids = [case.pk for case in cases]
    newest = dict(
        Transition.objects.filter(case__in=ids, event=MESSAGE)
        .order_by("case_id", "-sort_key")
        .distinct("case_id")
        .values_list("case_id", "sort_key")
    )
    seen = dict(Seen.objects.filter(user=user, case__in=newest).values_list("case_id", "sort_key"))
    return frozenset(case_id for case_id, sort_key in newest.items() if sort_key > seen.get(case_id, 0))


def holders(cases: Collection[Case]) -> Mapping[int, list[Assignment]]:
    """The assignments of these cases, oldest first, in one query: who they are with is read off them."""
    found: dict[int, list[Assignment]] = {case.pk: [] for case in cases}
    for held in Assignment.objects.filter(case__in=found).select_related("team", "user").order_by("id"):
        found[held.case_id].append(held)
    return found


def live_with(user: User, team: Team | None = None) -> QuerySet[Assignment]:
    """The live assignments of open cases that this person holds: neither responded nor closed ones."""
    held = Assignment.objects.filter(user=user, state__in=LIVE, case__deleted_at__isnull=True).exclude(
        case__state__in=("responded", "closed")
    )
    return held if team is None else held.filter(team=team)


def was_responded(case: Case) -> bool:
    """Whether a response was ever marked as sent."""
    return (
        case.response_date is not None or case.is_closed or case.transitions.filter(event="respond").exists()
    )


def teams_in_history(case: Case) -> QuerySet[Team]:
    """Every team that acted on the case or was aimed at: who a late answer can be put down to."""
    acted = Transition.objects.filter(case=case).values("acting_team")
    aimed_at = Transition.objects.filter(case=case).values("target_team")
    return Team.objects.filter(Q(pk__in=acted) | Q(pk__in=aimed_at)).order_by(Lower("name"))


def responding_assignment(case: Case) -> Assignment | None:
    """The newest responding assignment that was not rejected."""
    return (
        case.assignments.filter(role=AssignmentRole.RESPONDING)
        .exclude(state=AssignmentState.REJECTED)
        .select_related("team", "user")
        .order_by("-id")
        .first()
    )


def seen_up_to(case: Case, user: User) -> int:
    """The sort key of the newest message that this person has seen; 0 when they have seen none."""
    return Seen.objects.filter(case=case, user=user).values_list("sort_key", flat=True).first() or 0


def assignment_of_link(case_id: int, assignment_id: int) -> Assignment | None:
    """The assignment that an old link names, with its case, whether that was deleted or not."""
    return (
        Assignment.objects.filter(pk=assignment_id, case_id=case_id)
        .select_related("team", "user", "case")
        .first()
    )


def is_new(case: Case) -> bool:
    """Whether nothing happened to the case since it was logged, and flagged with it."""
    return not case.transitions.exclude(event__in=("create", "flag_for_clearance")).exists()
