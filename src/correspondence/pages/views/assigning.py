"""Which unit and which person answer a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from correspondence.caseload import people as held
from correspondence.cases import access, queries
from correspondence.cases.actions import assigning
from correspondence.cases.models import AssignmentState
from correspondence.core import clock
from correspondence.organisation import queries as organisation
from correspondence.organisation.models import DISCLOSURE
from correspondence.pages import notices
from correspondence.pages.acting import case_for, closed_way, get_or_post, perform
from correspondence.pages.forms.assigning import AcceptOrReject, ChooseUnit, Reassign
from correspondence.pages.people import person
from correspondence.pages.presenting.buttons import held_by_own_teams
from correspondence.pages.presenting.case import case_page
from correspondence.pages.presenting.units import units
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import form_page, page
from correspondence.pages.views.case import mark_seen

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Assignment, Case
    from correspondence.organisation.models import User


@get_or_post
def assign_responder(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a case to a business unit (AS-1, AS-2)."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "assign_responder"):
        return elsewhere
    choice = units(case, group=request.GET.get("group", ""))
    form = ChooseUnit(request.POST or None, units=choice.choices, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        is_new = queries.is_new(case)
        done = perform(
            request,
            case,
            form,
            "assign_responder",
            lambda acting, stamp: assigning.assign_responder(
                case_id=case.pk, team_id=form.cleaned_data["team"], acting=acting, now=clock.now(), stamp=stamp
            ),
        )
        if done is True:
            happened = "created and assigned" if is_new else "assigned"
            unit = choice.name_of(form.cleaned_data["team"])
            notices.success(request, f"Case {case.number} was {happened} to {unit}.")
            return redirect("case", case.pk)
        if done is not False:
            return done
    context = {"case_id": case.pk, "caption": caption(case), "choice": choice, "title": "Assign to a business unit"}
    return form_page(request, "assigning/choose_unit.html", form, context)


@get_or_post
def assign_to_new_team(request: HttpRequest, pk: int, assignment_id: int) -> HttpResponse:
    """Move a case to another business unit (AS-6)."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "assign_to_new_team"):
        return elsewhere
    assignment = _standing(request, case, assignment_id)
    if assignment is None:
        notices.alert(request, assigning.GONE)
        return redirect("case", case.pk)
    choice = units(case, group=request.GET.get("group", ""), without=assignment.team_id)
    form = ChooseUnit(request.POST or None, units=choice.choices, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        done = perform(
            request,
            case,
            form,
            "assign_to_new_team",
            lambda acting, stamp: assigning.assign_to_new_team(
                case_id=case.pk, team_id=form.cleaned_data["team"], acting=acting, now=clock.now(), stamp=stamp
            ),
        )
        if done is True:
            unit = choice.name_of(form.cleaned_data["team"])
            notices.success(request, f"Case {case.number} was assigned to {unit}.")
            return redirect("case", case.pk)
        if done is not False:
            return done
    context = {
        "case_id": case.pk,
        "caption": caption(case),
        "choice": choice,
        "title": "Assign to another team",
        "now_with": assignment.team.name,
    }
    return form_page(request, "assigning/choose_unit.html", form, context)


def _standing(request: HttpRequest, case: Case, assignment_id: int) -> Assignment | None:
    """The responding assignment, if it is the one that the address names.

    Raises:
        Http404: the case never had such an assignment.
    """
    if queries.assignment_of_link(case.pk, assignment_id) is None:
        raise Http404
    responding = access.situation_of(case, person(request)).responding
    return responding if responding and responding.pk == assignment_id else None


@get_or_post
def assignment(request: HttpRequest, pk: int, assignment_id: int) -> HttpResponse:
    """Accept a case for one's unit, or reject it with a reason (AS-3): where the mail's link leads."""
    asked = queries.assignment_of_link(pk, assignment_id)
    if asked is None:
        raise Http404
    if elsewhere := _stale_link(request, asked):
        return elsewhere
    case = case_for(request, pk)
    form = AcceptOrReject(request.POST or None, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        accepts = form.cleaned_data["decision"] == "accept"
        done = _accept(request, case, form, asked) if accepts else _reject(request, case, form, asked)
        if done is not None:
            return done
    situation = access.situation_of(case, person(request))
    shown = case_page(situation, history_page=request.GET.get("history", "1"))
    mark_seen(situation, shown.newest_message)
    return form_page(request, "assigning/accept.html", form, {"case": shown, "unit": asked.team.name})


def _accept(request: HttpRequest, case: Case, form: AcceptOrReject, asked: Assignment) -> HttpResponse | None:
    done = perform(
        request,
        case,
        form,
        "accept_responder_assignment",
        lambda acting, stamp: assigning.accept_responder_assignment(
            case_id=case.pk, assignment_id=asked.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
    )
    if done is not True:
        return None if done is False else done
    mine = format_html(
        'You accepted this case. It is now among <a href="{}">your open cases</a>.', reverse("my_open_cases")
    )
    notices.success(request, mine)
    return redirect("case", case.pk)


def _reject(request: HttpRequest, case: Case, form: AcceptOrReject, asked: Assignment) -> HttpResponse | None:
    done = perform(
        request,
        case,
        form,
        "reject_responder_assignment",
        lambda acting, stamp: assigning.reject_responder_assignment(
            case_id=case.pk,
            assignment_id=asked.pk,
            reason=form.cleaned_data["reason"],
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
    )
    if done is not True:
        return None if done is False else done
    notices.success(request, f"Case {case.number} was rejected and is back with the managing team.")
    return redirect("home")


def _stale_link(request: HttpRequest, asked: Assignment) -> HttpResponse | None:
    """Where an old link leads: it never fails, and says why there is nothing to accept."""
    viewer, case = person(request), asked.case
    if case.deleted_at is not None and _concerns(viewer, asked):
        notices.alert(request, f"Case {case.number} was deleted.")
        return redirect("open_cases")
    if not access.visible_to(viewer).filter(pk=case.pk).exists():
        notices.alert(request, "This case is not assigned to your unit any more.")
        return redirect("home")
    responding = access.situation_of(case, viewer).responding
    if responding is None or responding.pk != asked.pk:
        notices.alert(request, assigning.GONE)
        return redirect("case", case.pk)
    if asked.state == AssignmentState.ACCEPTED:
        return redirect("case", case.pk)
    return closed_way(request, case, "accept_responder_assignment")


def _concerns(viewer: User, asked: Assignment) -> bool:
    """Whether a person may learn of a case that was deleted: of the unit, or somebody who saw all cases."""
    return any(held.team_id == asked.team_id for held in viewer.held_memberships) or viewer.is_a(Role.MANAGER)


@get_or_post
def reassign_user(request: HttpRequest, pk: int, assignment_id: int) -> HttpResponse:
    """Hand a case to a colleague of the team that holds it (AS-4)."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "reassign_user"):
        return elsewhere
    if queries.assignment_of_link(case.pk, assignment_id) is None:
        raise Http404
    own = held_by_own_teams(access.situation_of(case, person(request)))
    assignment = next((one for one in own if one.pk == assignment_id), None)
    if assignment is None:
        notices.alert(request, assigning.GONE)
        return redirect("case", case.pk)
    people = _colleagues(request, assignment)
    form = Reassign(
        request.POST or None, people=people, initial={"version": case.version, "user": assignment.user_id}
    )
    if request.method == "POST" and form.is_valid():
        done = perform(
            request,
            case,
            form,
            "reassign_user",
            lambda acting, stamp: assigning.reassign_user(
                case_id=case.pk,
                assignment_id=assignment.pk,
                user_id=form.cleaned_data["user"],
                acting=acting,
                now=clock.now(),
                stamp=stamp,
            ),
        )
        if done is True:
            name = next(member.full_name for member in members if member.pk == form.cleaned_data["user"])
            notices.success(request, f"The case was reassigned to {name}.")
            return redirect("case", case.pk)
        if done is not False:
            return done
    context = {"case_id": case.pk, "caption": caption(case), "team": assignment.team.name}
    return form_page(request, "assigning/reassign.html", form, context)
