"""Giving a case more time, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases.actions import deadlines
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.pages.acting import carry_out, case_for, closed_way, get_or_post
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.deadlines import ExtendDeadline, ExtendForPit
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import form_page
from correspondence.rulebook import deadlines as rules
from correspondence.rulebook import loader

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Case


@get_or_post
def extend_for_pit(request: HttpRequest, pk: int) -> HttpResponse:
    """Extend the final deadline: for the public interest test, or of a complex review."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "extend_for_pit"):
        return elsewhere
    row, holidays = deadlines.clock_of(case)
    form = _form(request, case)

    def act(acting: Acting, stamp: FormStamp) -> Case:
        try:
            return deadlines.extend_for_pit(
                case_id=case.pk,
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
                exemption=form.cleaned_data.get("exemption") or "",
                notice_date=form.cleaned_data.get("notice_date"),
                second_reason=form.cleaned_data.get("second_reason", ""),
                acting=acting,
                now=clock.now(),
                stamp=stamp,
            )
        except Refused as refusal:
            if refusal.field == "second_reason":
                form.ask_for_second_reason()
            raise

    if done := carry_out(request, case, form, "extend_for_pit", act, said="The final deadline was extended."):
        return done
    context = {
        "case_id": case.pk,
        "caption": caption(case),
        "current": case.final_deadline,
        "latest": rules.latest_extension(row, final=case.final_deadline, holidays=holidays),
        "notice_due": case.statutory_deadline,
        "extension": row.extension,
    }
    return form_page(request, "deadlines/extend_for_pit.html", form, context)


def _form(request: HttpRequest, case: Case) -> ExtendDeadline:
    row, _ = deadlines.clock_of(case)
    data, initial = request.POST if request.method == "POST" else None, {"version": case.version}
    if not (row.extension and row.extension.needs_qualified_exemption):
        return ExtendDeadline(data, initial=initial)
    qualified = [
        (exemption.code, f"{exemption.section} {exemption.label}")
        for exemption in loader.edition(case.edition_id).closure.exemptions
        if exemption.kind == "qualified"
    ]
    return ExtendForPit(data, initial=initial, exemptions=qualified)


@get_or_post
def remove_pit_extension(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the extensions off, after showing which deadline comes back."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "remove_pit_extension"):
        return elsewhere
    form = Form(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "remove_pit_extension",
        lambda acting, stamp: deadlines.remove_pit_extension(
            case_id=case.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said="The extension was removed.",
    ):
        return done
    context = {
        "case_id": case.pk,
        "caption": caption(case),
        "current": case.final_deadline,
        "restored": case.statutory_deadline,
        "late": case.statutory_deadline < clock.today(),
    }
    return form_page(request, "deadlines/remove_pit_extension.html", form, context)
