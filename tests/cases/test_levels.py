"""Levels of clearance that come and go: undone, bypassed, asked for again."""

from __future__ import annotations

import pytest

from correspondence.cases import access
from correspondence.cases.actions import assigning, clearing, responding
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.notifications.models import Message
from correspondence.organisation.models import DISCLOSURE, PRESS_OFFICE, PRIVATE_OFFICE
from tests.factories import FoiCase, acting, fresh, person, unit

pytestmark = pytest.mark.django_db

BEFORE_THE_RESPONSE = ("unassigned", "awaiting_responder", "drafting")


def on_case(case: Case) -> dict[str, str]:
    """The levels on the case with their states, by the code of their team."""
    found = Assignment.objects.filter(case=case, role=AssignmentRole.APPROVING).select_related("team")
    return {level.team.code or "": level.state for level in found}


def take_on(case: Case, name: str) -> None:
    clearing.take_on_for_approval(
        case_id=case.pk, acting=acting(case, name, "take_on_for_approval"), now=clock.now()
    )


def undo(case: Case, name: str) -> None:
    clearing.undo_take_on(case_id=case.pk, acting=acting(case, name, "unflag_for_clearance"), now=clock.now())


def ask_for_more(case: Case) -> Case:
    clearing.request_further_clearance(
        case_id=case.pk, acting=acting(case, "Bea Manager", "request_further_clearance"), now=clock.now()
    )
    return fresh(case)


def send_back(case: Case, name: str = "Bea Manager") -> Case:
    clearing.send_back(
        case_id=case.pk,
        message="Leave the prices out.",
        acting=acting(case, name, "send_back"),
        now=clock.now(),
    )
    return fresh(case)


@pytest.mark.parametrize("workflow", ["standard", "trigger"])
@pytest.mark.parametrize("state", [*BEFORE_THE_RESPONSE, "awaiting_dispatch"])
def test_undoing_a_take_on_leaves_the_case_as_it_was(state: str, workflow: str) -> None:
    case = FoiCase(state=state, workflow=workflow)
    before = (case.state, case.workflow, on_case(case))
    take_on(case, "Pete Press")
    assert fresh(case).workflow == "full_approval"
    undo(case, "Pete Press")
    assert (fresh(case).state, fresh(case).workflow, on_case(case)) == before


def test_whoever_undoes_it_is_recorded_for_every_level() -> None:
    case = FoiCase(state="drafting", in_window=True)
    take_on(case, "Pete Press")
    undo(case, "Pete Press")
    removed = case.transitions.filter(event="unflag_for_clearance").order_by("sort_key")
    assert [change.target_team.code for change in removed if change.target_team] == [
        PRIVATE_OFFICE,
        DISCLOSURE,
        PRESS_OFFICE,
    ]
    press = person("Pete Press")
    assert {(change.acting_user, change.acting_team) for change in removed} == {(press, press.approving_team)}


def test_what_came_with_a_take_on_is_put_down_to_whoever_took_the_case_on() -> None:
    case = FoiCase(state="drafting", in_window=True)
    take_on(case, "Vera Private")
    flagged = case.transitions.get(event="flag_for_clearance")
    brought = case.transitions.get(event="take_on_for_approval", target_team__code=PRESS_OFFICE)
    assert flagged.acting_user == brought.acting_user == person("Vera Private")
    assert (brought.target_user, flagged.target_user) == (person("Pete Press"), None)


def test_the_office_that_was_brought_in_takes_only_itself_off() -> None:
    case = FoiCase(state="drafting", in_window=True)
    take_on(case, "Pete Press")
    undo(case, "Vera Private")
    assert set(on_case(case)) == {DISCLOSURE, PRESS_OFFICE}
    assert fresh(case).workflow == "trigger"
    undo(case, "Pete Press")
    assert (on_case(case), fresh(case).workflow) == ({}, "standard")


def test_a_level_flagged_anew_by_a_manager_stays_when_the_office_goes() -> None:
    case = FoiCase(state="drafting", in_window=True)
    take_on(case, "Pete Press")
    undo(case, "Vera Private")
    Assignment.objects.filter(case=case, team__code=DISCLOSURE).delete()
    clearing.flag_for_clearance(
        case_id=case.pk, acting=acting(case, "Bea Manager", "flag_for_clearance"), now=clock.now()
    )
    undo(case, "Pete Press")
    assert (set(on_case(case)), fresh(case).workflow) == ({DISCLOSURE}, "trigger")


def test_a_level_that_remains_and_has_not_cleared_is_named_before_the_response_goes() -> None:
    case = FoiCase(state="drafting", in_window=True)
    take_on(case, "Pete Press")
    undo(case, "Vera Private")
    Assignment.objects.filter(case=case, team__code=DISCLOSURE).update(approved=True)
    assert [level.team.code for level in responding.levels_not_cleared(fresh(case))] == [PRESS_OFFICE]


@pytest.mark.parametrize(
    ("workflow", "state", "expected"),
    [
        *(("standard", state, (state, "trigger")) for state in BEFORE_THE_RESPONSE),
        ("standard", "awaiting_dispatch", ("pending_dacu_clearance", "trigger")),
        *(("trigger", state, (state, "trigger")) for state in BEFORE_THE_RESPONSE),
        ("trigger", "pending_dacu_clearance", ("pending_dacu_clearance", "trigger")),
        ("trigger", "awaiting_dispatch", ("awaiting_dispatch", "full_approval")),
    ],
)
def test_further_clearance_in_every_state(workflow: str, state: str, expected: tuple[str, str]) -> None:
    case = FoiCase(state=state, workflow=workflow)
    assert case.escalation_deadline < clock.today()
    case = ask_for_more(case)
    assert (case.state, case.workflow) == expected
    assert set(on_case(case)) == {DISCLOSURE}
    assert case.escalation_deadline > clock.today()
    # The two offices see it again, and can take it on until Disclosure has it.
    words = access.why_not(case, person("Pete Press"), "take_on_for_approval")
    assert (words is None) is (case.state != "pending_dacu_clearance")


@pytest.mark.parametrize("state", ["responded", "closed"])
@pytest.mark.parametrize("workflow", ["standard", "trigger"])
def test_no_further_clearance_of_what_was_sent(workflow: str, state: str) -> None:
    case = FoiCase(state=state, workflow=workflow)
    assert access.why_not(case, person("Bea Manager"), "request_further_clearance")


def test_no_further_clearance_inside_the_window_or_with_every_level_there() -> None:
    inside = FoiCase(state="drafting", workflow="trigger", in_window=True)
    complete = FoiCase(state="drafting", workflow="full_approval")
    for case in (inside, complete):
        words = access.why_not(case, person("Bea Manager"), "request_further_clearance")
        assert words is not None
        assert "No further clearance" in words


def test_further_clearance_after_disclosure_took_itself_off_flags_it_again() -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    clearing.unflag_for_clearance(
        case_id=case.pk, acting=acting(case, "Dora Disclosure", "unflag_for_clearance"), now=clock.now()
    )
    assert (on_case(case), fresh(case).workflow) == ({}, "standard")
    case = ask_for_more(case)
    assert (on_case(case), case.workflow) == ({DISCLOSURE: AssignmentState.PENDING}, "trigger")


def bypassed() -> Case:
    """A case whose other offices Disclosure let it skip."""
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    return clearing.approve(
        case_id=case.pk,
        acting=acting(case, "Dora Disclosure", "approve_and_bypass"),
        bypass=True,
        reason="Nothing new.",
        now=clock.now(),
    )


def test_a_bypassed_level_neither_clears_nor_has_to() -> None:
    case = bypassed()
    assert responding.levels_not_cleared(case) == []
    # It counts as a level of the case still, so it is neither taken on nor asked for again.
    assert access.why_not(fresh(case), person("Pete Press"), "take_on_for_approval")
    assert access.why_not(fresh(case), person("Bea Manager"), "request_further_clearance")


def test_a_bypassed_office_does_not_come_back_when_the_response_does() -> None:
    case = bypassed()
    assigning.remove_from_team(
        user_id=person("Rhys Responder").pk,
        team_id=unit("Unit A").pk,
        acting_user=person("Bea Manager"),
        now=clock.now(),
    )
    assert fresh(case).state == "awaiting_responder"
    with pytest.raises(Refused, match="need not clear"):
        clearing.accept_approver_assignment(
            case_id=case.pk,
            acting=acting(case, "Pete Press", "accept_approver_assignment"),
            now=clock.now(),
        )
    Case.objects.filter(pk=case.pk).update(state="pending_dacu_clearance")
    words = access.why_not(fresh(case), person("Dora Disclosure"), "approve")
    assert words == "The next clearance level is not on this case. Clear the response and bypass it instead."
    assert access.why_not(fresh(case), person("Dora Disclosure"), "approve_and_bypass") is None


def test_a_case_never_reaches_an_office_in_which_nobody_has_taken_it_on() -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    Assignment.objects.filter(case=case, team__code=PRESS_OFFICE).update(
        state=AssignmentState.PENDING, user=None
    )
    words = access.why_not(case, person("Dora Disclosure"), "approve")
    assert words is not None
    assert words.startswith("Nobody in Press Office has taken this case on")
    clearing.accept_approver_assignment(
        case_id=case.pk, acting=acting(case, "Pete Press", "accept_approver_assignment"), now=clock.now()
    )
    assert access.why_not(fresh(case), person("Dora Disclosure"), "approve") is None


@pytest.mark.parametrize("state", ["awaiting_dispatch", "responded"])
def test_a_response_that_comes_back_is_cleared_anew_and_is_no_answer(state: str) -> None:
    case = FoiCase(state=state, workflow="trigger")
    case = send_back(case)
    assert (case.state, case.response_date) == ("drafting", None)
    assert not Assignment.objects.filter(case=case, approved=True).exists()
    told = Message.objects.filter(case_id=case.pk, kind__in=("responses_sent_back", "message_received"))
    assert [message.kind for message in told] == ["responses_sent_back"]
    if state == "responded":
        assert case.transitions.get(event="respond").data["response_date"] == clock.today().isoformat()


def test_a_response_returned_for_redraft_is_compliant_only_when_disclosure_says_so() -> None:
    for compliant in (True, False):
        case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
        case = clearing.upload_response_and_return_for_redraft(
            case_id=case.pk,
            files=["changes.docx"],
            message="",
            compliant=compliant,
            acting=acting(case, "Dora Disclosure", "upload_response_and_return_for_redraft"),
            now=clock.now(),
        )
        assert (case.draft_compliant_date is not None) is compliant
        assert Message.objects.filter(case_id=case.pk, kind="redraft_requested").count() == 1


@pytest.mark.parametrize("deactivated", [True, False])
def test_an_office_without_a_named_officer_is_told_by_its_mailbox(*, deactivated: bool) -> None:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    officer = person("Pete Press")
    office = officer.approving_team
    assert office is not None
    office.email = "press@example.invalid"
    office.save()
    if deactivated:
        officer.deactivated_at = clock.now()
        officer.save()
    clearing.approve(case_id=case.pk, acting=acting(case, "Dora Disclosure", "approve"), now=clock.now())
    to = "press@example.invalid" if deactivated else officer.email
    assert Message.objects.get(case_id=case.pk, kind="ready_for_review").recipient_email == to


def test_only_the_office_with_which_the_case_is_asks_for_changes() -> None:
    case = FoiCase(state="pending_press_office_clearance", workflow="full_approval")
    for name in ("Vera Private", "Dora Disclosure", "Bea Manager"):
        assert access.why_not(case, person(name), "request_amends"), name
    assert access.why_not(case, person("Pete Press"), "request_amends") is None
