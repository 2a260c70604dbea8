"""Links between cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases import access, queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.models import Case, Link
from correspondence.core.errors import Refused
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.organisation.models import User


def _both(case_id: int, other_id: int) -> tuple[Case, Case]:
    """Both cases, locked in the order of their ids."""
    first, second = sorted((case_id, other_id))
    locked = {pk: queries.locked(pk) for pk in (first, second)}
    return locked[case_id], locked[other_id]


@transaction.atomic
def link_a_case(
    *, case_id: int, number: str, user: User, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Record that two cases are related, in both directions and both histories.

    A pair of types may be linked if either direction of it is listed in ``policy/case_types.yaml``.

    Raises:
        Refused: no such case that this person may see, the same case, linked already, or types that
            do not belong together.
    """
    number = number.strip()
    if not number:
        raise Refused("Enter the number of the case to link.", field="number")
    other = access.visible_to(user).filter(number=number).first()
    if other is None:
        raise Refused("No case with this number was found. Check the number.", field="number")
    if other.pk == case_id:
        raise Refused("A case cannot be linked to itself.", field="number")
    case, other = _both(case_id, other.pk)
    transitions.guard(case, stamp)
    if not loader.edition(case.edition_id).case_types.may_be_linked(case.case_type, other.case_type):
        raise Refused("These two types of case cannot be linked.", field="number")
    if case.links.filter(linked_case=other).exists():
        raise Refused(f"Case {other.number} is already linked.", field="number")
    transitions.apply(
        case, "link_a_case", acting=acting, now=now, stamp=stamp, data={"linked_case": other.number}
    )
    transitions.apply(
        other, "link_a_case", acting=acting, now=now, data={"linked_case": case.number}, follows=True
    )
    for one, another in ((case, other), (other, case)):
        Link.objects.get_or_create(case=one, linked_case=another, defaults={"created_at": now})
    return other


@transaction.atomic
def remove_linked_case(
    *, case_id: int, linked_case_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Remove the link between two cases, in both directions and both histories."""
    case, other = _both(case_id, linked_case_id)
    transitions.guard(case, stamp)
    if not case.links.filter(linked_case=other).exists():
        raise Refused(f"Case {other.number} is not linked any more.")
    transitions.apply(
        case, "remove_linked_case", acting=acting, now=now, stamp=stamp, data={"linked_case": other.number}
    )
    transitions.apply(
        other, "remove_linked_case", acting=acting, now=now, data={"linked_case": case.number}, follows=True
    )
    Link.objects.filter(case__in=(case, other), linked_case__in=(case, other)).delete()
    return other
