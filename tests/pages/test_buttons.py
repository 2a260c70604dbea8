"""What a person may do to a case stands on its page, and what stands there works.

In every state of every workflow, for every kind of person: each event that the workflow offers has a
link or a button, and each link and button that is there leads to an event that is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.urls import resolve

from correspondence.cases import access
from correspondence.cases.models import AssignmentRole
from correspondence.documents.models import Kind
from correspondence.organisation.models import DISCLOSURE
from tests.clients import signed_in
from tests.factories import STATES, FoiCase, attach, fresh, link, person
from tests.pages.reading import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client

    from correspondence.cases.models import Case
    from correspondence.organisation.models import User
    from tests.pages.reading import Element

pytestmark = pytest.mark.django_db

PEOPLE = (
    "Bea Manager",
    "Dora Disclosure",
    "Dan Disclosure",
    "Pete Press",
    "Vera Private",
    "Rhys Responder",
    "Rina Responder",
    "Bob Responder",
    "Mara Both",
    "Tess Admin",
    "Adam System",
)

EVENTS_OF: Mapping[str, tuple[str, ...]] = {
    "take_case_on": ("accept_approver_assignment", "take_on_for_approval"),
    "undo_take_case_on": ("unaccept_approver_assignment",),
    "approve": ("approve", "approve_and_bypass"),
    "upload_response_and_approve": ("upload_response_and_approve", "upload_response_approve_and_bypass"),
    "assignment": ("accept_responder_assignment", "reject_responder_assignment"),
    "select_assignment": ("reassign_user",),
    "upload_request_files": ("edit_case",),
    "remove_request_file": ("edit_case",),
}
"""What an address lets happen, where that is not the event of its own name."""

NO_EVENT = frozenset({"case", "why_not", "download_attachment"})
"""Addresses on the page that only show something."""


def controls(page: Element, path: str) -> dict[str, str]:
    """The addresses that the links and forms of the page lead to, with the method, by their paths."""
    main = page.one("main")
    links = {one["href"]: "GET" for one in main.all("a") if one["href"].startswith("/")}
    forms = {one.attributes.get("action") or path: "POST" for one in main.all("form")}
    return links | forms


def events_of(path: str) -> tuple[str, ...]:
    name = resolve(urlsplit(path).path).url_name or ""
    return () if name in NO_EVENT else EVENTS_OF.get(name, (name,))


def looked_at(client: Client, case: Case) -> tuple[Element, str] | None:
    """The page that the case opens with for this person, and its address; None where there is none."""
    path = f"/cases/{case.pk}/"
    answer = client.get(path)
    if answer.status_code == 302:
        path = answer.headers["Location"]
        answer = client.get(path)
    return (read(answer.content), path) if answer.status_code == 200 else None


def compared(case: Case, user: User) -> list[str]:
    """What is missing on the page, and what is there and leads nowhere."""
    client = signed_in(user)
    found = looked_at(client, case)
    if found is None:
        visible = access.visible_to(user).filter(pk=case.pk).exists()
        return ["no page, although the case is to be seen"] if visible else []
    page, path = found
    moves = access.open_events(access.situation_of(fresh(case), user))
    there = controls(page, path)
    reached = {event for address in there for event in events_of(address)}
    waiting = resolve(path).url_name == "assignment"
    wanted = {event for event, move in moves.items() if move.offered and (not waiting or event in ACCEPTING)}
    faults = [f"nothing leads to {event}" for event in sorted(wanted - reached - absent(case))]
    for address, method in there.items():
        events = events_of(address)
        if events and not set(events) & set(moves):
            faults.append(f"{address} is shown, but {' and '.join(events)} is closed")
        elif events and (why := closed(client, address, method, page)):
            faults.append(f"{address} is shown, and answers: {why}")
    return faults


ACCEPTING = EVENTS_OF["assignment"]


def absent(case: Case) -> set[str]:
    """Events that stand open while there is nothing to let them happen to."""
    without = set()
    if not case.attachments.filter(kind=Kind.RESPONSE).exists():
        without.add("remove_response")
    if case.assignments.filter(role=AssignmentRole.APPROVING, team__code=DISCLOSURE).exists():
        without.add("flag_for_clearance")
    return without


def closed(client: Client, address: str, method: str, page: Element) -> str:
    """What stands in the way when the link is followed or the button is pressed; empty when nothing does."""
    with transaction.atomic():
        answer = client.get(address) if method == "GET" else pressed(client, address, page)
        transaction.set_rollback(True)
    alerts = read(answer.content).all(class_="moj-alert--error")
    return " ".join(one.text for one in alerts) or (
        "" if answer.status_code == 200 else str(answer.status_code)
    )


def pressed(client: Client, address: str, page: Element) -> Any:
    form = next(
        one for one in page.one("main").all("form") if one.attributes.get("action") in (address, None)
    )
    sent = {one["name"]: one.attributes.get("value", "") for one in form.all("input", type="hidden")}
    return client.post(address, sent | {"message": "Thank you.", "decision": "accept"}, follow=True)


BEFORE_DRAFT = ("unassigned", "awaiting_responder", "drafting")

CASES = [
    *((workflow, state, "") for workflow, states in STATES.items() for state in states),
    *((workflow, "drafting", "in the window") for workflow in STATES),
    *(
        (workflow, state, "not taken on")
        for workflow in ("trigger", "full_approval")
        for state in BEFORE_DRAFT
    ),
]


@pytest.mark.parametrize(("workflow", "state", "besides"), CASES)
def test_what_is_open_is_offered_and_what_is_offered_is_open(workflow: str, state: str, besides: str) -> None:
    case = FoiCase(
        workflow=workflow,
        state=state,
        taken_on=besides != "not taken on",
        in_window=besides == "in the window",
        request_files=["request.pdf"],
    )
    link(case, FoiCase())
    if state == "drafting":
        attach(case, Kind.RESPONSE, ["draft.pdf"], by="Rhys Responder")
    faults = {name: found for name in PEOPLE if (found := compared(case, person(name)))}
    assert faults == {}
