"""The lists of cases, and the search through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from correspondence.caseload import actions, paging, queries, rows
from correspondence.caseload.models import Search
from correspondence.caseload.search import matching
from correspondence.cases.access import why_not_permitted
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.pages import way_back
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.lists import SearchForm
from correspondence.pages.render import form_page, page
from correspondence.pages.signed_in import signed_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.models import Case
    from correspondence.organisation.models import User

LONGEST_PAGE_NUMBER = 6
"""Digits. A longer number is none that a list ever had."""


@require_safe
def open_cases(request: HttpRequest) -> HttpResponse:
    """The open cases that the person's teams have a part in."""
    viewer = _viewer(request, "see_case_lists")
    may_create = why_not_permitted(viewer, "create_case") is None
    return _list(request, viewer, "lists/open.html", queries.open_cases(viewer), {"may_create": may_create})


@require_safe
def my_open_cases(request: HttpRequest) -> HttpResponse:
    """The menu's entry: the tab of those in time."""
    del request
    return redirect("my_open_in_time")


@require_safe
def my_open_in_time(request: HttpRequest) -> HttpResponse:
    """The open cases that the person holds and that are not late."""
    return _mine(request, late=False)


@require_safe
def my_open_late(request: HttpRequest) -> HttpResponse:
    """The open cases that the person holds and that are late."""
    return _mine(request, late=True)


def _mine(request: HttpRequest, *, late: bool) -> HttpResponse:
    viewer = _viewer(request, "see_case_lists")
    today = clock.today()
    shown = paging.page_of(queries.my_open(viewer, late=late, today=today), _page_number(request))
    other = paging.counted(queries.my_open(viewer, late=not late, today=today))
    counts = {late: shown.count, not late: other}
    halves = [
        {"label": label, "href": reverse(name), "current": is_late is late, "count": counts[is_late]}
        for label, name, is_late in (("In time", "my_open_in_time", False), ("Late", "my_open_late", True))
    ]
    context = {"halves": halves, "late": late}
    return _page(request, viewer, "lists/mine.html", shown, context, tab="my_open_cases")


@require_safe
def closed_cases(request: HttpRequest) -> HttpResponse:
    """The closed cases that the person may see."""
    viewer = _viewer(request, "see_case_lists")
    return _list(request, viewer, "lists/closed.html", queries.closed(viewer))


@require_safe
def incoming_cases(request: HttpRequest) -> HttpResponse:
    """The cases that an approver's office could take on."""
    viewer = _viewer(request, "see_new_cases")
    today = clock.today()
    shown = paging.page_of(queries.incoming(viewer, today=today), _page_number(request))
    context = {
        "shown": shown,
        "rows": rows.new_cases(shown.ids, viewer=viewer, today=today),
        "tabs": _tabs(request, viewer),
        "told": way_back.take(request),
        "form_for": _form_for,
    }
    return page(request, "lists/incoming.html", context)


def _form_for(version: int) -> Form:
    """A form without fields, for one button: its key and the version of the case."""
    return Form(initial={"version": version})


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Ask what to search for, and keep it: the result has an address of its own."""
    viewer = _viewer(request, "see_case_lists")
    form = SearchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.keep_search(user=viewer, text=form.cleaned_data["text"], now=clock.now())
        except Refused as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("search_results", kept.pk)
    return form_page(request, "lists/search.html", form, {"shown": None, "rows": []})


@require_safe
def search_results(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """What a search found, to the person who made it and to nobody else."""
    viewer = _viewer(request, "see_case_lists")
    kept = get_object_or_404(Search, pk=search_id, user=viewer)
    shown = paging.page_of(matching(kept.text, viewer), _page_number(request))
    context = {
        "form": SearchForm(initial={"text": kept.text}),
        "text": kept.text,
        "shown": shown,
        "rows": rows.rows(shown.ids, viewer=viewer, today=clock.today()),
    }
    return page(request, "lists/search.html", context)


def _viewer(request: HttpRequest, permission: str) -> User:
    """The person, if this list is for them.

    Raises:
        PermissionDenied: it is not.
    """
    viewer = signed_in(request)
    if why_not_permitted(viewer, permission):
        raise PermissionDenied
    return viewer


def _page_number(request: HttpRequest) -> int:
    """The page asked for. One beyond the end is empty; what is no number was never an address of ours.

    Raises:
        Http404: the number is none.
    """
    asked = request.GET.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= LONGEST_PAGE_NUMBER and int(asked)):
        raise Http404
    return int(asked)


def _list(
    request: HttpRequest,
    viewer: User,
    template: str,
    cases: QuerySet[Case],
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    shown = paging.page_of(cases, _page_number(request))
    return _page(request, viewer, template, shown, context or {})


def _page(
    request: HttpRequest,
    viewer: User,
    template: str,
    shown: paging.Page,
    context: Mapping[str, Any],
    *,
    tab: str = "",
) -> HttpResponse:
    listed = {
        "shown": shown,
        "rows": rows.rows(shown.ids, viewer=viewer, today=clock.today()),
        "tabs": _tabs(request, viewer, tab),
        **context,
    }
    return page(request, template, listed)


TABS = (
    ("New cases", "incoming_cases", "see_new_cases"),
    ("All open cases", "open_cases", "see_case_lists"),
    ("My open cases", "my_open_cases", "see_case_lists"),
    ("Closed cases", "closed_cases", "see_case_lists"),
)


def _tabs(request: HttpRequest, viewer: User, tab: str = "") -> list[dict[str, Any]]:
    """The lists that this person may open; one list has pages of its own and names its tab."""
    return [
        {"label": label, "href": reverse(name), "current": name == tab or reverse(name) == request.path}
        for label, name, permission in TABS
        if why_not_permitted(viewer, permission) is None
    ]
