"""Links: in both cases, between types that belong together, and only between cases that are seen."""

from __future__ import annotations

import pytest

from correspondence.cases import access, queries
from correspondence.cases.actions import editing, linking
from correspondence.cases.models import Case, Link
from correspondence.core import clock
from correspondence.core.errors import Refused
from tests.factories import FoiCase, acting, fresh, link, person

pytestmark = pytest.mark.django_db


def link_by(case: Case, number: str, name: str = "Bea Manager") -> Case:
    return linking.link_a_case(
        case_id=case.pk,
        number=number,
        user=person(name),
        acting=acting(case, name, "link_a_case"),
        now=clock.now(),
    )


def unlink(case: Case, other: Case) -> None:
    linking.remove_linked_case(
        case_id=case.pk,
        linked_case_id=other.pk,
        acting=acting(case, "Bea Manager", "remove_linked_case"),
        now=clock.now(),
    )


def delete(case: Case) -> None:
    editing.destroy_case(
        case_id=case.pk,
        reason="Logged twice.",
        acting=acting(case, "Bea Manager", "destroy_case"),
        now=clock.now(),
    )


def told(case: Case, event: str) -> list[str]:
    return [change.data["linked_case"] for change in case.transitions.filter(event=event)]


def test_a_link_and_its_removal_stand_in_both_histories() -> None:
    case, other = FoiCase(state="drafting"), FoiCase()
    link_by(case, f" {other.number} ")
    for one, another in ((case, other), (other, case)):
        assert [found.linked_case for found in queries.links(one)] == [another]
        assert told(one, "link_a_case") == [another.number]
    # It is removed from either side.
    unlink(other, case)
    assert not Link.objects.exists()
    for one, another in ((case, other), (other, case)):
        assert told(one, "remove_linked_case") == [another.number]
        change = one.transitions.get(event="remove_linked_case")
        assert (change.acting_user, change.acting_role) == (person("Bea Manager"), "manager")


@pytest.mark.parametrize("number", ["", "  ", "999999999", "no such"])
def test_a_number_that_is_no_case_is_refused(number: str) -> None:
    case = FoiCase(state="drafting")
    with pytest.raises(Refused) as refusal:
        link_by(case, number)
    assert refusal.value.field == "number"


def test_no_case_is_linked_to_itself_or_twice() -> None:
    case, other = FoiCase(), FoiCase()
    with pytest.raises(Refused, match="to itself"):
        link_by(case, case.number)
    link_by(case, other.number)
    for one, another in ((case, other), (other, case)):
        with pytest.raises(Refused, match="already linked"):
            link_by(one, another.number)
    assert Link.objects.count() == 2


def test_a_case_that_the_person_does_not_see_is_as_if_it_were_not_there() -> None:
    case, hidden = (
        FoiCase(state="drafting"),
        FoiCase(state="drafting", unit="Unit B", responder="Bob Responder"),
    )
    with pytest.raises(Refused, match="No case with this number"):
        link_by(case, hidden.number, "Rhys Responder")
    seen = FoiCase(state="closed")
    link_by(case, seen.number, "Rhys Responder")
    assert [found.linked_case for found in queries.links(seen)] == [case]


def test_a_deleted_case_is_neither_linked_nor_shown() -> None:
    case, gone = FoiCase(), FoiCase()
    delete(gone)
    with pytest.raises(Refused, match="No case with this number"):
        link_by(case, gone.number)
    other = FoiCase()
    link(case, other)
    Case.objects.filter(pk=other.pk).update(deleted_at=clock.now(), deletion_reason="By hand")
    assert list(queries.links(case)) == []
    assert access.why_not(fresh(case), person("Bea Manager"), "destroy_case") is None


def test_a_linked_case_is_deleted_only_once_the_link_is_gone() -> None:
    case, other = FoiCase(), FoiCase()
    link(case, other)
    for one in (case, other):
        words = access.why_not(fresh(one), person("Bea Manager"), "destroy_case")
        assert words == "This case is linked to others. Remove the links first."
    unlink(case, other)
    delete(other)
    kept = Case.objects.get(pk=other.pk)
    assert (kept.deletion_reason, kept.deleted_at is not None) == ("Logged twice.", True)
    assert not access.visible_to(person("Bea Manager")).filter(pk=other.pk).exists()
    assert kept.transitions.get(event="destroy_case").message == "Logged twice."


def test_deleting_needs_a_reason() -> None:
    case = FoiCase()
    with pytest.raises(Refused) as refusal:
        editing.destroy_case(
            case_id=case.pk,
            reason=" ",
            acting=acting(case, "Bea Manager", "destroy_case"),
            now=clock.now(),
        )
    assert refusal.value.field == "reason"
    assert fresh(case).deleted_at is None


def test_a_review_is_linked_to_its_request_from_either_side() -> None:
    request, review = FoiCase(), FoiCase(case_type="foi_timeliness_review")
    link_by(request, review.number)
    unlink(request, review)
    link_by(review, request.number)
    assert Link.objects.count() == 2
