"""Logging a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from correspondence.cases import access
from correspondence.core import clock
from correspondence.core.errors import AlreadyDone, Invalid, Refused
from correspondence.documents.actions import uploading
from correspondence.pages import notices
from correspondence.pages.acting import SPENT, get_or_post, sent_before, stamp_of
from correspondence.pages.forms.requests import CreateFoi
from correspondence.pages.people import person
from correspondence.pages.render import form_page, page
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FORMS = {"foi": "create_foi"}
"""The address of each form; the types of ``policy/case_types.yaml`` name theirs."""


@require_safe
def new_case(request: HttpRequest) -> HttpResponse:
    """Choose what kind of request to log."""
    if elsewhere := _closed_way(request):
        return elsewhere
    tables = loader.edition(loader.current_edition_id())
    handled = person(request).handled_types
    kinds = sorted(
        (row for row in tables.case_types.case_types if row.on_menu and row.correspondence_type in handled),
        key=lambda row: row.display_order,
    )
    return page(request, "creating/new_case.html", {"kinds": [(row.label, FORMS[row.form]) for row in kinds]})


@get_or_post
def create_foi(request: HttpRequest) -> HttpResponse:
    """Log an FOI request or an internal review, then choose the unit that answers it."""
    if elsewhere := _closed_way(request):
        return elsewhere
    tables = loader.edition(loader.current_edition_id())
    form = CreateFoi(request.POST if request.method == "POST" else None, request.FILES or None, tables=tables)
    if request.method == "POST" and form.is_valid() and (case := _created(request, form)):
        pk, number = case
        notices.success(request, f"Case {number} was created. Now choose the unit that answers it.")
        return redirect("assign_responder", pk)
    return form_page(request, "creating/create_foi.html", form)


def _closed_way(request: HttpRequest) -> HttpResponse | None:
    why = access.why_not_permitted(person(request), "create_case")
    if why is None:
        return None
    notices.alert(request, why)
    return redirect("home")


def _created(request: HttpRequest, form: CreateFoi) -> tuple[int, str] | None:
    """Id and number of the new case; of the one already made when the same form was sent before."""
    try:
        case = uploading.open_case(
            files=form.chosen_files,
            case_type=form.cleaned_data["case_type"],
            details=form.details(),
            flag_for_disclosure=form.flagged,
            user=person(request),
            now=clock.now(),
            stamp=stamp_of(form),
        )
    except AlreadyDone as done:
        return _made_before(request, form, done.record_id)
    except Invalid as refusal:
        form.add_problems(refusal.problems)
        form.tell_lost_files()
        return None
    except Refused as refusal:
        form.add_problems([(refusal.field or "", str(refusal))])
        form.tell_lost_files()
        return None
    return case.pk, case.number


def _made_before(request: HttpRequest, form: CreateFoi, pk: int) -> tuple[int, str] | None:
    """The case that this form made; none when it is gone by now, or when the form did something else."""
    case = access.visible_to(person(request)).filter(pk=pk).first()
    if case and sent_before(request, pk, "create"):
        return case.pk, case.number
    form.add_error("form_key", SPENT)
    form.tell_lost_files()
    return None
