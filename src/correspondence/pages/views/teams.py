"""Teams, their members, and what those hold."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from correspondence.caseload import paging, rows
from correspondence.caseload import people as held
from correspondence.cases import queries as case_queries
from correspondence.cases.access import why_not_permitted
from correspondence.cases.actions import assigning
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.organisation import queries
from correspondence.organisation.models import Kind, Team, User
from correspondence.pages import notices
from correspondence.pages.forms.base import Form
from correspondence.pages.render import page
from correspondence.pages.signed_in import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GROUPS_ON_A_PAGE = 20
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """All business groups with their units, for managers; everybody else sees their own units."""
    viewer = signed_in(request)
    if why_not_permitted(viewer, "see_all_teams"):
        own = list(queries.units_of(viewer))
        return page(
            request, "teams/own.html", {"units": own, "title": "Your team" if len(own) == 1 else "Your teams"}
        )
    pages, number = Paginator(queries.business_groups(), GROUPS_ON_A_PAGE), _number(request)
    groups = list(pages.page(number).object_list) if number <= pages.num_pages else []
    context = {"groups": queries.with_units(groups), "page_number": number, "last_page": pages.num_pages}
    return page(request, "teams/all.html", context)


@require_safe
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """A business unit: what it does, and its members with the cases that they hold."""
    viewer = signed_in(request)
    unit = _unit_seen_by(viewer, team_id)
    members = list(queries.members(unit))
    counts = held.open_case_counts(members, viewer=viewer)
    may_remove = why_not_permitted(viewer, "remove_user", team=unit) is None
    return page(
        request,
        "teams/team.html",
        {
            "unit": unit,
            "types": ", ".join(kind.code for kind in unit.correspondence_types.order_by("code")),
            "areas": [area.text for area in unit.areas.order_by("-id")],
            "members": [{"person": person, "open_cases": counts[person.pk]} for person in members],
            "may_remove": may_remove,
            "back": {"href": reverse("teams"), "text": "Teams"},
        },
    )


@require_safe
def cases_of_person(request: HttpRequest, person_id: int) -> HttpResponse:
    """The open cases of one person, for managers and those who share a team with them."""
    viewer = signed_in(request)
    person = get_object_or_404(User, pk=person_id)
    sees_all = why_not_permitted(viewer, "see_all_teams") is None
    if not (sees_all or person == viewer or queries.share_a_team(viewer, person)):
        raise PermissionDenied
    shown = paging.page_of(held.open_cases_of(person, viewer=viewer), _number(request))
    context = {
        "person": person,
        "rows": rows.rows(shown.ids, viewer=viewer, today=clock.today()),
        "page_number": shown.number,
        "last_page": shown.count.last_page,
        "back": {"href": reverse("teams"), "text": "Teams"},
    }
    return page(request, "teams/cases_of_person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_from_team(request: HttpRequest, team_id: int, person_id: int) -> HttpResponse:
    """Ask whether to take somebody out of a team, telling what follows, and do it."""
    viewer = signed_in(request)
    unit = _unit_seen_by(viewer, team_id)
    if why_not_permitted(viewer, "remove_user", team=unit):
        raise PermissionDenied
    person = get_object_or_404(User, pk=person_id)
    if not person.memberships.filter(team=unit).exists():
        notices.alert(request, f"{person.full_name} is not in {unit.name}.")
        return redirect("team", unit.pk)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            assigning.remove_from_team(
                user_id=person.pk, team_id=unit.pk, acting_user=viewer, now=clock.now()
            )
        except Refused as refusal:
            form.add_refusal(refusal)
        else:
            notices.success(request, f"{person.full_name} is no longer in {unit.name}.")
            return redirect("home" if person == viewer else reverse("team", args=[unit.pk]))
    live = case_queries.live_with(person, unit).values("case").distinct().count()
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {
        "person": person,
        "unit": unit,
        "live": live,
        "others": queries.other_teams(person, unit),
        "form": form,
    }
    return page(request, "teams/remove.html", context, status=status)


def _unit_seen_by(viewer: User, team_id: int) -> Team:
    """A business unit that the viewer may see.

    Raises:
        Http404: there is none with this id.
        PermissionDenied: it is not for this person.
    """
    unit = get_object_or_404(Team, pk=team_id, kind=Kind.BUSINESS_UNIT)
    if why_not_permitted(viewer, "see_team", team=unit):
        raise PermissionDenied
    return unit


def _number(request: HttpRequest) -> int:
    """The number of the page that was asked for.

    Raises:
        Http404: it is no number of a page.
    """
    asked = request.GET.get("page", "1")
    if not PAGE_NUMBER.fullmatch(asked):
        raise Http404
    return int(asked)
