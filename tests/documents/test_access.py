from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from correspondence.cases import access as case_access
from correspondence.cases.actions.editing import destroy_case
from correspondence.core import clock
from correspondence.documents import access, queries
from correspondence.documents.models import Attachment, Kind, Scan
from correspondence.rulebook import names
from tests.factories import FoiCase, acting, attach, fresh, person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from correspondence.cases.models import Case
    from correspondence.documents.queries import UploadGroup

pytestmark = pytest.mark.django_db

EVERYBODY = (
    "Bea Manager",
    "Rhys Responder",
    "Rina Responder",
    "Bob Responder",
    "Dora Disclosure",
    "Pete Press",
    "Vera Private",
)
UNIT_A = {"Rhys Responder", "Rina Responder"}
OFFICES = {"Bea Manager", "Dora Disclosure", "Pete Press", "Vera Private"}


def may_have(attachment: Attachment) -> set[str]:
    found = set()
    for name in EVERYBODY:
        try:
            assert access.attachment_for(person(name), attachment.pk) == attachment
            found.add(name)
        except Attachment.DoesNotExist:
            continue
    return found


def shown(case: Case, name: str) -> Sequence[UploadGroup]:
    return queries.visible_responses(case_access.situation_of(fresh(case), person(name)))


@pytest.mark.parametrize(
    ("state", "workflow", "expected"),
    [
        ("awaiting_dispatch", "standard", UNIT_A),
        ("responded", "standard", UNIT_A | OFFICES),
        ("closed", "standard", UNIT_A | OFFICES),
        ("pending_dacu_clearance", "trigger", UNIT_A | OFFICES),
        ("awaiting_dispatch", "trigger", UNIT_A | OFFICES),
        ("closed", "trigger", UNIT_A | OFFICES),
        ("pending_press_office_clearance", "full_approval", UNIT_A | OFFICES),
    ],
)
def test_who_may_have_a_response_file(state: str, workflow: str, expected: set[str]) -> None:
    case = FoiCase(state=state, workflow=workflow)
    attachment = Attachment.objects.get(case=case, kind=Kind.RESPONSE)
    assert may_have(attachment) == expected
    assert {name for name in EVERYBODY if shown(case, name)} - {"Bob Responder"} == expected


@pytest.mark.parametrize("state", ["unassigned", "awaiting_responder", "drafting", "closed"])
def test_a_file_of_the_request_is_for_all_who_see_the_case(state: str) -> None:
    case = FoiCase(state=state, request_files=["Letter.pdf"])
    attachment = Attachment.objects.get(case=case, kind=Kind.REQUEST)
    assert may_have(attachment) == (OFFICES if state == "unassigned" else OFFICES | UNIT_A)


def test_a_file_of_a_deleted_case_is_for_nobody() -> None:
    case = FoiCase(request_files=["Letter.pdf"])
    destroy_case(
        case_id=case.pk,
        reason="Sent twice",
        acting=acting(case, "Bea Manager", "destroy_case"),
        now=clock.now(),
    )
    assert may_have(Attachment.objects.get(case=case)) == set()


def test_an_id_that_does_not_exist_looks_like_one_that_is_not_yours() -> None:
    case = FoiCase(state="awaiting_dispatch")
    attachment = Attachment.objects.get(case=case)
    said = []
    for attachment_id in (attachment.pk, attachment.pk + 1_000, 0, -1):
        with pytest.raises(Attachment.DoesNotExist) as refused:
            access.attachment_for(person("Bob Responder"), attachment_id)
        said.append(type(refused.value))
    assert len(set(said)) == 1


def test_files_are_grouped_by_upload_the_newest_first_and_in_their_order() -> None:
    case = FoiCase(state="drafting")
    first = attach(case, Kind.RESPONSE, ["b.pdf", "a.pdf"], by="Rhys Responder")
    second = attach(case, Kind.RESPONSE, ["c.pdf"], by="Rina Responder")
    attach(case, Kind.REQUEST, ["letter.pdf"])
    Attachment.objects.filter(pk__in=[one.pk for one in second]).update(
        created_at=first[0].created_at + timedelta(minutes=1)
    )
    groups = shown(case, "Rhys Responder")
    in_groups = [[one.filename for one in group.attachments] for group in groups]
    assert in_groups == [["c.pdf"], ["b.pdf", "a.pdf"]]
    assert [group.user.full_name for group in groups] == ["Rina Responder", "Rhys Responder"]
    assert [group.team.name for group in groups if group.team] == ["Unit A", "Unit A"]
    (request,) = queries.request_files(case)
    assert [one.filename for one in request.attachments] == ["letter.pdf"]


def test_two_uploads_of_the_same_moment_stay_apart() -> None:
    case = FoiCase(state="drafting")
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        attach(case, Kind.REQUEST, [name, f"2 {name}"])
    Attachment.objects.update(created_at=clock.now())
    assert [len(group.attachments) for group in queries.request_files(case)] == [2, 2, 2]


def test_files_cost_one_query_a_kind_however_many_they_are() -> None:
    case = FoiCase(state="drafting")
    for number in range(12):
        attach(case, Kind.REQUEST, [f"{number}.pdf", f"{number}.docx"])
        attach(case, Kind.RESPONSE, [f"{number}.pdf"], by="Rhys Responder")
    situation = case_access.situation_of(fresh(case), person("Rhys Responder"))
    assert access.sees_responses(situation)
    with CaptureQueriesContext(connection) as asked:
        requests = [(group.user.full_name, group.team) for group in queries.request_files(case)]
    assert (len(requests), len(asked)) == (12, 1)
    with CaptureQueriesContext(connection) as asked:
        responses = [(group.user.full_name, group.team) for group in queries.visible_responses(situation)]
    assert (len(responses), len(asked)) == (12, 1)


# --- facts ----------------------------------------------------------------------------------------


def holds(case: Case) -> bool:
    return names.facts["response_file_exists"](case_access.situation_of(case, None))


def test_a_response_file_counts_and_a_request_file_does_not() -> None:
    case = FoiCase(state="drafting", request_files=["letter.pdf"])
    assert not holds(case)
    (response,) = attach(case, Kind.RESPONSE, ["answer.pdf"])
    assert holds(case)
    Attachment.objects.filter(pk=response.pk).update(scan=Scan.WAITING)
    assert holds(case)
    Attachment.objects.filter(pk=response.pk).update(scan=Scan.INFECTED)
    assert not holds(case)


def test_the_state_after_a_removal_counts_response_files_alone() -> None:
    case = FoiCase(state="drafting", request_files=["letter.pdf"])
    computed = names.computations["state_after_response_removed"]
    assert computed(case_access.situation_of(case, None)) == "drafting"
    attach(case, Kind.RESPONSE, ["answer.pdf"])
    assert computed(case_access.situation_of(case, None)) == "awaiting_dispatch"
