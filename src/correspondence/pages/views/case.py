"""The page of a case."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from correspondence.cases import access, queries
from correspondence.cases.actions import messaging
from correspondence.core.errors import Refused
from correspondence.pages.acting import case_for
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.messaging import AddMessage
from correspondence.pages.people import person
from correspondence.pages.presenting.case import case_page
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import page
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.situation import Situation
    from correspondence.organisation.models import User


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about a case, and what this person can do with it.

    A responder whose unit has still to accept it is sent to do so. Opening the page marks the messages
    as seen: a read mark, and all that this GET writes.
    """
    shown = case_for(request, pk)
    situation = access.situation_of(shown, person(request))
    if waiting := access.must_accept_first(situation):
        return redirect("assignment", shown.pk, waiting.pk)
    return show_case(request, situation)


def show_case(
    request: HttpRequest, situation: Situation, *, message: AddMessage | None = None
) -> HttpResponse:
    """The page of a case, again with what is wrong with a message that was sent from it."""
    shown = case_page(situation, history_page=request.GET.get("history", "1"))
    mark_seen(situation, shown.newest_message)
    form = message or AddMessage(initial={"version": shown.version})
    return page(
        request,
        "cases/show.html",
        {"case": shown, "form": form, "key_form": Form(initial={"version": shown.version})},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
    )


def mark_seen(situation: Situation, newest_message: int) -> None:
    """Remember that this person saw the newest message, if that is news."""
    user, seen_case = situation.user, situation.the_case
    if user and newest_message > queries.seen_up_to(seen_case, user):
        messaging.mark_seen(case=seen_case, user=user, up_to=newest_message)


@require_safe
def why_not(request: HttpRequest, pk: int) -> HttpResponse:
    """What this person cannot do to the case now, and what stands in the way of each."""
    shown = case_for(request, pk)
    situation = access.situation_of(shown, person(request))
    return page(
        request,
        "cases/why_not.html",
        {"case_id": shown.pk, "caption": caption(shown), "reasons": _reasons(situation, person(request))},
    )


def _reasons(situation: Situation, user: User) -> list[tuple[str, str]]:
    """Button and reason for each event that one of the person's roles could let happen in some state."""
    shown, current = situation.the_case, loader.current()
    roles = {held.role for held in user.active_memberships}
    workflow = loader.edition(shown.edition_id).workflow(shown.case_type, shown.workflow)
    some_time = {entry.event for entry in workflow.events if roles & set(entry.by)}
    found: list[tuple[str, str]] = []
    for event in current.events.events:
        if event.code in some_time and event.button and roles & set(event.offered_to):
            try:
                access.acting_on(shown, user, event=event.code, situation=situation)
            except Refused as refusal:
                found.append((event.button, str(refusal)))
    return found
