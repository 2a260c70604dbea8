"""Clearance: taking a case on, clearing it, asking for changes, taking a level off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from correspondence.cases import access
from correspondence.cases.actions import clearing
from correspondence.core import clock
from correspondence.organisation.models import DISCLOSURE
from correspondence.pages import notices, way_back
from correspondence.pages.acting import carry_out, case_for, closed_way, perform
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.clearing import (
    Clear,
    ClearWithOffices,
    RemoveClearance,
    RequestAmends,
    SendBack,
)
from correspondence.pages.people import person
from correspondence.pages.render import form_page
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Case

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _works_for_disclosure(request: HttpRequest) -> bool:
    team = person(request).approving_team
    return bool(team and team.code == DISCLOSURE)


def _at_once(
    request: HttpRequest,
    pk: int,
    event: str,
    act: Callable[[Case, Acting, FormStamp], Case],
    *,
    said: str,
    deed: str = "",
) -> HttpResponse:
    """One button, one event. From the list of new cases the answer leads back there.

    Args:
        said: what the notice on the case's page says; where the case then is follows.
        deed: by what name the list knows it, for the buttons of its rows (``way_back.DEEDS``).
    """
    case, form = case_for(request, pk), Form(request.POST)
    from_list = bool(deed) and request.POST.get("next") == "incoming"
    target = way_back.LIST if from_list else None
    if not form.is_valid():
        notices.alert(request, "This page is out of date. Try again.")
        return redirect(way_back.LIST) if from_list else redirect("case", case.pk)
    done = perform(request, case, form, event, lambda acting, stamp: act(case, acting, stamp), back=target)
    if done is not True:
        return done if done is not False else redirect("case", case.pk)
    if from_list:
        return way_back.done(request, case, deed)
    notices.success(request, f"{said} {moved_to(case)}")
    return redirect("case", case.pk)


@require_POST
def take_case_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Disclosure accepts the case it was flagged for; another office puts itself on it.

    An office whose level waits for one of its people, because it was given back, accepts it too.
    """
    accepts = _works_for_disclosure(request) or _level_waits(request, pk)
    action = clearing.accept_approver_assignment if accepts else clearing.take_on_for_approval
    return _at_once(
        request,
        pk,
        "accept_approver_assignment" if accepts else "take_on_for_approval",
        lambda case, acting, stamp: action(case_id=case.pk, acting=acting, now=clock.now(), stamp=stamp),
        said="You have taken this case on.",
        deed="take_case_on",
    )


def _level_waits(request: HttpRequest, pk: int) -> bool:
    situation = access.situation_of(case_for(request, pk), person(request))
    return "accept_approver_assignment" in access.open_events(situation)


@require_POST
def undo_take_case_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case back to Disclosure, or take the office off it again."""
    gives_back = _works_for_disclosure(request)
    event = "unaccept_approver_assignment" if gives_back else "unflag_for_clearance"
    action = clearing.unaccept_approver_assignment if gives_back else clearing.undo_take_on
    return _at_once(
        request,
        pk,
        event,
        lambda case, acting, stamp: action(case_id=case.pk, acting=acting, now=clock.now(), stamp=stamp),
        said="Somebody of your team can take this case on again."
        if gives_back
        else "Your team is off this case again.",
        deed="undo_take_case_on",
    )


@require_POST
def de_escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Disclosure decides that the case needs no clearance."""
    return _at_once(
        request,
        pk,
        "unflag_for_clearance",
        lambda case, acting, stamp: clearing.unflag_for_clearance(
            case_id=case.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said="The case needs no clearance any more.",
        deed="de_escalate",
    )


@require_POST
def undo_de_escalate(request: HttpRequest, pk: int) -> HttpResponse:
    """Flag the case for Disclosure again."""
    return _flag(request, pk, deed="undo_de_escalate")


@require_POST
def flag_for_clearance(request: HttpRequest, pk: int) -> HttpResponse:
    """Put Disclosure on the case."""
    return _flag(request, pk)


def _flag(request: HttpRequest, pk: int, *, deed: str = "") -> HttpResponse:
    return _at_once(
        request,
        pk,
        "flag_for_clearance",
        lambda case, acting, stamp: clearing.flag_for_clearance(
            case_id=case.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said="The case is flagged for Disclosure.",
        deed=deed,
    )


@require_POST
def request_further_clearance(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the next clearance."""
    return _at_once(
        request,
        pk,
        "request_further_clearance",
        lambda case, acting, stamp: clearing.request_further_clearance(
            case_id=case.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said="Further clearance was requested.",
    )


def other_offices_clear(case: Case, request: HttpRequest) -> bool:
    """Whether Disclosure can let the case skip other offices: they are on it and come after."""
    return "approve_and_bypass" in access.open_events(access.situation_of(case, person(request)))


def moved_to(case: Case) -> str:
    """Where the case now is, for a notice."""
    case.refresh_from_db()
    status = loader.current().state(case.state).label
    holder = access.situation_of(case, None).holder
    return f"The case is with {holder.team.name}: {status}." if holder else f"The case is now: {status}."


@get_or_post
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Clear the response."""
    case = case_for(request, pk)
    offices = other_offices_clear(case, request)
    if not offices and (elsewhere := closed_way(request, case, "approve")):
        return elsewhere
    kind = ClearWithOffices if offices else Clear
    form = kind(request.POST if request.method == "POST" else None, initial={"version": case.version})
    bypass = isinstance(form, ClearWithOffices) and form.is_valid() and form.bypass
    if done := carry_out(
        request,
        case,
        form,
        "approve_and_bypass" if bypass else "approve",
        lambda acting, stamp: clearing.approve(
            case_id=case.pk,
            acting=acting,
            now=clock.now(),
            stamp=stamp,
            bypass=bypass,
            reason=form.cleaned_data.get("reason") or "",
        ),
        said=lambda: f"You have cleared the response. {moved_to(case)}",
    ):
        return done
    return form_page(request, "clearing/approve.html", form, {"case": case})


@get_or_post
def request_amends(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask Disclosure for changes."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "request_amends"):
        return elsewhere
    form = RequestAmends(
        request.POST if request.method == "POST" else None, initial={"version": case.version}
    )
    if done := carry_out(
        request,
        case,
        form,
        "request_amends",
        lambda acting, stamp: clearing.request_amends(
            case_id=case.pk,
            message=form.cleaned_data["message"],
            compliant=form.cleaned_data["compliant"] == "yes",
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"You have asked for changes. {moved_to(case)}",
    ):
        return done
    return form_page(request, "clearing/request_amends.html", form, {"case": case})


@get_or_post
def unflag_for_clearance(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the clearance of one's own team off the case, with a reason."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "unflag_for_clearance"):
        return elsewhere
    form = RemoveClearance(
        request.POST if request.method == "POST" else None, initial={"version": case.version}
    )
    if done := carry_out(
        request,
        case,
        form,
        "unflag_for_clearance",
        lambda acting, stamp: clearing.unflag_for_clearance(
            case_id=case.pk,
            reason=form.cleaned_data["reason"],
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"The clearance was removed. {moved_to(case)}",
    ):
        return done
    team = person(request).approving_team
    return form_page(request, "clearing/remove.html", form, {"case": case, "team": team})


@get_or_post
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the response to its drafting."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "send_back"):
        return elsewhere
    form = SendBack(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "send_back",
        lambda acting, stamp: clearing.send_back(
            case_id=case.pk,
            message=form.cleaned_data["message"],
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"The response was sent back. {moved_to(case)}",
    ):
        return done
    return form_page(request, "clearing/send_back.html", form, {"case": case})
