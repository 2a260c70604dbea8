"""The files that came with a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect

from correspondence.core import clock
from correspondence.documents.access import attachment_for
from correspondence.documents.actions import removing, uploading
from correspondence.documents.models import Attachment, Kind
from correspondence.pages import notices
from correspondence.pages.acting import carry_out, case_for, closed_way, get_or_post
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.request_files import UploadRequestFiles
from correspondence.pages.people import person
from correspondence.pages.presenting.words import caption
from correspondence.pages.render import form_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@get_or_post
def upload_request_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Add files to the request; whoever may edit the case may."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "edit_case"):
        return elsewhere
    form = UploadRequestFiles(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"version": case.version},
    )
    if done := carry_out(
        request,
        case,
        form,
        "edit_case",
        lambda acting, stamp: uploading.add_request_files(
            case_id=case.pk,
            files=form.cleaned_data["documents"],
            message=form.cleaned_data["message"],
            acting=acting,
            now=clock.now(),
            stamp=stamp,
        ),
        said="The request files were uploaded.",
    ):
        return done
    return form_page(
        request, "request_files/upload.html", form, {"case_id": case.pk, "caption": caption(case)}
    )


@get_or_post
def remove_request_file(request: HttpRequest, pk: int, attachment_id: int) -> HttpResponse:
    """Remove a file of the request, after a confirmation."""
    case = case_for(request, pk)
    if elsewhere := closed_way(request, case, "edit_case"):
        return elsewhere
    try:
        attachment = attachment_for(person(request), attachment_id)
    except Attachment.DoesNotExist:
        if request.method != "POST":
            raise Http404 from None
        notices.alert(request, removing.GONE)
        return redirect("case", case.pk)
    if attachment.case_id != case.pk or attachment.kind != Kind.REQUEST:
        raise Http404
    form = Form(request.POST if request.method == "POST" else None, initial={"version": case.version})
    if done := carry_out(
        request,
        case,
        form,
        "edit_case",
        lambda acting, stamp: removing.remove_attachment(
            case_id=case.pk, attachment_id=attachment.pk, acting=acting, now=clock.now(), stamp=stamp
        ),
        said=f"{attachment.filename} was removed.",
    ):
        return done
    context = {"case_id": case.pk, "caption": caption(case), "filename": attachment.filename}
    return form_page(request, "request_files/remove.html", form, context)
