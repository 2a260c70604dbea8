"""The conversation of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from correspondence.cases import access
from correspondence.cases.actions import messaging
from correspondence.core import clock
from correspondence.pages import notices
from correspondence.pages.acting import case_for, perform
from correspondence.pages.forms.messaging import AddMessage
from correspondence.pages.people import person
from correspondence.pages.views.case import show_case

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_POST
def add_message_to_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a message and go on to the conversation; a blank one is told on the case page."""
    case = case_for(request, pk)
    form = AddMessage(request.POST)
    if form.is_valid():
        done = perform(
            request,
            case,
            form,
            "add_message_to_case",
            lambda acting, stamp: messaging.add_message_to_case(
                case_id=case.pk,
                message=form.cleaned_data["message"],
                acting=acting,
                now=clock.now(),
                stamp=stamp,
            ),
        )
        if done is True:
            return HttpResponseRedirect(reverse("case", args=[case.pk]) + "#messages")
        if done is not False:
            return done
    situation = access.situation_of(case, person(request))
    if waiting := access.must_accept_first(situation):
        notices.alert(request, "Enter a message.")
        return redirect("assignment", case.pk, waiting.pk)
    return show_case(request, situation, message=form)
