"""The forms about an answer, from its clearance until the case is closed; and those beside the cases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from correspondence.core import clock
from correspondence.documents.models import Kind
from correspondence.jobs.models import Job
from tests.bad_input.browser import Browser, Door
from tests.bad_input.opening import (
    COLLEAGUE,
    DISCLOSURE,
    MANAGER,
    PDF,
    PRESS,
    RESPONDER,
    about,
    boxes,
    door,
    elsewhere,
)
from tests.factories import FoiCase, attach, person, unit

if TYPE_CHECKING:
    from correspondence.cases.models import Case

# --- clearance ------------------------------------------------------------------------------------


@door("take_case_on")
def _take_case_on() -> Door:
    return about(FoiCase(workflow="trigger", taken_on=False), "take_case_on", DISCLOSURE)


@door("take_case_on.from_the_list")
def _take_case_on_from_the_list() -> Door:
    case = FoiCase(workflow="trigger", in_window=True)
    return about(case, "take_case_on", PRESS, next="incoming")


@door("undo_take_case_on")
def _undo_take_case_on() -> Door:
    return about(FoiCase(state="drafting", workflow="trigger"), "undo_take_case_on", DISCLOSURE)


@door("de_escalate")
def _de_escalate() -> Door:
    return about(FoiCase(state="drafting", workflow="trigger", taken_on=False), "de_escalate", DISCLOSURE)


@door("undo_de_escalate")
def _undo_de_escalate() -> Door:
    return about(FoiCase(), "undo_de_escalate", DISCLOSURE)


@door("flag_for_clearance")
def _flag_for_clearance() -> Door:
    return about(FoiCase(), "flag_for_clearance", DISCLOSURE)


@door("request_further_clearance")
def _request_further_clearance() -> Door:
    return about(FoiCase(state="awaiting_dispatch"), "request_further_clearance", MANAGER)


@door("unflag_for_clearance")
def _unflag_for_clearance() -> Door:
    case = FoiCase(state="drafting", workflow="trigger")
    return about(case, "unflag_for_clearance", DISCLOSURE, reason="Published since.")


@door("approve")
def _approve() -> Door:
    return about(FoiCase(state="pending_dacu_clearance", workflow="trigger"), "approve", DISCLOSURE)


@door("approve.with_offices")
def _approve_with_offices() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    return about(case, "approve", DISCLOSURE, press="no", reason="Published since.")


@door("request_amends")
def _request_amends() -> Door:
    case = FoiCase(state="pending_press_office_clearance", workflow="full_approval")
    return about(case, "request_amends", PRESS, message="Shorten it.", compliant="no")


@door("send_back")
def _send_back() -> Door:
    return about(FoiCase(state="responded"), "send_back", MANAGER, message="The date is wrong.")


# --- responding -----------------------------------------------------------------------------------


@door("add_responses")
def _add_responses() -> Door:
    return about(FoiCase(state="drafting"), "add_responses", RESPONDER, files=PDF, message="A draft.")


@door("upload_response_and_approve")
def _upload_response_and_approve() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    return about(case, "upload_response_and_approve", DISCLOSURE, files=PDF, message="Shortened.")


@door("upload_response_and_approve.with_offices")
def _upload_response_and_approve_with_offices() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="full_approval")
    return about(
        case,
        "upload_response_and_approve",
        DISCLOSURE,
        files=PDF,
        message="Shortened.",
        press="no",
        reason="Published since.",
    )


@door("upload_response_and_return_for_redraft")
def _upload_response_and_return_for_redraft() -> Door:
    case = FoiCase(state="pending_dacu_clearance", workflow="trigger")
    return about(
        case,
        "upload_response_and_return_for_redraft",
        DISCLOSURE,
        files=PDF,
        message="See page 2.",
        compliant="yes",
    )


@door("remove_response")
def _remove_response() -> Door:
    case = FoiCase(state="awaiting_dispatch")
    (file,) = attach(case, Kind.RESPONSE, ["second.pdf"], by=RESPONDER)
    return about(case, "remove_response", RESPONDER, arguments=(file.pk,))


@door("respond")
def _respond() -> Door:
    case = FoiCase(state="awaiting_dispatch")
    return about(case, "respond", RESPONDER, **boxes("response_date", clock.today()))


@door("respond.without_clearance")
def _respond_without_clearance() -> Door:
    case = FoiCase(state="awaiting_dispatch", workflow="full_approval")
    case.assignments.filter(role="approving").update(approved=False)
    return about(case, "respond", RESPONDER, without_clearance="yes", **boxes("response_date", clock.today()))


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


@door("close")
def _close() -> Door:
    return about(FoiCase(state="responded"), "close", MANAGER, **boxes("response_date", clock.today()))


@door("close_outcome")
def _close_outcome() -> Door:
    return _outcome(FoiCase(state="responded"), **_withheld())


@door("close_outcome.refused_for_a_ground")
def _close_outcome_refused_for_a_ground() -> Door:
    case = FoiCase(state="responded")
    return _outcome(case, information_held="held", outcome="refused", grounds="s12_1")


@door("close_outcome.of_a_late_review")
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
    return about(case, "close_outcome", MANAGER, query=query, **answers)


@door("update_closure")
def _update_closure() -> Door:
    case = FoiCase(state="closed")
    sent = boxes("response_date", clock.today())
    return about(case, "update_closure", MANAGER, **sent, **_withheld())


# --- beside the cases -----------------------------------------------------------------------------


@door("search")
def _search() -> Door:
    return Door(Browser(MANAGER), reverse("search"), {"text": "hours"})


@door("remove_from_team")
def _remove_from_team() -> Door:
    arguments = [unit("Unit A").pk, person(COLLEAGUE).pk]
    return elsewhere(MANAGER, reverse("remove_from_team", args=arguments))


@door("restart_job")
def _restart_job() -> Door:
    job = Job.objects.create(kind="send_message", queue="quick", state="failed", last_error="No such address")
    return elsewhere("Adam System", reverse("restart_job", args=[job.pk]))


@door("move_date")
def _move_date() -> Door:
    later = boxes("to", clock.today() + timedelta(days=3))
    return elsewhere(MANAGER, reverse("move_date"), how="other", **later)
