"""Clearance on three levels, and where it differs from the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.cases import access
from correspondence.cases.actions import clearing, responding
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.notifications.models import Message
from correspondence.organisation.models import DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE
from tests.factories import FoiCase, acting, fresh, person

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.django_db


def levels(case: Case) -> Mapping[str, Assignment]:
    """The clearance levels on the case, by the code of their team."""
    found = Assignment.objects.filter(case=case, role=AssignmentRole.APPROVING).select_related("team", "user")
    return {level.team.code or "": level for level in found}


def mailed(case: Case, kind: str) -> list[str]:
    """Who was sent this kind of message about the case."""
    messages = Message.objects.filter(case_id=case.pk, kind=kind).order_by("pk")
    return list(messages.values_list("recipient_name", flat=True))


def take_on(case: Case, name: str) -> Case:
    return clearing.take_on_for_approval(
        case_id=case.pk, acting=acting(case, name, "take_on_for_approval"), now=clock.now()
    )


def approve(case: Case, name: str, **more: object) -> Case:
    return clearing.approve(
        case_id=case.pk,
        acting=acting(fresh(case), name, "approve"),
        now=clock.now(),
        **more,  # type: ignore[arg-type]  # the caller knows the arguments
    )


def test_an_office_that_takes_a_case_on_brings_all_levels_with_it() -> None:
    case = FoiCase(state="drafting", in_window=True)
    take_on(case, "Pete Press")
    on_case = levels(case)
    assert set(on_case) == {DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE}
    assert fresh(case).workflow == "full_approval"
    assert on_case[DISCLOSURE].state == AssignmentState.PENDING
    assert on_case[PRESS_OFFICE].user == person("Pete Press")
    assert on_case[PRIVATE_OFFICE].user == person("Vera Private")


@pytest.mark.parametrize("workflow", ["standard", "trigger"])
def test_undoing_it_takes_off_what_it_brought_and_no_more(workflow: str) -> None:
    case = FoiCase(state="drafting", workflow=workflow, in_window=True)
    before = set(levels(case))
    take_on(case, "Pete Press")
    clearing.undo_take_on(
        case_id=case.pk, acting=acting(fresh(case), "Pete Press", "unflag_for_clearance"), now=clock.now()
    )
    assert set(levels(case)) == before
    assert fresh(case).workflow == workflow


def test_clearing_goes_through_the_levels_in_order_and_tells_each_office() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    assert approve(case, "Dora Disclosure").state == "pending_press_office_clearance"
    assert mailed(case, "ready_for_review") == ["Pete Press"]
    assert approve(case, "Pete Press").state == "pending_private_office_clearance"
    assert mailed(case, "ready_for_review") == ["Pete Press", "Vera Private"]
    assert mailed(case, "ready_to_send") == []
    assert approve(case, "Vera Private").state == "awaiting_dispatch"
    assert mailed(case, "ready_to_send") == ["Rhys Responder"]
    assert all(level.approved for level in levels(case).values())


def test_bypassing_needs_a_reason_and_keeps_it() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    with pytest.raises(Refused) as refusal:
        approve(case, "Dora Disclosure", bypass=True)
    assert refusal.value.field == "reason"
    approve(case, "Dora Disclosure", bypass=True, reason="Published last week.")
    states = {code: level.state for code, level in levels(case).items()}
    assert states == {DISCLOSURE: "accepted", PRESS_OFFICE: "bypassed", PRIVATE_OFFICE: "bypassed"}
    assert case.transitions.get(event="approve_and_bypass").message == "Published last week."
    assert mailed(case, "ready_to_send") == ["Rhys Responder"]


def test_a_response_that_was_uploaded_and_cleared_can_no_longer_be_removed() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    approve(case, "Dora Disclosure", files=["changed.pdf"])
    assert levels(case)[DISCLOSURE].approved
    words = access.why_not(fresh(case), person("Rhys Responder"), "remove_response")
    assert words == "A response that was already cleared cannot be removed."


def test_asking_for_changes_makes_every_level_clear_anew() -> None:
    case = FoiCase(state="pending_private_office_clearance", workflow="full_approval")
    clearing.request_amends(
        case_id=case.pk,
        message="Leave the prices out.",
        compliant=True,
        acting=acting(case, "Vera Private", "request_amends"),
        now=clock.now(),
    )
    case = fresh(case)
    assert case.state == "pending_dacu_clearance"
    assert not any(level.approved for level in levels(case).values())
    assert case.transitions.filter(event="add_message_to_case", message="Leave the prices out.").exists()
    assert mailed(case, "message_received") == []
    assert case.draft_compliant_date == clock.today()


@pytest.mark.parametrize(
    ("state", "name", "words"),
    [
        ("pending_press_office_clearance", "Pete Press", "with your own team"),
        ("pending_press_office_clearance", "Vera Private", "leave a gap"),
        ("pending_dacu_clearance", "Pete Press", "leave a gap"),
        ("pending_private_office_clearance", "Vera Private", "with your own team"),
    ],
)
def test_no_level_is_taken_off_so_that_nobody_could_move_the_case(state: str, name: str, words: str) -> None:
    case = FoiCase(state=state, workflow="full_approval")
    with pytest.raises(Refused, match=words):
        acting(case, name, "unflag_for_clearance")
    assert len(levels(case)) == 3


def test_an_office_cannot_leave_a_case_before_a_disclosure_that_is_not_there() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    Assignment.objects.filter(case=case, team__code__in=(DISCLOSURE, PRIVATE_OFFICE)).delete()
    Case.objects.filter(pk=case.pk).update(workflow="trigger")
    with pytest.raises(Refused, match="Disclosure is not on this case"):
        acting(fresh(case), "Pete Press", "unflag_for_clearance")


def test_missing_levels_can_be_added_when_the_response_is_ready_to_send() -> None:
    case = FoiCase(state="awaiting_dispatch", workflow="full_approval")
    Assignment.objects.filter(case=case, team__code=PRESS_OFFICE).delete()
    take_on(case, "Pete Press")
    assert set(levels(case)) == {DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE}
    assert fresh(case).workflow == "full_approval"
    sender = acting(fresh(case), "Rhys Responder", "respond")
    with pytest.raises(Refused, match="Press Office has not cleared") as refusal:
        responding.respond(case_id=case.pk, response_date=clock.today(), acting=sender, now=clock.now())
    assert refusal.value.field == "without_clearance"
    assert fresh(case).response_date is None
    responding.respond(
        case_id=case.pk, response_date=clock.today(), without_clearance=True, acting=sender, now=clock.now()
    )
    assert case.transitions.get(event="respond").data["not_cleared"] == ["Press Office"]


def test_further_clearance_is_refused_in_words_when_the_case_is_flagged_but_not_for_disclosure() -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    Assignment.objects.filter(case=case, team__code=DISCLOSURE).update(
        team=person("Pete Press").approving_team
    )
    with pytest.raises(Refused, match="not for Disclosure"):
        acting(fresh(case), "Bea Manager", "request_further_clearance")


@pytest.mark.parametrize("case_type", ["foi", "foi_timeliness_review"])
def test_further_clearance_starts_the_window_again(case_type: str) -> None:
    case = FoiCase(state="drafting", case_type=case_type, workflow="trigger")
    assert case.escalation_deadline < clock.today()
    clearing.request_further_clearance(
        case_id=case.pk, acting=acting(case, "Bea Manager", "request_further_clearance"), now=clock.now()
    )
    assert fresh(case).escalation_deadline > clock.today()


def test_a_case_ready_to_send_goes_before_disclosure_when_more_clearance_is_asked_for() -> None:
    case = FoiCase(state="awaiting_dispatch")
    clearing.request_further_clearance(
        case_id=case.pk, acting=acting(case, "Bea Manager", "request_further_clearance"), now=clock.now()
    )
    case = fresh(case)
    assert (case.state, case.workflow) == ("pending_dacu_clearance", "trigger")
    assert [event.event for event in case.transitions.order_by("-sort_key")[:2]] == [
        "flag_for_clearance",
        "request_further_clearance",
    ]


def test_reviews_are_always_flagged() -> None:
    case = FoiCase(case_type="foi_compliance_review", taken_on=False)
    assert (case.workflow, set(levels(case))) == ("trigger", {DISCLOSURE})


def test_the_first_compliant_upload_is_kept() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    approve(case, "Dora Disclosure")
    first = fresh(case).draft_compliant_date
    assert first == clock.today()
    Case.objects.filter(pk=case.pk).update(draft_compliant_date=case.received_date)
    clearing.record_compliant_draft(fresh(case))
    assert fresh(case).draft_compliant_date == case.received_date
