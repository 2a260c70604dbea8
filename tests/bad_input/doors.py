"""Every form of the service, with what somebody properly sends by it.

``DOORS["destroy_case"]()`` makes the case that it needs and opens the browser of somebody who may. A name
with a dot is the same address again, where its form asks other questions. A test holds this table to the
addresses and to the forms that there are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.urls import reverse

from correspondence.config.example.organisation import PASSWORD
from correspondence.core import clock
from correspondence.documents.models import Kind
from correspondence.jobs.models import Job
from correspondence.organisation.links import reset_links, unlock_token
from tests.bad_input.browser import Browser, Door, Sent
from tests.documents.samples import sample
from tests.factories import FoiCase, attach, fresh, link, person, responding_assignment, unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from correspondence.cases.models import Case

MANAGER, DISCLOSURE, PRESS, RESPONDER, COLLEAGUE = (
    "Bea Manager",
    "Dora Disclosure",
    "Pete Press",
    "Rhys Responder",
    "Rina Responder",
)
PDF = (Sent("Answer.pdf", sample("pdf")),)

DOORS: dict[str, Callable[[], Door]] = {}

ASKS_THE_SAME = {"update_closure": "close_outcome", "assign_to_new_team": "assign_responder"}
"""Two addresses, one form: what one has been asked need not be asked of the other."""


def _door(name: str) -> Callable[[Callable[[], Door]], Callable[[], Door]]:
    def keep(make: Callable[[], Door]) -> Callable[[], Door]:
        DOORS[name] = make
        return make

    return keep


def boxes(name: str, day: date) -> dict[str, str]:
    """A date in its three boxes."""
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def _about(
    case: Case,
    address: str,
    who: str,
    /,
    *,
    files: tuple[Sent, ...] = (),
    query: str = "",
    arguments: tuple[int, ...] = (),
    **answers: Any,
) -> Door:
    """A form about a case, with its key and the version that it shows."""
    case = fresh(case)
    return Door(
        Browser(who),
        reverse(address, args=[case.pk, *arguments]) + query,
        {"form_key": str(uuid4()), "version": str(case.version), **answers},
        case,
        files,
    )


def _elsewhere(who: str, address: str, **answers: Any) -> Door:
    """A form that is about no case."""
    return Door(Browser(who), address, {"form_key": str(uuid4()), "version": "", **answers})


def _stranger(address: str, **answers: Any) -> Door:
    """A form for somebody who is not signed in."""
    return Door(Browser(), address, answers)


# --- signing in -----------------------------------------------------------------------------------


@_door("sign_in")
def _sign_in() -> Door:
    door = _stranger(reverse("sign_in"), email=person(RESPONDER).email, password=PASSWORD, next="/teams/")
    door.counts = frozenset({"audit_entry", "organisation_user"})
    return door


@_door("sign_out")
def _sign_out() -> Door:
    return Door(Browser(RESPONDER), reverse("sign_out"), {})


@_door("forgotten_password")
def _forgotten_password() -> Door:
    door = _stranger(reverse("forgotten_password"), email=person(RESPONDER).email)
    door.counts = frozenset({"audit_entry"})
    return door


@_door("new_password")
def _new_password() -> Door:
    rhys, browser = person(RESPONDER), Browser()
    browser.get(reverse("reset_link", args=[rhys.pk, reset_links.make_token(rhys)]))
    password = "seven quiet otters"
    return Door(browser, reverse("new_password"), {"password": password, "confirmation": password})


@_door("unlock")
def _unlock() -> Door:
    rhys = person(RESPONDER)
    rhys.locked_at = clock.actual_now()
    rhys.save()
    return _stranger(reverse("unlock", args=[unlock_token(rhys)]))


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
    door = _elsewhere(MANAGER, reverse("create_foi"), **REQUESTED, **received, **answers)
    door.files = files
    return door


@_door("create_foi")
def _create_foi() -> Door:
    return _create(delivery_method="sent_by_email", message=ASKED)


@_door("create_foi.by_email_with_files")
def _create_foi_by_email_with_files() -> Door:
    letter = (Sent("Letter.pdf", sample("pdf"), "attachments"),)
    return _create(letter, delivery_method="sent_by_email", message=ASKED)


@_door("create_foi.by_post")
def _create_foi_by_post() -> Door:
    return _create(PDF, delivery_method="sent_by_post")


@_door("edit_case")
def _edit_case() -> Door:
    return _edited(FoiCase(state="drafting"))


@_door("edit_case.with_compliant_draft")
def _edit_case_with_compliant_draft() -> Door:
    case = FoiCase(state="awaiting_dispatch", workflow="trigger")
    return _edited(case, **boxes("draft_compliant_date", fresh(case).draft_compliant_date or clock.today()))


@_door("edit_case.extended")
def _edit_case_extended() -> Door:
    case = _extended()
    until = case.final_deadline - timedelta(days=14)
    earlier = case.received_date - timedelta(days=30)
    door = _edited(case, pit_keep="new_date", **boxes("new_extension", until))
    door.answers |= boxes("received_date", earlier)
    return door


def _edited(case: Case, **answers: Any) -> Door:
    case = fresh(case)
    said = {name: value for name, value in REQUESTED.items() if name != "flag_for_disclosure"}
    said |= {"delivery_method": "sent_by_email", "message": ASKED, "subject": "Opening hours"}
    return _about(case, "edit_case", MANAGER, **said, **boxes("received_date", case.received_date), **answers)


def _extended() -> Case:
    case = FoiCase(state="drafting")
    door = _extension(case)
    answered = door.send()
    assert answered.status == 302
    return fresh(case)


def _extension(case: Case, *, days: int = 7, **answers: Any) -> Door:
    return _about(
        case,
        "extend_for_pit",
        MANAGER,
        reason="Prices are weighed.",
        exemption="s43",
        **boxes("until", case.final_deadline + timedelta(days=days)),
        **boxes("notice_date", clock.today()),
        **answers,
    )


@_door("extend_for_pit")
def _extend_for_pit() -> Door:
    return _extension(FoiCase(state="drafting"))


@_door("extend_for_pit.of_a_review")
def _extend_for_pit_of_a_review() -> Door:
    case = FoiCase(state="drafting", case_type="foi_compliance_review")
    until = boxes("until", case.final_deadline + timedelta(days=7))
    return _about(case, "extend_for_pit", MANAGER, reason="Many papers.", **until)


@_door("extend_for_pit.far")
def _extend_for_pit_far() -> Door:
    case = FoiCase(state="drafting")
    for _ in range(2):
        _extension(fresh(case), days=27, second_reason="Many papers.").send()
    return _extension(fresh(case), days=20, second_reason="Many papers.")


@_door("remove_pit_extension")
def _remove_pit_extension() -> Door:
    return _about(_extended(), "remove_pit_extension", MANAGER)


@_door("destroy_case")
def _destroy_case() -> Door:
    return _about(FoiCase(), "destroy_case", MANAGER, reason="A double.")


@_door("add_message_to_case")
def _add_message_to_case() -> Door:
    return _about(FoiCase(state="drafting"), "add_message_to_case", RESPONDER, message="How far is it?")


@_door("link_a_case")
def _link_a_case() -> Door:
    return _about(FoiCase(state="drafting"), "link_a_case", MANAGER, number=FoiCase().number)


@_door("remove_linked_case")
def _remove_linked_case() -> Door:
    case, other = FoiCase(), FoiCase()
    link(case, other)
    return _about(case, "remove_linked_case", MANAGER, arguments=(other.pk,))


@_door("upload_request_files")
def _upload_request_files() -> Door:
    return _about(FoiCase(), "upload_request_files", MANAGER, files=PDF, message="The second page.")


@_door("remove_request_file")
def _remove_request_file() -> Door:
    case = FoiCase(request_files=["Letter.pdf"])
    return _about(case, "remove_request_file", MANAGER, arguments=(case.attachments.get().pk,))


# --- assignment -----------------------------------------------------------------------------------


@_door("assign_responder")
def _assign_responder() -> Door:
    return _about(FoiCase(), "assign_responder", MANAGER, team=str(unit("Unit A").pk))


@_door("assign_to_new_team")
def _assign_to_new_team() -> Door:
    case = FoiCase(state="drafting")
    return _about(
        case,
        "assign_to_new_team",
        MANAGER,
        arguments=(responding_assignment(case).pk,),
        team=str(unit("Unit B").pk),
    )


@_door("assignment")
def _accept() -> Door:
    return _waiting(decision="accept")


@_door("assignment.reject")
def _reject() -> Door:
    return _waiting(decision="reject", reason="This is for Unit B.")


def _waiting(**answers: str) -> Door:
    case = FoiCase(state="awaiting_responder")
    return _about(case, "assignment", RESPONDER, arguments=(responding_assignment(case).pk,), **answers)


@_door("reassign_user")
def _reassign_user() -> Door:
    case = FoiCase(state="drafting")
    to = str(person(COLLEAGUE).pk)
    return _about(case, "reassign_user", RESPONDER, arguments=(responding_assignment(case).pk,), user=to)


# --- clearance ------------------------------------------------------------------------------------


@_door("take_case_on")
def _take_case_on() -> Door:
    return _about(FoiCase(workflow="trigger", taken_on=False), "take_case_on", DISCLOSURE)


@_door("take_case_on.from_the_list")
def _take_case_on_from_the_list() -> Door:
    case = FoiCase(workflow="trigger", in_window=True)
    return _about(case, "take_case_on", PRESS, next="incoming")


@_door("undo_take_case_on")
def _undo_take_case_on() -> Door:
    return _about(FoiCase(state="drafting", workflow="trigger"), "undo_take_case_on", DISCLOSURE)


@_door("de_escalate")
def _de_escalate() -> Door:
    return _about(FoiCase(state="drafting", workflow="trigger", taken_on=False), "de_escalate", DISCLOSURE)


@_door("undo_de_escalate")
def _undo_de_escalate() -> Door:
    return _about(FoiCase(), "undo_de_escalate", DISCLOSURE)


@_door("flag_for_clearance")
def _flag_for_clearance() -> Door:
    return _about(FoiCase(), "flag_for_clearance", DISCLOSURE)


@_door("request_further_clearance")
def _request_further_clearance() -> Door:
    return _about(FoiCase(state="awaiting_dispatch"), "request_further_clearance", MANAGER)


@_door("unflag_for_clearance")
def _unflag_for_clearance() -> Door:
    case = FoiCase(state="drafting", workflow="trigger")
    return _about(case, "unflag_for_clearance", DISCLOSURE, reason="Published since.")


@_door("approve")
def _approve() -> Door:
    return _about(FoiCase(state="pending_dacu_clearance", workflow="trigger"), "approve", DISCLOSURE)


@_door("approve.with_offices")
def _approve_with_offices() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    return _about(case, "approve", DISCLOSURE, press="no", reason="Published since.")


@_door("request_amends")
def _request_amends() -> Door:
    case = FoiCase(state="pending_press_office_clearance", workflow="full_approval")
    return _about(case, "request_amends", PRESS, message="Shorten it.", compliant="no")


@_door("send_back")
def _send_back() -> Door:
    return _about(FoiCase(state="responded"), "send_back", MANAGER, message="The date is wrong.")


# --- responding -----------------------------------------------------------------------------------


@_door("add_responses")
def _add_responses() -> Door:
    return _about(FoiCase(state="drafting"), "add_responses", RESPONDER, files=PDF, message="A draft.")


@_door("upload_response_and_approve")
def _upload_response_and_approve() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    return _about(case, "upload_response_and_approve", DISCLOSURE, files=PDF, message="Shortened.")


@_door("upload_response_and_approve.with_offices")
def _upload_response_and_approve_with_offices() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    return _about(
        case,
        "upload_response_and_approve",
        DISCLOSURE,
        files=PDF,
        message="Shortened.",
        press="no",
        reason="Published since.",
    )


@_door("upload_response_and_return_for_redraft")
def _upload_response_and_return_for_redraft() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    return _about(
        case,
        "upload_response_and_return_for_redraft",
        DISCLOSURE,
        files=PDF,
        message="See page 2.",
        compliant="yes",
    )


@_door("remove_response")
def _remove_response() -> Door:
    case = FoiCase(state="awaiting_dispatch")
    (file,) = attach(case, Kind.RESPONSE, ["second.pdf"], by=RESPONDER)
    return _about(case, "remove_response", RESPONDER, arguments=(file.pk,))


@_door("respond")
def _respond() -> Door:
    case = FoiCase(state="awaiting_dispatch")
    return _about(case, "respond", RESPONDER, **boxes("response_date", clock.today()))


@_door("respond.without_clearance")
def _respond_without_clearance() -> Door:
    case = FoiCase(state="awaiting_dispatch", workflow="full_approval")
    case.assignments.filter(role="approving").update(approved=False)
    return _about(
        case, "respond", RESPONDER, without_clearance="yes", **boxes("response_date", clock.today())
    )


# --- closing --------------------------------------------------------------------------------------

WITHHELD = {
    "information_held": "part_held",
    "outcome": "part",
    "exemptions": ["s40_2_3a", "s36"],
    "public_interest_s36": "yes",
    "public_interest_reasons_s36": "Advice stays free.",
    "opinion_s36": "It would inhibit advice.",
}


def _withheld() -> dict[str, Any]:
    return {**WITHHELD, **boxes("opinion_date_s36", clock.today())}


@_door("close")
def _close() -> Door:
    return _about(FoiCase(state="responded"), "close", MANAGER, **boxes("response_date", clock.today()))


@_door("close_outcome")
def _close_outcome() -> Door:
    return _outcome(FoiCase(state="responded"), **_withheld())


@_door("close_outcome.refused_for_a_ground")
def _close_outcome_refused_for_a_ground() -> Door:
    case = FoiCase(state="responded")
    return _outcome(case, information_held="held", outcome="refused", grounds="s12_1")


@_door("close_outcome.of_a_late_review")
def _close_outcome_of_a_late_review() -> Door:
    long_ago = clock.now() - timedelta(days=120)
    case = FoiCase(state="responded", case_type="foi_timeliness_review", logged=long_ago)
    return _outcome(
        case,
        late_team=str(unit("Unit A").pk),
        appeal_outcome="upheld",
        information_held="not_confirmed",
        refusal_reason="ncnd",
        exemptions_deny=["s23_5"],
    )


def _outcome(case: Case, **answers: Any) -> Door:
    query = f"?response_date={case.response_date}"
    return _about(case, "close_outcome", MANAGER, query=query, **answers)


@_door("update_closure")
def _update_closure() -> Door:
    case = FoiCase(state="closed")
    sent = boxes("response_date", clock.today())
    return _about(case, "update_closure", MANAGER, **sent, **_withheld())


# --- beside the cases -----------------------------------------------------------------------------


@_door("search")
def _search() -> Door:
    return Door(Browser(MANAGER), reverse("search"), {"text": "hours"})


@_door("remove_from_team")
def _remove_from_team() -> Door:
    arguments = [unit("Unit A").pk, person(COLLEAGUE).pk]
    return _elsewhere(MANAGER, reverse("remove_from_team", args=arguments))


@_door("restart_job")
def _restart_job() -> Door:
    job = Job.objects.create(kind="send_message", queue="quick", state="failed", last_error="No such address")
    return _elsewhere("Adam System", reverse("restart_job", args=[job.pk]))


@_door("move_date")
def _move_date() -> Door:
    later = boxes("to", clock.today() + timedelta(days=3))
    return _elsewhere(MANAGER, reverse("move_date"), how="other", **later)
