"""What tests begin with. A case gets where it stands by the actions that people use: it is never half made.

Factories are nouns: ``FoiCase(state="drafting")`` is a case whose draft is being written, by Rhys of Unit A.
The people are those of the example organisation, by name: ``person("Bea Manager")``.
"""
# ruff: noqa: N802 - factories are called like the things they make

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, TypedDict, Unpack
from uuid import uuid4

from correspondence.cases import access
from correspondence.cases.actions import (
    assigning,
    clearing,
    closing,
    creating,
    linking,
    messaging,
    responding,
)
from correspondence.cases.models import Case
from correspondence.cases.validation import RequestDetails
from correspondence.core import clock
from correspondence.documents.models import Attachment, Kind, Scan
from correspondence.documents.storage import new_key
from correspondence.organisation.actions.teams import add_to_team
from correspondence.organisation.models import Role, Team, User
from correspondence.rulebook.closure import Answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from correspondence.cases.acting import Acting
    from correspondence.cases.models import Assignment, Transition

MANAGER, DISCLOSURE_OFFICER, PRESS_OFFICER, PRIVATE_OFFICER = (
    "Bea Manager",
    "Dora Disclosure",
    "Pete Press",
    "Vera Private",
)

LIFE = ("unassigned", "awaiting_responder", "drafting")
PENDING = ("pending_dacu_clearance", "pending_press_office_clearance", "pending_private_office_clearance")
AFTERWARDS = ("awaiting_dispatch", "responded", "closed")
STATES = {
    "standard": (*LIFE, *AFTERWARDS),
    "trigger": (*LIFE, PENDING[0], *AFTERWARDS),
    "full_approval": (*LIFE, *PENDING, *AFTERWARDS),
}
"""The states of each workflow in the order in which a case passes through them."""

LONG_ENOUGH_AGO = timedelta(days=10)
"""A case logged then is past its sensitivity window, whatever holidays lie between."""

GRANTED = Answers(information_held="held", outcome="granted")


class Details(TypedDict, total=False):
    """What may be said of a request; the rest is made up."""

    name: str
    email: str
    postal_address: str
    requester_type: str
    delivery_method: str
    subject: str
    message: str


def person(name: str) -> User:
    """One of the example organisation's people, as the database has them now."""
    return User.objects.get(full_name=name)


def unit(name: str) -> Team:
    """One of the example organisation's business units."""
    return _unit(name)


def _unit(name: str) -> Team:
    return Team.objects.get(kind="business_unit", name=name)


def Person(
    name: str,
    *,
    role: Role = Role.RESPONDER,
    unit: str | Team = "Unit A",
    roles: Sequence[tuple[Role, str | Team]] = (),
) -> User:
    """Somebody more, with a role in a unit, or with several."""
    user = User(full_name=name, email=f"{name.lower().replace(' ', '.')}@example.invalid")
    user.set_unusable_password()
    user.save()
    for held, team in roles or ((role, unit),):
        add_to_team(
            user_id=user.pk,
            team_id=(team if isinstance(team, Team) else _unit(team)).pk,
            role=held,
            acting_user=None,
            now=clock.actual_now(),
        )
    return user


def Request(*, received: date | None = None, **details: Unpack[Details]) -> RequestDetails:
    """What somebody asked for."""
    said: Details = {
        "name": "Harriet Lowe",
        "email": "harriet.lowe@example.invalid",
        "postal_address": "",
        "requester_type": "member_of_the_public",
        "delivery_method": "sent_by_email",
        "subject": "Opening hours of local offices",
        "message": "Please tell me at which hours each local office was open to the public last year.",
    }
    return RequestDetails(**(said | details), received_date=received or clock.today())


def FoiCase(
    *,
    state: str = "unassigned",
    workflow: str = "standard",
    case_type: str = "foi",
    unit: str = "Unit A",
    responder: str = "Rhys Responder",
    in_window: bool = False,
    logged: datetime | None = None,
    received: date | None = None,
    response_date: date | None = None,
    closure: Answers = GRANTED,
    taken_on: bool = True,
    request_files: Sequence[str] = (),
    **details: Unpack[Details],
) -> Case:
    """A case that has come as far as this state, by the events that lead there.

    Args:
        state: where it stands.
        workflow: ``trigger`` flags it for Disclosure; with ``full_approval`` the Press Office took it on,
            which brings the Private Office along. Reviews are always flagged.
        unit: the business unit it was assigned to.
        responder: who of the unit accepted it.
        in_window: it was logged just now, so the sensitivity window is open; no response is possible then.
        logged: when it was created; long enough ago for the window to be over, unless told.
        received: the date of receipt; the day it was logged, unless told.
        response_date: when the response was sent; today, unless told.
        closure: what it was closed with; granted in full, unless told. The date of the response is added.
        taken_on: the Disclosure officer has taken the clearance on.
        request_files: names of small PDF files that came with the request.
        details: of the request, as for ``Request``.
    """
    if case_type != "foi" and workflow == "standard":
        workflow = "trigger"
    if state not in STATES[workflow]:
        raise ValueError(f"A case in the workflow {workflow} is never in the state {state}.")
    logged = logged or _logged(received, in_window=in_window)
    case = creating.create_case(
        case_type=case_type,
        details=Request(received=received or clock.london_date(logged), **details),
        flag_for_disclosure=workflow == "trigger",
        request_files=len(request_files),
        user=person(MANAGER),
        now=logged,
    )
    attach(case, Kind.REQUEST, request_files)
    steps = _Steps(case, unit_name=unit, responder=responder, response_date=response_date, closure=closure)
    if workflow == "full_approval":
        steps.take_on()
    if taken_on and workflow != "standard":
        steps.accept_clearance()
    path = STATES[workflow]
    for reached in path[1 : path.index(state) + 1]:
        steps.reach(reached)
    return fresh(case)


def _logged(received: date | None, *, in_window: bool) -> datetime:
    """Long enough ago for the window to be over, but not before the request came."""
    if in_window:
        return clock.now()
    long_ago = clock.now() - LONG_ENOUGH_AGO
    return max(long_ago, datetime.combine(received, time(12), clock.LONDON)) if received else long_ago


class _Steps:
    """The events that lead a case through its life, each by the person who does it."""

    def __init__(
        self, case: Case, *, unit_name: str, responder: str, response_date: date | None, closure: Answers
    ) -> None:
        self.case = case
        self.unit_name = unit_name
        self.responder = responder
        self.response_date = response_date or clock.today()
        self.closure = closure

    def acting(self, name: str, event: str) -> Acting:
        return acting(self.case, name, event)

    def take_on(self) -> None:
        clearing.take_on_for_approval(
            case_id=self.case.pk,
            acting=self.acting(PRESS_OFFICER, "take_on_for_approval"),
            now=clock.now(),
        )

    def accept_clearance(self) -> None:
        clearing.accept_approver_assignment(
            case_id=self.case.pk,
            acting=self.acting(DISCLOSURE_OFFICER, "accept_approver_assignment"),
            now=clock.now(),
        )

    def reach(self, state: str) -> None:
        """Let the one event happen that leads from the state before to this one."""
        if state == "awaiting_responder":
            assign(self.case, unit_name=self.unit_name)
        elif state == "drafting":
            self._accept()
        elif state == "responded":
            self._respond()
        elif state == "closed":
            self._close()
        elif fresh(self.case).state == "drafting":
            self._upload()
        else:
            self._approve(fresh(self.case).state)

    def _accept(self) -> None:
        assigning.accept_responder_assignment(
            case_id=self.case.pk,
            assignment_id=responding_assignment(self.case).pk,
            acting=self.acting(self.responder, "accept_responder_assignment"),
            now=clock.now(),
        )

    def _upload(self) -> None:
        files = attach(self.case, Kind.RESPONSE, ["response.pdf"], by=self.responder)
        responding.add_responses(
            case_id=self.case.pk,
            files=[file.filename for file in files],
            message="",
            acting=self.acting(self.responder, "add_responses"),
            now=clock.now(),
        )

    def _approve(self, state: str) -> None:
        officer = dict(zip(PENDING, (DISCLOSURE_OFFICER, PRESS_OFFICER, PRIVATE_OFFICER), strict=True))[state]
        clearing.approve(case_id=self.case.pk, acting=self.acting(officer, "approve"), now=clock.now())

    def _respond(self) -> None:
        responding.respond(
            case_id=self.case.pk,
            response_date=self.response_date,
            acting=self.acting(self.responder, "respond"),
            now=clock.now(),
        )

    def _close(self) -> None:
        closing.close_case(
            case_id=self.case.pk,
            answers=replace(self.closure, response_date=self.response_date),
            acting=self.acting(MANAGER, "close"),
            now=clock.now(),
        )


def fresh(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.get(pk=case.pk)


def acting(case: Case, name: str, event: str) -> Acting:
    """This person, in the role and for the team in which they may do this to the case now."""
    return access.acting_on(fresh(case), person(name), event=event)


def assign(case: Case, *, unit_name: str = "Unit A") -> Case:
    """Assign the case to a business unit."""
    return assigning.assign_responder(
        case_id=case.pk,
        team_id=unit(unit_name).pk,
        acting=acting(case, MANAGER, "assign_responder"),
        now=clock.now(),
    )


def responding_assignment(case: Case) -> Assignment:
    """The assignment of the business unit that has the case now."""
    found = access.situation_of(fresh(case), None).responding
    if found is None:
        raise LookupError("No business unit has this case.")
    return found


def message(case: Case, text: str, *, sender: str = MANAGER) -> Transition:
    """A message in the conversation."""
    return messaging.add_message_to_case(
        case_id=case.pk, message=text, acting=acting(case, sender, "add_message_to_case"), now=clock.now()
    )


def link(case: Case, other: Case) -> None:
    """Link two cases as related."""
    linking.link_a_case(
        case_id=case.pk,
        number=other.number,
        user=person(MANAGER),
        acting=acting(case, MANAGER, "link_a_case"),
        now=clock.now(),
    )


def attach(case: Case, kind: Kind, names: Sequence[str], *, by: str = MANAGER) -> list[Attachment]:
    """Rows of files uploaded together; their bytes are not in the store, so they cannot be downloaded."""
    user, group = person(by), uuid4()
    return [
        Attachment.objects.create(
            case=case,
            kind=kind,
            filename=name,
            content_type="application/pdf",
            size_bytes=24_000,
            sha256=sha256(name.encode()).hexdigest(),
            storage_key=new_key(),
            upload_group=group,
            scan=Scan.UNCHECKED,
            user=user,
            team=next((held.team for held in user.active_memberships if held.team), None),
            created_at=clock.now(),
        )
        for name in names
    ]
