"""The people, the cases and the addresses of the permission matrix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver

from correspondence.caseload.models import Search
from correspondence.cases.models import Case
from correspondence.core import clock
from correspondence.documents.actions import uploading
from correspondence.documents.models import Kind
from correspondence.jobs.models import Job
from correspondence.organisation.models import Membership, Role, User
from tests.clients import signed_in
from tests.documents.samples import sample
from tests.factories import FoiCase, Person, acting, link, person, responding_assignment, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PEOPLE = (
    "nobody",
    "deactivated",
    "no_team",
    "system_admin",
    "team_admin",
    "manager",
    "disclosure_named",
    "disclosure_colleague",
    "press",
    "private",
    "responder_named",
    "responder_colleague",
    "responder_other_unit",
    "responder_and_approver",
)
"""The kinds of person, in the order of the table's columns."""


def people() -> dict[str, User | None]:
    """Who stands for each kind."""
    both = Person("Nadia Frost", unit="Unit B")
    office = person("Pete Press").approving_team
    Membership.objects.create(user=both, team=office, role=Role.APPROVER)
    return {
        "nobody": None,
        "deactivated": person("Dean Departed"),
        "no_team": person("Nora Newcomer"),
        "system_admin": person("Adam System"),
        "team_admin": person("Tess Admin"),
        "manager": person("Bea Manager"),
        "disclosure_named": person("Dora Disclosure"),
        "disclosure_colleague": person("Dan Disclosure"),
        "press": person("Pete Press"),
        "private": person("Vera Private"),
        "responder_named": person("Rhys Responder"),
        "responder_colleague": person("Rina Responder"),
        "responder_other_unit": person("Bob Responder"),
        "responder_and_approver": both,
    }


def client_of(user: User | None) -> Client:
    """A browser of this person, which raises nothing: what a page answers is what is looked at."""
    client = signed_in(user) if user else Client()
    client.raise_request_exception = False
    return client


@dataclass
class World:
    """What the addresses point to: a case in each state that an address needs, all held by Unit A."""

    drafting: Case
    pending: Case
    pending_press: Case
    ready: Case
    responded: Case
    closed: Case
    unassigned: Case
    awaiting: Case
    request_file: int
    response_file: int
    linked: int
    search: Search
    failed_job: Job


def world() -> World:
    """Make it."""
    drafting = FoiCase(state="drafting")
    _stored(drafting, uploading.add_request_files, "Bea Manager", "edit_case")
    linked = FoiCase(state="drafting")
    link(drafting, linked)
    ready = FoiCase(state="drafting")
    _stored(ready, uploading.add_responses, "Rhys Responder", "add_responses")
    job = Job.objects.create(kind="send_message", queue="quick", state="failed", last_error="No such address")
    return World(
        drafting=drafting,
        pending=FoiCase(state="pending_dacu_clearance", workflow="trigger"),
        pending_press=FoiCase(state="pending_press_office_clearance", workflow="full_approval"),
        ready=ready,
        responded=FoiCase(state="responded"),
        closed=FoiCase(state="closed"),
        unassigned=FoiCase(),
        awaiting=FoiCase(state="awaiting_responder"),
        request_file=drafting.attachments.get(kind=Kind.REQUEST).pk,
        response_file=ready.attachments.get(kind=Kind.RESPONSE).pk,
        linked=linked.pk,
        search=Search.objects.create(user=person("Bea Manager"), text="hours"),
        failed_job=job,
    )


def _stored(case: Case, act: Callable[..., object], who: str, event: str) -> None:
    """Upload a real file, so that it can be downloaded."""
    act(
        case_id=case.pk,
        files=[SimpleUploadedFile("answer.pdf", sample("pdf"))],
        message="",
        acting=acting(case, who, event),
        now=clock.now(),
    )
    case.refresh_from_db()


type Arguments = Callable[[World], dict[str, Any]]


def _of(case: str) -> Arguments:
    return lambda world: {"pk": getattr(world, case).pk}


ARGUMENTS: dict[str, Arguments] = {
    "case": _of("drafting"),
    "why_not": _of("drafting"),
    "edit_case": _of("drafting"),
    "destroy_case": _of("ready"),
    "add_message_to_case": _of("drafting"),
    "link_a_case": _of("drafting"),
    "remove_linked_case": lambda world: {"pk": world.drafting.pk, "linked_case_id": world.linked},
    "extend_for_pit": _of("drafting"),
    "remove_pit_extension": _of("drafting"),
    "upload_request_files": _of("drafting"),
    "remove_request_file": lambda world: {"pk": world.drafting.pk, "attachment_id": world.request_file},
    "download_attachment": lambda world: {"pk": world.response_file},
    "assign_responder": _of("unassigned"),
    "select_assignment": _of("drafting"),
    "assignment": lambda world: {
        "pk": world.awaiting.pk,
        "assignment_id": responding_assignment(world.awaiting).pk,
    },
    "reassign_user": lambda world: {
        "pk": world.drafting.pk,
        "assignment_id": responding_assignment(world.drafting).pk,
    },
    "assign_to_new_team": lambda world: {
        "pk": world.drafting.pk,
        "assignment_id": responding_assignment(world.drafting).pk,
    },
    "take_case_on": _of("drafting"),
    "undo_take_case_on": _of("pending"),
    "de_escalate": _of("pending"),
    "undo_de_escalate": _of("drafting"),
    "flag_for_clearance": _of("drafting"),
    "request_further_clearance": _of("ready"),
    "unflag_for_clearance": _of("pending"),
    "approve": _of("pending"),
    "request_amends": _of("pending_press"),
    "send_back": _of("responded"),
    "add_responses": _of("drafting"),
    "upload_response_and_approve": _of("pending"),
    "upload_response_and_return_for_redraft": _of("pending"),
    "remove_response": lambda world: {"pk": world.ready.pk, "attachment_id": world.response_file},
    "respond": _of("ready"),
    "close": _of("responded"),
    "close_outcome": _of("responded"),
    "update_closure": _of("closed"),
    "search_results": lambda world: {"search_id": world.search.pk},
    "policy_workflow": lambda _world: {"case_type": "foi", "workflow": "trigger"},
    "team": lambda _world: {"team_id": unit("Unit A").pk},
    "remove_from_team": lambda _world: {
        "team_id": unit("Unit A").pk,
        "person_id": person("Rina Responder").pk,
    },
    "cases_of_person": lambda _world: {"person_id": person("Rhys Responder").pk},
    "restart_job": lambda world: {"job_id": world.failed_job.pk},
    "reset_link": lambda _world: {"person_id": person("Rhys Responder").pk, "token": "wrong"},
    "unlock": lambda _world: {"token": "wrong"},
}
"""To what each address is asked about; an address without arguments needs no line."""

QUERY = {"close_outcome": lambda world: {"response_date": world.responded.response_date.isoformat()}}


def answers(name: str, world: World) -> dict[str, Any]:
    """What is posted to each address: enough for the thing to happen, for whoever may do it."""
    case_id = ARGUMENTS[name](world).get("pk") if name in ARGUMENTS else None
    case = Case.objects.filter(pk=case_id).first() if case_id else None
    posted = {"form_key": str(uuid4()), **(_said(name, world))}
    if case and name != "download_attachment":
        posted["version"] = str(case.version)
    return posted


def _said(name: str, world: World) -> dict[str, Any]:
    today = clock.today()
    later = world.drafting.final_deadline + timedelta(days=7)
    said: dict[str, dict[str, Any]] = {
        "add_message_to_case": {"message": "How far is it?"},
        "destroy_case": {"reason": "A double"},
        "assign_responder": {"team": str(unit("Unit A").pk)},
        "assignment": {"decision": "accept"},
        "reassign_user": {"user": str(person("Rina Responder").pk)},
        "assign_to_new_team": {"team": str(unit("Unit B").pk)},
        "link_a_case": {"number": world.closed.number},
        "extend_for_pit": {
            **_dates("until", later),
            **_dates("notice_date", today),
            "exemption": "s43",
            "reason": "Prices are weighed.",
        },
        "unflag_for_clearance": {"reason": "Published since"},
        "request_amends": {"message": "Shorten it.", "compliant": "no"},
        "respond": _dates("response_date", today),
        "close": _dates("response_date", today),
        "close_outcome": {"information_held": "not_held"},
        "update_closure": {**_dates("response_date", today), "information_held": "not_held"},
        "search": {"text": "hours"},
        "forgotten_password": {"email": "nobody.here@example.invalid"},
        "sign_in": {"email": "nobody.here@example.invalid", "password": "wrong-password"},
        "move_date": {"how": "1"},
        "create_foi": {**_request(), **_dates("received_date", today), "flag_for_disclosure": "no"},
        "edit_case": {**_request(), **_dates("received_date", world.drafting.received_date)},
        "upload_request_files": _file(),
        "add_responses": _file(),
        "upload_response_and_approve": _file(),
        "upload_response_and_return_for_redraft": {**_file(), "compliant": "no"},
    }
    return said.get(name, {})


def _request() -> dict[str, str]:
    return {
        "case_type": "foi",
        "name": "Harriet Lowe",
        "email": "harriet.lowe@example.invalid",
        "requester_type": "journalist",
        "delivery_method": "sent_by_email",
        "message": "How many?",
        "subject": "Numbers of desks",
    }


def _file() -> dict[str, Any]:
    return {"documents": SimpleUploadedFile("more.pdf", sample("pdf")), "message": ""}


def _dates(name: str, day: Any) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def addresses() -> Iterator[str]:
    """The name of every address that the resolver knows."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            else:
                yield pattern.name or str(pattern.pattern)

    yield from walk(get_resolver().url_patterns)


def address_of(name: str, world: World) -> str:
    """Where the address of this name is, in this world."""
    return reverse(name, kwargs=ARGUMENTS[name](world) if name in ARGUMENTS else None)


__all__ = [
    "ARGUMENTS",
    "PEOPLE",
    "QUERY",
    "World",
    "address_of",
    "addresses",
    "answers",
    "client_of",
    "people",
    "world",
]
