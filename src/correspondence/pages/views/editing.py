"""Changing what is recorded of a request, and deleting a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect

from correspondence.cases.actions import editing
from correspondence.core import clock
from correspondence.documents import queries as documents
from correspondence.pages.acting import carry_out, case_for, closed_way, get_or_post, sent_before
from correspondence.pages.forms.editing import DestroyCase
from correspondence.pages.forms.requests import EditCase
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import form_page
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Case


@get_or_post
def edit_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the details of a case."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "edit_case"):
        return elsewhere
    has_files = bool(documents.request_files(case))
    tables = loader.edition(case.edition_id)
    form = EditCase(
        request.POST if request.method == "POST" else None, case=case, has_files=has_files, tables=tables
    )

    def act(acting: Acting, stamp: FormStamp) -> Case:
        try:
            return editing.edit_case(
                case_id=case.pk,
                case_type=form.chosen_type,
                details=form.details(message=case.message if has_files else None),
                draft_compliant_date=form.compliant,
                pit=_pit(form),
                acting=acting,
                now=clock.now(),
                stamp=stamp,
            )
        except editing.AsksForExtension:
            form.ask_for_extension()
            raise

    if done := carry_out(request, case, form, "edit_case", act, said="The case details were updated."):
        return done
    context = {"case_id": case.pk, "caption": caption(case), "has_files": has_files}
    return form_page(request, "editing/edit_case.html", form, context)


def _pit(form: EditCase) -> editing.PitChoice | None:
    keep = form.cleaned_data.get("pit_keep")
    return editing.PitChoice(keep, form.cleaned_data.get("new_extension")) if keep else None


@get_or_post
def destroy_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a case, after a confirmation and with a reason."""
    try:
        case = case_for(request, pk)
    except Http404:
        if sent_before(request, pk, "destroy_case"):
            return redirect("open_cases")
        raise
    if elsewhere := closed_way(request, case, "destroy_case"):
        return elsewhere
    form = DestroyCase(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "destroy_case",
        lambda acting, stamp: editing.destroy_case(
            case_id=case.pk, reason=form.cleaned_data["reason"], acting=acting, now=clock.now(), stamp=stamp
        ),
        said=f"Case {case.number} was deleted.",
        to="open_cases",
    ):
        return done
    context = {"case_id": case.pk, "caption": caption(case), "subject": case.subject}
    return form_page(request, "editing/destroy_case.html", form, context)
