"""Closing a case, and correcting its closure details."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse

from correspondence.cases import access, queries
from correspondence.cases.actions import closing
from correspondence.core import clock
from correspondence.pages import notices
from correspondence.pages.acting import carry_out, case_for, closed_way, perform
from correspondence.pages.forms.closing import Closing, ResponseDate
from correspondence.pages.people import person
from correspondence.pages.render import form_page
from correspondence.pages.views.clearing import get_or_post
from correspondence.rulebook import closure, loader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Case


def _sent_on(request: HttpRequest) -> date | None:
    """The date that the first page found in order, from the address of the second."""
    try:
        return date.fromisoformat(request.GET.get("response_date", ""))
    except ValueError:
        return None


@get_or_post
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The first page: the date of the response, as it was marked or corrected."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "close"):
        return elsewhere
    form = ResponseDate(
        request.POST if request.method == "POST" else None,
        initial={"version": case.version, "response_date": case.response_date},
    )
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["response_date"]
        for fault in closure.date_faults(sent, case=closing.closing_case(case), today=clock.today()):
            form.add_error(fault.field, fault.message)
        if form.is_valid():
            return redirect(
                f"{reverse('close_outcome', args=[case.pk])}?{urlencode({'response_date': sent.isoformat()})}"
            )
    return form_page(request, "closing/response_date.html", form, {"case": case})


@get_or_post
def close_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """The second page: what was answered, and why."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "close"):
        return elsewhere
    sent = _sent_on(request)
    if sent is None:
        notices.alert(request, "Enter the date the response was sent first.")
        return redirect("close", case.pk)
    form = _form(request, case, sent=sent, with_date=False)
    if request.method == "POST" and form.is_valid():

        def act(acting: Acting, stamp: FormStamp) -> Case:
            answers = replace(form.answers_given(), response_date=sent)
            return closing.close_case(
                case_id=case.pk, answers=answers, acting=acting, now=clock.now(), stamp=stamp
            )

        done = perform(request, case, form, "close", act)
        if done is True:
            closed = f"Case {case.number} is closed."
            if "update_closure" in access.open_events(access.situation_of(_fresh(case), person(request))):
                href = reverse("update_closure", args=[case.pk])
                notices.success(request, closed, link="Edit closure details", href=href)
            else:
                notices.success(request, closed)
            return redirect("case", case.pk)
        if done is not False:
            return done
    return form_page(
        request,
        "closing/outcome.html",
        form,
        {"case": case, "title": "Close the case", "button": "Close the case"},
    )


@get_or_post
def update_closure(request: HttpRequest, pk: int) -> HttpResponse:
    """All closure details of a closed case on one page."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "update_closure"):
        return elsewhere
    form = _form(request, case, sent=case.response_date, with_date=True)
    if done := carry_out(
        request,
        case,
        form,
        "update_closure",
        lambda acting, stamp: closing.update_closure(
            case_id=case.pk, answers=form.answers_given(), acting=acting, now=clock.now(), stamp=stamp
        ),
        said="The closure details were updated.",
    ):
        return done
    return form_page(
        request,
        "closing/outcome.html",
        form,
        {"case": case, "title": "Edit closure details", "button": "Save"},
    )


def _fresh(case: Case) -> Case:
    case.refresh_from_db()
    return case


def _form(request: HttpRequest, case: Case, *, sent: date | None, with_date: bool) -> Closing:
    about = closing.closing_case(case)
    late = bool(sent and sent > case.final_deadline) or with_date
    return Closing(
        request.POST if request.method == "POST" else None,
        initial=_initial(case),
        table=loader.edition(case.edition_id).closure,
        about=about,
        late_teams=queries.teams_in_history(case) if late else (),
        with_date=with_date,
    )


def _initial(case: Case) -> dict[str, Any]:
    """The stored closure details as the form shows them."""
    stored = closing.answers_of(case)
    table = loader.edition(case.edition_id).closure
    deny = {row.code for row in table.for_duty("confirm_or_deny")}
    initial: dict[str, Any] = {
        "version": case.version,
        "response_date": stored.response_date,
        "late_team": stored.late_team_id,
        "appeal_outcome": stored.appeal_outcome,
        "information_held": stored.information_held,
        "outcome": stored.outcome,
        "refusal_reason": stored.refusal_reason,
        "grounds": next(iter(stored.grounds), ""),
        "exemptions": sorted(stored.exemptions - deny),
        "exemptions_deny": sorted(stored.exemptions & deny),
    }
    for code, interest in stored.public_interest.items():
        initial[f"public_interest_{code}"] = "yes" if interest.favours_maintaining else "no"
        initial[f"public_interest_reasons_{code}"] = interest.reasons
    if stored.opinion:
        for code in stored.exemptions:
            initial |= {
                f"opinion_{code}": stored.opinion.text,
                f"opinion_date_{code}": stored.opinion.given_on,
            }
    return initial
