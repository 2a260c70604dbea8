"""Every event of an FOI case happens for the right person, and is refused, in words, to the wrong one."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from correspondence.audit.models import Entry
from correspondence.cases import access, transitions
from correspondence.cases.acting import Acting
from correspondence.cases.actions import (
    assigning,
    clearing,
    closing,
    deadlines,
    editing,
    linking,
    messaging,
    responding,
)
from correspondence.cases.models import Case, Transition
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.documents.actions import removing
from correspondence.documents.models import Attachment, Kind
from correspondence.organisation.models import Role
from correspondence.rulebook import loader
from correspondence.rulebook.closure import Answers
from tests.factories import FoiCase, Request, fresh, link, person, responding_assignment, unit

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db

GRANTED = Answers(information_held="held", outcome="granted")


@dataclass(frozen=True)
class Way:
    """How an event happens: in which case, by whom, through which action, and who may not."""

    right: str
    wrong: str
    act: Callable[[Case, Acting], object]
    state: str
    case: dict[str, Any] = field(default_factory=dict)
    prepare: Callable[[Case], object] | None = None


def _now() -> dict[str, Any]:
    return {"now": clock.now()}


def _extended(case: Case) -> None:
    acting = access.acting_on(case, person("Bea Manager"), event="extend_for_pit")
    _extend(case, acting)


def _extend(case: Case, acting: Acting) -> Case:
    return deadlines.extend_for_pit(
        case_id=case.pk,
        until=case.final_deadline + timedelta(days=7),
        reason="The public interest in prices has to be weighed.",
        exemption="s43",
        notice_date=clock.today(),
        second_reason="",
        acting=acting,
        **_now(),
    )


def _linked(case: Case) -> None:
    link(case, FoiCase())


WAYS = {
    "add_message_to_case": Way(
        "Bea Manager",
        "Bob Responder",
        lambda case, acting: messaging.add_message_to_case(
            case_id=case.pk, message="How far is it?", acting=acting, **_now()
        ),
        "drafting",
        {"state": "drafting"},
    ),
    "assign_responder": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: assigning.assign_responder(
            case_id=case.pk, team_id=unit("Unit A").pk, acting=acting, **_now()
        ),
        "awaiting_responder",
    ),
    "assign_to_new_team": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: assigning.assign_to_new_team(
            case_id=case.pk, team_id=unit("Unit B").pk, acting=acting, **_now()
        ),
        "awaiting_responder",
        {"state": "drafting"},
    ),
    "accept_responder_assignment": Way(
        "Rina Responder",
        "Bob Responder",
        lambda case, acting: assigning.accept_responder_assignment(
            case_id=case.pk, assignment_id=responding_assignment(case).pk, acting=acting, **_now()
        ),
        "drafting",
        {"state": "awaiting_responder"},
    ),
    "reject_responder_assignment": Way(
        "Rhys Responder",
        "Bob Responder",
        lambda case, acting: assigning.reject_responder_assignment(
            case_id=case.pk,
            assignment_id=responding_assignment(case).pk,
            reason="Another unit looks after this.",
            acting=acting,
            **_now(),
        ),
        "unassigned",
        {"state": "awaiting_responder"},
    ),
    "reassign_user": Way(
        "Rhys Responder",
        "Bob Responder",
        lambda case, acting: assigning.reassign_user(
            case_id=case.pk,
            assignment_id=responding_assignment(case).pk,
            user_id=person("Rina Responder").pk,
            acting=acting,
            **_now(),
        ),
        "drafting",
        {"state": "drafting"},
    ),
    "flag_for_clearance": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: clearing.flag_for_clearance(case_id=case.pk, acting=acting, **_now()),
        "drafting",
        {"state": "drafting"},
    ),
    "unflag_for_clearance": Way(
        "Dora Disclosure",
        "Pete Press",
        lambda case, acting: clearing.unflag_for_clearance(
            case_id=case.pk, acting=acting, reason="Published since.", **_now()
        ),
        "awaiting_dispatch",
        {"state": "pending_dacu_clearance", "workflow": "trigger"},
    ),
    "take_on_for_approval": Way(
        "Pete Press",
        "Dora Disclosure",
        lambda case, acting: clearing.take_on_for_approval(case_id=case.pk, acting=acting, **_now()),
        "drafting",
        {"state": "drafting"},
    ),
    "accept_approver_assignment": Way(
        "Dora Disclosure",
        "Pete Press",
        lambda case, acting: clearing.accept_approver_assignment(case_id=case.pk, acting=acting, **_now()),
        "drafting",
        {"state": "drafting", "workflow": "trigger", "taken_on": False},
    ),
    "unaccept_approver_assignment": Way(
        "Dora Disclosure",
        "Dan Disclosure",
        lambda case, acting: clearing.unaccept_approver_assignment(case_id=case.pk, acting=acting, **_now()),
        "drafting",
        {"state": "drafting", "workflow": "trigger"},
    ),
    "request_further_clearance": Way(
        "Bea Manager",
        "Dora Disclosure",
        lambda case, acting: clearing.request_further_clearance(case_id=case.pk, acting=acting, **_now()),
        "pending_dacu_clearance",
        {"state": "awaiting_dispatch"},
    ),
    "approve": Way(
        "Dora Disclosure",
        "Dan Disclosure",
        lambda case, acting: clearing.approve(case_id=case.pk, acting=acting, **_now()),
        "pending_press_office_clearance",
        {"state": "pending_dacu_clearance", "workflow": "full_approval"},
    ),
    "approve_and_bypass": Way(
        "Dora Disclosure",
        "Pete Press",
        lambda case, acting: clearing.approve(
            case_id=case.pk, acting=acting, bypass=True, reason="Nothing new in it.", **_now()
        ),
        "awaiting_dispatch",
        {"state": "pending_dacu_clearance", "workflow": "full_approval"},
    ),
    "upload_response_and_approve": Way(
        "Dora Disclosure",
        "Rhys Responder",
        lambda case, acting: clearing.approve(case_id=case.pk, acting=acting, files=["new.pdf"], **_now()),
        "awaiting_dispatch",
        {"state": "pending_dacu_clearance", "workflow": "trigger"},
    ),
    "upload_response_approve_and_bypass": Way(
        "Dora Disclosure",
        "Vera Private",
        lambda case, acting: clearing.approve(
            case_id=case.pk,
            acting=acting,
            files=["changed.pdf"],
            bypass=True,
            reason="Nothing new.",
            **_now(),
        ),
        "awaiting_dispatch",
        {"state": "pending_dacu_clearance", "workflow": "full_approval"},
    ),
    "upload_response_and_return_for_redraft": Way(
        "Dora Disclosure",
        "Rhys Responder",
        lambda case, acting: clearing.upload_response_and_return_for_redraft(
            case_id=case.pk,
            files=["changes.docx"],
            message="See page 2.",
            compliant=True,
            acting=acting,
            **_now(),
        ),
        "drafting",
        {"state": "pending_dacu_clearance", "workflow": "trigger"},
    ),
    "request_amends": Way(
        "Pete Press",
        "Vera Private",
        lambda case, acting: clearing.request_amends(
            case_id=case.pk, message="Shorten it.", compliant=False, acting=acting, **_now()
        ),
        "pending_dacu_clearance",
        {"state": "pending_press_office_clearance", "workflow": "full_approval"},
    ),
    "send_back": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: clearing.send_back(case_id=case.pk, message="", acting=acting, **_now()),
        "drafting",
        {"state": "responded"},
    ),
    "add_responses": Way(
        "Rhys Responder",
        "Bob Responder",
        lambda case, acting: responding.add_responses(
            case_id=case.pk, files=["answer.pdf"], message="", acting=acting, **_now()
        ),
        "awaiting_dispatch",
        {"state": "drafting"},
    ),
    "remove_response": Way(
        "Rhys Responder",
        "Bob Responder",
        lambda case, acting: removing.remove_attachment(
            case_id=case.pk,
            attachment_id=Attachment.objects.get(case=case, kind=Kind.RESPONSE).pk,
            acting=acting,
            **_now(),
        ),
        "drafting",
        {"state": "awaiting_dispatch"},
    ),
    "respond": Way(
        "Rhys Responder",
        "Bob Responder",
        lambda case, acting: responding.respond(
            case_id=case.pk, response_date=clock.today(), acting=acting, **_now()
        ),
        "responded",
        {"state": "awaiting_dispatch"},
    ),
    "close": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: closing.close_case(
            case_id=case.pk, answers=replace(GRANTED, response_date=clock.today()), acting=acting, **_now()
        ),
        "closed",
        {"state": "responded"},
    ),
    "update_closure": Way(
        "Bea Manager",
        "Dora Disclosure",
        lambda case, acting: closing.update_closure(
            case_id=case.pk,
            answers=Answers(response_date=clock.today(), information_held="not_held"),
            acting=acting,
            **_now(),
        ),
        "closed",
        {"state": "closed"},
    ),
    "edit_case": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: editing.edit_case(
            case_id=case.pk,
            case_type="foi",
            details=Request(received=case.received_date, subject="Opening hours of prisons"),
            draft_compliant_date=None,
            acting=acting,
            **_now(),
        ),
        "drafting",
        {"state": "drafting"},
    ),
    "destroy_case": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: editing.destroy_case(
            case_id=case.pk, reason="Logged twice.", acting=acting, **_now()
        ),
        "drafting",
        {"state": "drafting"},
    ),
    "link_a_case": Way(
        "Bea Manager",
        "Bob Responder",
        lambda case, acting: linking.link_a_case(
            case_id=case.pk, number=FoiCase().number, user=person("Bea Manager"), acting=acting, **_now()
        ),
        "drafting",
        {"state": "drafting"},
    ),
    "remove_linked_case": Way(
        "Bea Manager",
        "Bob Responder",
        lambda case, acting: linking.remove_linked_case(
            case_id=case.pk, linked_case_id=case.links.get().linked_case_id, acting=acting, **_now()
        ),
        "drafting",
        {"state": "drafting"},
        prepare=_linked,
    ),
    "extend_for_pit": Way("Bea Manager", "Rhys Responder", _extend, "drafting", {"state": "drafting"}),
    "remove_pit_extension": Way(
        "Bea Manager",
        "Rhys Responder",
        lambda case, acting: deadlines.remove_pit_extension(case_id=case.pk, acting=acting, **_now()),
        "drafting",
        {"state": "drafting"},
        prepare=_extended,
    ),
}

ON_NO_PAGE = {"execute_request_amends", "upload_responses", "remove_last_response"}
"""Answers of the engine only: their rows are tested with the matrix."""

FOLLOWS = {"unassign_from_user"}
"""Happens when a person leaves a team: tests/cases/test_assigning.py."""


def _case(way: Way) -> Case:
    case = FoiCase(**way.case)
    if way.prepare:
        way.prepare(case)
    return fresh(case)


def test_every_event_of_the_workflows_is_tested_here() -> None:
    tables = loader.edition(loader.current_edition_id())
    events = {
        entry.event
        for workflow in tables.workflows
        if workflow.case_type == "foi"
        for entry in workflow.events
    }
    assert events == set(WAYS) | ON_NO_PAGE | FOLLOWS


@pytest.mark.parametrize("event", WAYS)
def test_it_happens_for_the_right_person(event: str) -> None:
    way = WAYS[event]
    case = _case(way)
    user = person(way.right)
    before = case.transitions.count()
    way.act(case, access.acting_on(case, user, event=event))
    case = Case.objects.get(pk=case.pk)
    written = case.transitions.filter(event=event).order_by("-sort_key").first()
    assert written is not None
    assert (case.state, written.acting_user) == (way.state, user)
    assert case.transitions.count() > before
    entry = Entry.objects.filter(subject=f"case:{case.pk}", action=event).order_by("-sequence").first()
    assert entry is not None
    assert (entry.actor_id, entry.data["transition"]) == (user.pk, written.pk)


@pytest.mark.parametrize("event", WAYS)
def test_the_audit_record_has_every_event_once_and_nobodys_words(
    event: str, caplog: pytest.LogCaptureFixture
) -> None:
    way = WAYS[event]
    case = _case(way)
    with caplog.at_level(logging.DEBUG):
        way.act(case, access.acting_on(case, person(way.right), event=event))
    case = Case.objects.get(pk=case.pk)
    entries = Entry.objects.filter(subject=f"case:{case.pk}", data__has_key="transition").order_by("sequence")
    events = case.transitions.order_by("sort_key")
    assert [(entry.data["transition"], entry.action) for entry in entries] == [
        (change.pk, change.event) for change in events
    ]
    assert [entry.data["to_state"] for entry in entries] == [change.to_state for change in events]
    told = json.dumps(list(entries.values("data", "subject", "stream", "action"))) + caplog.text
    words = [case.name, case.email, case.subject, case.message, *(change.message for change in events)]
    words += [name for change in events for name in change.data.get("files", ())]
    assert [word for word in words if word and word in told] == []


@pytest.mark.parametrize("event", WAYS)
def test_it_is_refused_to_the_wrong_person(event: str) -> None:
    way = WAYS[event]
    case = _case(way)
    stood = Case.objects.filter(pk=case.pk).values().get()
    history = list(Transition.objects.filter(case=case).values_list("pk", flat=True))
    wrong = person(way.wrong)
    with pytest.raises(Refused) as refusal:
        access.acting_on(case, wrong, event=event)
    assert str(refusal.value).endswith(".")
    # Whoever gets past the page is stopped by the action: it asks again, on the locked case.
    role = next(Role(held.role) for held in wrong.active_memberships)
    acting = Acting(wrong, wrong.active_memberships[0].team, role)
    with pytest.raises(Refused):
        way.act(case, acting)
    assert Case.objects.filter(pk=case.pk).values().get() == stood
    assert list(Transition.objects.filter(case=case).values_list("pk", flat=True)) == history


@pytest.mark.parametrize("event", WAYS)
def test_it_is_refused_in_a_closed_and_deleted_case(event: str) -> None:
    way = WAYS[event]
    case = _case(way)
    user = person(way.right)
    acting = access.acting_on(case, user, event=event)
    Case.objects.filter(pk=case.pk).update(deleted_at=clock.now(), deletion_reason="Logged twice.")
    with pytest.raises(Refused, match="deleted"):
        way.act(case, acting)


def test_an_event_unknown_to_the_state_says_when_it_can_be_done() -> None:
    case = FoiCase()
    words = access.why_not(case, person("Bea Manager"), "close")
    assert words is not None
    assert "Ready to close" in words


def test_the_engine_speaks_of_the_open_window() -> None:
    case = FoiCase(state="drafting", in_window=True)
    words = access.why_not(case, person("Rhys Responder"), "add_responses")
    assert words is not None
    assert f"{case.escalation_deadline.day} {case.escalation_deadline:%b}" in words


def test_check_changes_nothing() -> None:
    case = FoiCase(state="drafting")
    acting = access.acting_on(case, person("Rhys Responder"), event="add_responses")
    before = case.transitions.count()
    move = transitions.check(case, "add_responses", acting=acting)
    assert (move.to_state, case.transitions.count()) == ("awaiting_dispatch", before)
