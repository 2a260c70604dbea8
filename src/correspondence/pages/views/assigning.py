"""Which unit and which person answer a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from correspondence.caseload import people as held
from correspondence.cases import access, queries
from correspondence.cases.actions import assigning
from correspondence.cases.models import AssignmentState
from correspondence.core import clock
from correspondence.core.formats import counted
from correspondence.organisation import queries as organisation
from correspondence.organisation.models import DISCLOSURE, Role
from correspondence.pages import notices
from correspondence.pages.acting import carry_out, case_for, closed_way, get_or_post, sent_before
from correspondence.pages.forms.assigning import AcceptOrReject, ChooseUnit, Reassign
from correspondence.pages.people import person
from correspondence.pages.presenting.buttons import held_by_own_teams
from correspondence.pages.presenting.case import case_page
from correspondence.pages.presenting.units import units
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import form_page, page
from correspondence.pages.views.case import mark_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.models import Assignment, Case
    from correspondence.organisation.models import User


@get_or_post
def assign_responder(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a case to a business unit."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "assign_responder"):
        return elsewhere
    choice = units(case, group=request.GET.get("group", ""))
    form = ChooseUnit(
        request.POST if request.method == "POST" else None,
        units=choice.choices,
        initial={"version": case.version},
    )
    happened = "created and assigned" if queries.is_new(case) else "assigned"
    if done := carry_out(
        request,
        case,
        form,
        "assign_responder",
        lambda acting, stamp: assigning.assign_responder(
            case_id=case.pk, team_id=form.cleaned_data["team"], acting=acting, now=clock.now(), stamp=stamp
        ),
        said=lambda: f"Case {case.number} was {happened} to {choice.name_of(form.cleaned_data['team'])}.",
    ):
        return done
    context = {
        "case_id": case.pk,
        "caption": caption(case),
        "choice": choice,
        "title": "Assign to a business unit",
    }
    return form_page(request, "assigning/choose_unit.html", form, context)


@get_or_post
def assign_to_new_team(request: HttpRequest, pk: int, assignment_id: int) -> HttpResponse:
    """Move a case to another business unit."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "assign_to_new_team"):
        return elsewhere
    assignment = _standing(request, case, assignment_id)
    if assignment is None:
        notices.alert(request, assigning.GONE)
        return redirect("case", case.pk)
    choice = units(case, group=request.GET.get("group", ""), without=assignment.team_id)
    form = ChooseUnit(
        request.POST if request.method == "POST" else None,
        units=choice.choices,
        initial={"version": case.version},
    )
    if done := carry_out(
        request,
        case,
        form,
        "assign_to_new_team",
        lambda acting, stamp: assigning.assign_to_new_team(
            case_id=case.pk, team_id=form.cleaned_data["team"], acting=acting, now=clock.now(), stamp=stamp
        ),
        said=lambda: f"Case {case.number} was assigned to {choice.name_of(form.cleaned_data['team'])}.",
    ):
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
    """Accept a case for one's unit, or reject it with a reason: where the mail's link leads."""
    asked = queries.assignment_of_link(pk, assignment_id)
    if asked is None:
        raise Http404
    if elsewhere := _stale_link(request, asked):
        return elsewhere
    case = case_for(request, pk)
    form = AcceptOrReject(
        request.POST if request.method == "POST" else None, initial={"version": case.version}
    )
    rejects = form.is_valid() and form.cleaned_data["decision"] == "reject"
    if done := (_reject if rejects else _accept)(request, case, form, asked):
        return done
    situation = access.situation_of(case, person(request))
    shown = case_page(situation, history_page=request.GET.get("history", "1"))
    mark_seen(situation, shown.newest_message)
    return form_page(request, "assigning/accept.html", form, {"case": shown, "unit": asked.team.name})


def _accept(request: HttpRequest, case: Case, form: AcceptOrReject, asked: Assignment) -> HttpResponse | None:
    return carry_out(
        request,
        case,
        form,
        "accept_responder_assignment",
        lambda acting, stamp: assigning.accept_responder_assignment(
            case_id=case.pk, assignment_id=asked.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said=format_html(
            'You accepted this case. It is now among <a class="govuk-link" href="{}">your open cases</a>.',
            reverse("my_open_cases"),
        ),
    )


def _reject(request: HttpRequest, case: Case, form: AcceptOrReject, asked: Assignment) -> HttpResponse | None:
    return carry_out(
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
        said=f"Case {case.number} was rejected and is back with the managing team.",
        to="home",
    )


def _stale_link(request: HttpRequest, asked: Assignment) -> HttpResponse | None:
    """Where an old link leads: it never fails, and says why there is nothing to accept."""
    viewer, case = person(request), asked.case
    if sent_before(request, case.pk, "reject_responder_assignment"):
        return redirect("home")
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
    """Hand a case to a colleague of the team that holds it."""
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
    members = list(organisation.members(assignment.team))
    form = Reassign(
        request.POST if request.method == "POST" else None,
        people=_told(members, assignment, viewer=person(request)),
        initial={"version": case.version, "user": assignment.user_id},
    )
    if done := carry_out(
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
        said=lambda: f"The case was reassigned to {_name(members, form.cleaned_data['user'])}.",
    ):
        return done
    context = {"case_id": case.pk, "caption": caption(case), "team": assignment.team.name}
    return form_page(request, "assigning/reassign.html", form, context)


def _name(members: Sequence[User], pk: int) -> str:
    return next(member.full_name for member in members if member.pk == pk)


def _told(members: Sequence[User], assignment: Assignment, *, viewer: User) -> list[tuple[int, str]]:
    """The colleagues as choices; in Disclosure each with the number of their open cases."""
    if assignment.team.code != DISCLOSURE:
        return [(member.pk, member.full_name) for member in members]
    counts = held.open_case_counts(members, viewer=viewer)
    return [
        (member.pk, f"{member.full_name} ({counted(counts[member.pk], 'open case')})") for member in members
    ]


@require_safe
def select_assignment(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose for which of one's teams a case is handed on."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "reassign_user"):
        return elsewhere
    own = held_by_own_teams(access.situation_of(case, person(request)))
    choices = [
        (
            one.team.name,
            one.user.full_name if one.user else "",
            reverse("reassign_user", args=[case.pk, one.pk]),
        )
        for one in own
    ]
    context = {"case_id": case.pk, "caption": caption(case), "choices": choices}
    return page(request, "assigning/select_assignment.html", context)
