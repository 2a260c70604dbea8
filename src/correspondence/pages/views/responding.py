"""Uploading the response, clearing or returning it with an upload, and marking it as sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect

from correspondence.cases.actions import responding
from correspondence.core import clock
from correspondence.documents.actions import removing, uploading
from correspondence.pages.acting import carry_out, case_for, closed_way, sent_before
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.responding import (
    MarkAsSent,
    MarkAsSentWithoutClearance,
    UploadAndClear,
    UploadAndClearWithOffices,
    UploadAndReturn,
    UploadResponse,
)
from correspondence.pages.render import form_page
from correspondence.pages.views.clearing import get_or_post, moved_to, other_offices_clear
from correspondence.pages.views.documents import attachment_or_404

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting, FormStamp
    from correspondence.cases.models import Case


@get_or_post
def add_responses(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload the response."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "add_responses"):
        return elsewhere
    form = UploadResponse(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"version": case.version},
    )
    if done := carry_out(
        request,
        case,
        form,
        "add_responses",
        lambda acting, stamp: uploading.add_responses(
            case_id=case.pk,
            files=form.cleaned_data["documents"],
            message=form.cleaned_data["message"],
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"The response was uploaded. {moved_to(case)}",
    ):
        return done
    return form_page(
        request,
        "responding/upload.html",
        form,
        {"case": case, "title": "Upload response", "button": "Upload response", "explanation": ""},
    )


@get_or_post
def upload_response_and_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a changed response and clear it."""
    case = case_for(request, pk)
    offices = other_offices_clear(case, request)
    event = "upload_response_approve_and_bypass" if offices else "upload_response_and_approve"
    if elsewhere := closed_way(request, case, event):
        return elsewhere
    kind = UploadAndClearWithOffices if offices else UploadAndClear
    form = kind(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"version": case.version},
    )
    bypass = form.is_valid() and form.cleaned_data.get("press") == "no"

    def act(acting: Acting, stamp: FormStamp) -> Case:
        if bypass:
            return uploading.upload_response_approve_and_bypass(
                case_id=case.pk,
                files=form.cleaned_data["documents"],
                message=form.cleaned_data["message"],
                reason=form.cleaned_data["reason"],
                acting=acting,
                now=clock.now(),
                stamp=stamp,
            )
        return uploading.upload_response_and_approve(
            case_id=case.pk,
            files=form.cleaned_data["documents"],
            message=form.cleaned_data["message"],
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        )

    event = "upload_response_approve_and_bypass" if bypass else "upload_response_and_approve"
    said = "The response was uploaded and cleared."
    if done := carry_out(request, case, form, event, act, said=lambda: f"{said} {moved_to(case)}"):
        return done
    return form_page(
        request,
        "responding/upload.html",
        form,
        {
            "case": case,
            "title": "Upload response and clear",
            "button": "Upload and clear",
            "explanation": "Your files join those of the response, and you clear it in the same step. "
            "The draft counts as compliant.",
        },
    )


@get_or_post
def upload_response_and_return_for_redraft(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload changes and hand the response back."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "upload_response_and_return_for_redraft"):
        return elsewhere
    form = UploadAndReturn(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"version": case.version},
    )
    if done := carry_out(
        request,
        case,
        form,
        "upload_response_and_return_for_redraft",
        lambda acting, stamp: uploading.upload_response_and_return_for_redraft(
            case_id=case.pk,
            files=form.cleaned_data["documents"],
            message=form.cleaned_data["message"],
            compliant=form.cleaned_data["compliant"] == "yes",
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"Your changes were uploaded and the responder was told. {moved_to(case)}",
    ):
        return done
    return form_page(
        request,
        "responding/upload.html",
        form,
        {
            "case": case,
            "title": "Upload changes and return for redraft",
            "button": "Upload and return",
            "explanation": "The case goes back to the responder, who is told by email.",
        },
    )


@get_or_post
def remove_response(request: HttpRequest, pk: int, attachment_id: int) -> HttpResponse:
    """Remove a response file, after a confirmation."""
    case = case_for(request, pk)
    try:
        attachment = attachment_or_404(request, attachment_id)
    except Http404:
        if sent_before(request, case.pk, "remove_response"):
            return redirect("case", case.pk)
        raise
    if attachment.case_id != case.pk:
        raise Http404
    event = removing.removal_event(attachment)
    if elsewhere := closed_way(request, case, event):
        return elsewhere
    form = Form(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        event,
        lambda acting, stamp: removing.remove_attachment(
            case_id=case.pk, attachment_id=attachment.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said=lambda: f"{attachment.filename} was removed.",
    ):
        return done
    return form_page(request, "responding/remove.html", form, {"case": case, "attachment": attachment})


@get_or_post
def respond(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the response as sent."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "respond"):
        return elsewhere
    missing = responding.levels_not_cleared(case)
    kind = MarkAsSentWithoutClearance if missing else MarkAsSent
    form = kind(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "respond",
        lambda acting, stamp: responding.respond(
            case_id=case.pk,
            response_date=form.cleaned_data["response_date"],
            without_clearance=bool(form.cleaned_data.get("without_clearance")),
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said=lambda: f"The response was marked as sent. {moved_to(case)}",
    ):
        return done
    return form_page(
        request,
        "responding/respond.html",
        form,
        {"case": case, "missing": [level.team.name for level in missing]},
    )
