"""The forms about a request, from signing in until somebody writes the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from correspondence.config.example.organisation import PASSWORD
from correspondence.core import clock
from correspondence.organisation.links import reset_links, unlock_token
from tests.bad_input.browser import Browser, Door, Sent
from tests.bad_input.opening import (
    COLLEAGUE,
    MANAGER,
    PDF,
    RESPONDER,
    about,
    boxes,
    door,
    elsewhere,
    stranger,
)
from tests.documents.samples import sample
from tests.factories import FoiCase, fresh, link, person, responding_assignment, unit

if TYPE_CHECKING:
    from correspondence.cases.models import Case

# --- signing in -----------------------------------------------------------------------------------


@door("sign_in")
def _sign_in() -> Door:
    opened = stranger(reverse("sign_in"), email=person(RESPONDER).email, password=PASSWORD, next="/teams/")
    opened.counts = frozenset({"audit_entry", "organisation_user"})
    return opened


@door("sign_out")
def _sign_out() -> Door:
    return Door(Browser(RESPONDER), reverse("sign_out"), {})


@door("forgotten_password")
def _forgotten_password() -> Door:
    opened = stranger(reverse("forgotten_password"), email=person(RESPONDER).email)
    opened.counts = frozenset({"audit_entry"})
    return opened


@door("new_password")
def _new_password() -> Door:
    rhys, browser = person(RESPONDER), Browser()
    browser.get(reverse("reset_link", args=[rhys.pk, reset_links.make_token(rhys)]))
    password = "seven quiet otters"
    return Door(browser, reverse("new_password"), {"password": password, "confirmation": password})


@door("unlock")
def _unlock() -> Door:
    rhys = person(RESPONDER)
    rhys.locked_at = clock.actual_now()
    rhys.save()
    return stranger(reverse("unlock", args=[unlock_token(rhys)]))


# --- the case -------------------------------------------------------------------------------------

REQUESTED = {
    "case_type": "foi",
    "flag_for_disclosure": "no",
    "name": "Harriet Lowe",
    "email": "harriet.lowe@example.invalid",
    "postal_address": "1 Mill Lane\nLeeds",
    "requester_type": "member_of_the_public",
    "subject": "Opening hours of local offices",
}
ASKED = "Please tell me at which hours each local office was open to the public last year."


def _create(files: tuple[Sent, ...] = (), **answers: Any) -> Door:
    received = boxes("received_date", clock.today())
    opened = elsewhere(MANAGER, reverse("create_foi"), **REQUESTED, **received, **answers)
    opened.files = files
    return opened


@door("create_foi")
def _create_foi() -> Door:
    return _create(delivery_method="sent_by_email", message=ASKED)


@door("create_foi.by_email_with_files")
def _create_foi_by_email_with_files() -> Door:
    letter = (Sent("Letter.pdf", sample("pdf"), "attachments"),)
    return _create(letter, delivery_method="sent_by_email", message=ASKED)


@door("create_foi.by_post")
def _create_foi_by_post() -> Door:
    return _create(PDF, delivery_method="sent_by_post")


@door("edit_case")
def _edit_case() -> Door:
    return _edited(FoiCase(state="drafting"))


@door("edit_case.with_compliant_draft")
def _edit_case_with_compliant_draft() -> Door:
    case = FoiCase(state="awaiting_dispatch", workflow="trigger")
    return _edited(case, **boxes("draft_compliant_date", fresh(case).draft_compliant_date or clock.today()))


@door("edit_case.extended")
def _edit_case_extended() -> Door:
    case = _extended()
    until = case.final_deadline - timedelta(days=14)
    earlier = case.received_date - timedelta(days=30)
    opened = _edited(case, pit_keep="new_date", **boxes("new_extension", until))
    opened.answers |= boxes("received_date", earlier)
    return opened


def _edited(case: Case, **answers: Any) -> Door:
    case = fresh(case)
    said: dict[str, Any] = {one: text for one, text in REQUESTED.items() if one != "flag_for_disclosure"}
    said |= {"delivery_method": "sent_by_email", "message": ASKED, "subject": "Opening hours"}
    return about(case, "edit_case", MANAGER, **said, **boxes("received_date", case.received_date), **answers)


def _extended() -> Case:
    case = FoiCase(state="drafting")
    opened = _extension(case)
    answered = opened.send()
    assert answered.status == 302
    return fresh(case)


def _extension(case: Case, *, days: int = 7, **answers: Any) -> Door:
    return about(
        case,
        "extend_for_pit",
        MANAGER,
        reason="Prices are weighed.",
        exemption="s43",
        **boxes("until", case.final_deadline + timedelta(days=days)),
        **boxes("notice_date", clock.today()),
        **answers,
    )


@door("extend_for_pit")
def _extend_for_pit() -> Door:
    return _extension(FoiCase(state="drafting"))


@door("extend_for_pit.of_a_review")
def _extend_for_pit_of_a_review() -> Door:
    case = FoiCase(state="drafting", case_type="foi_compliance_review")
    until = boxes("until", case.final_deadline + timedelta(days=7))
    return about(case, "extend_for_pit", MANAGER, reason="Many papers.", **until)


@door("extend_for_pit.far")
def _extend_for_pit_far() -> Door:
    case = FoiCase(state="drafting")
    for _ in range(2):
        _extension(fresh(case), days=27, second_reason="Many papers.").send()
    return _extension(fresh(case), days=20, second_reason="Many papers.")


@door("remove_pit_extension")
def _remove_pit_extension() -> Door:
    return about(_extended(), "remove_pit_extension", MANAGER)


@door("destroy_case")
def _destroy_case() -> Door:
    return about(FoiCase(), "destroy_case", MANAGER, reason="A double.")


@door("add_message_to_case")
def _add_message_to_case() -> Door:
    return about(FoiCase(state="drafting"), "add_message_to_case", RESPONDER, message="How far is it?")


@door("link_a_case")
def _link_a_case() -> Door:
    return about(FoiCase(state="drafting"), "link_a_case", MANAGER, number=FoiCase().number)


@door("remove_linked_case")
def _remove_linked_case() -> Door:
    case, other = FoiCase(), FoiCase()
    link(case, other)
    return about(case, "remove_linked_case", MANAGER, arguments=(other.pk,))


@door("upload_request_files")
def _upload_request_files() -> Door:
    return about(FoiCase(), "upload_request_files", MANAGER, files=PDF, message="The second page.")


@door("remove_request_file")
def _remove_request_file() -> Door:
    case = FoiCase(request_files=["Letter.pdf"])
    return about(case, "remove_request_file", MANAGER, arguments=(case.attachments.get().pk,))


# --- assignment -----------------------------------------------------------------------------------


@door("assign_responder")
def _assign_responder() -> Door:
    return about(FoiCase(), "assign_responder", MANAGER, team=str(unit("Unit A").pk))


@door("assign_to_new_team")
def _assign_to_new_team() -> Door:
    case = FoiCase(state="drafting")
    return about(
        case,
        "assign_to_new_team",
        MANAGER,
        arguments=(responding_assignment(case).pk,),
        team=str(unit("Unit B").pk),
    )


@door("assignment")
def _accept() -> Door:
    return _waiting(decision="accept")


@door("assignment.reject")
def _reject() -> Door:
    return _waiting(decision="reject", reason="This is for Unit B.")


def _waiting(**answers: Any) -> Door:
    case = FoiCase(state="awaiting_responder")
    return about(case, "assignment", RESPONDER, arguments=(responding_assignment(case).pk,), **answers)


@door("reassign_user")
def _reassign_user() -> Door:
    case = FoiCase(state="drafting")
    to = str(person(COLLEAGUE).pk)
    return about(case, "reassign_user", RESPONDER, arguments=(responding_assignment(case).pk,), user=to)
