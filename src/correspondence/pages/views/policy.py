"""The policy tables as they run, for everyone who works by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from django.views.decorators.http import require_safe

from correspondence.cases.access import why_not_permitted
from correspondence.core import clock
from correspondence.pages import policy_in_words as words
from correspondence.pages.render import page
from correspondence.pages.signed_in import signed_in
from correspondence.rulebook import deadlines, loader
from correspondence.rulebook.models import Edition
from correspondence.rulebook.tables.bank_holidays import DIVISION_NAMES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.rulebook.tables.clocks import Clock
    from correspondence.rulebook.tables.rulebook import BoundTables

BACK = "Policy"


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """What there is to read, and which edition applies to cases that begin now."""
    tables = _tables(request)
    workflows = [
        {
            "href": reverse("policy_workflow", args=[row.case_type, row.workflow]),
            "label": words.WORKFLOW_LABELS[row.workflow],
            "meaning": words.WORKFLOW_MEANINGS[row.workflow],
            "kinds": words.machine_label(row.case_type, tables),
        }
        for row in words.workflows_in_order(tables)
    ]
    context = {"edition": _edition(), "workflows": workflows, "case_types": tables.case_types.case_types}
    return page(request, "policy/index.html", context)


@require_safe
def policy_workflow(request: HttpRequest, case_type: str, workflow: str) -> HttpResponse:
    """Who may do what in which state of one workflow, and what comes of it."""
    tables = _tables(request)
    row = next(
        (row for row in tables.workflows if (row.case_type, row.workflow) == (case_type, workflow)), None
    )
    if row is None:
        raise Http404
    context = {
        "label": words.WORKFLOW_LABELS[row.workflow],
        "meaning": words.WORKFLOW_MEANINGS[row.workflow],
        "kinds": words.machine_label(row.case_type, tables),
        "states": words.states(row, loader.current()),
    }
    return _part(request, "policy/workflow.html", context)


@require_safe
def policy_clocks(request: HttpRequest) -> HttpResponse:
    """How long an answer may take, by which law, with an example from today."""
    tables = _tables(request)
    today = clock.today()
    rows = [
        {
            "clock": row,
            "divisions": ", ".join(DIVISION_NAMES[division] for division in row.holidays),
            "used_by": [kind.label for kind in tables.case_types.case_types if kind.clock == row.code],
            "example": _example(row),
        }
        for row in tables.clocks.clocks
    ]
    return _part(request, "policy/clocks.html", {"clocks": rows, "today": today})


def _example(row: Clock) -> list[deadlines.Deadline]:
    today, holidays = clock.today(), loader.current().holidays.calendar(row.holidays)
    return [
        deadlines.draft_deadline(row, received=today, holidays=holidays),
        deadlines.statutory_deadline(row, received=today, holidays=holidays),
        deadlines.escalation_deadline(row, created=today, holidays=holidays),
    ]


@require_safe
def policy_holidays(request: HttpRequest) -> HttpResponse:
    """The bank holidays of one year, this year's unless another is asked for."""
    _tables(request)
    table = loader.current().holidays
    year = _year(request.GET.get("year", ""), table.first_year, table.last_year)
    rows = [
        {
            "date": row.date,
            "weekday": deadlines.WEEKDAYS[row.date.weekday()],
            "name": row.name,
            "where": ", ".join(DIVISION_NAMES[division] for division in row.divisions),
            "source": row.source,
        }
        for row in sorted(table.holidays, key=lambda row: row.date)
        if row.date.year == year
    ]
    years = range(table.first_year, table.last_year + 1)
    return _part(request, "policy/holidays.html", {"holidays": rows, "year": year, "years": years})


def _year(asked: str, first: int, last: int) -> int:
    """The year asked for.

    Raises:
        Http404: the table has no such year.
    """
    if not asked:
        return min(max(clock.today().year, first), last)
    if not (asked.isascii() and asked.isdigit() and first <= int(asked[:5]) <= last):
        raise Http404
    return int(asked[:5])


@require_safe
def policy_closure(request: HttpRequest) -> HttpResponse:
    """What is asked when a case is closed, and the exemptions."""
    return _part(request, "policy/closure.html", {"closure": _tables(request).closure})


@require_safe
def policy_permissions(request: HttpRequest) -> HttpResponse:
    """Who may do what is no event of a workflow, and what more is asked of those that are."""
    _tables(request)
    current = loader.current()
    guards = [
        {
            "events": [current.event(code).button or current.event(code).label for code in row.event],
            "workflows": ", ".join(words.WORKFLOW_LABELS[name] for name in row.workflow) or "All",
            "who": words.roles_in_words(row.by) if row.by else "All",
            "states": ", ".join(current.state(code).in_full for code in row.states) or "All",
            "conditions": [words.fact(name) for name in row.when],
            "source": row.source,
        }
        for row in current.permissions.guards
    ]
    permitted = [
        {
            "meaning": row.meaning,
            "who": words.roles_in_words(row.by),
            "conditions": [words.fact(name) for name in row.when],
            "source": row.source,
        }
        for row in current.permissions.permissions
    ]
    return _part(request, "policy/permissions.html", {"guards": guards, "permissions": permitted})


def _tables(request: HttpRequest) -> BoundTables:
    """The tables of the current edition.

    Raises:
        PermissionDenied: they are not for this person.
    """
    if why_not_permitted(signed_in(request), "see_policy"):
        raise PermissionDenied
    return loader.edition(loader.current_edition_id())


def _edition() -> Edition | None:
    return Edition.objects.defer("content").order_by("-number").first()


def _part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    back = {"href": reverse("policy"), "text": BACK}
    return page(request, template, {"edition": _edition(), "back": back, **context})
