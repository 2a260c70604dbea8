"""Giving files out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from correspondence.core import logs
from correspondence.core.errors import Refused
from correspondence.documents import access
from correspondence.documents.actions import downloading
from correspondence.documents.encryption import Tampered
from correspondence.documents.keys import KeyRefused
from correspondence.documents.models import Attachment
from correspondence.documents.storage import NotStored, StoreAway
from correspondence.pages import notices
from correspondence.pages.people import person
from correspondence.pages.uploads import content_disposition

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

log = structlog.get_logger(__name__)


def attachment_or_404(request: HttpRequest, pk: int) -> Attachment:
    """The file, if this person may have it; otherwise there is no such page."""
    try:
        return access.attachment_for(person(request), pk)
    except Attachment.DoesNotExist:
        raise Http404 from None


@require_GET
def download_attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file, decrypted while it goes out. It is never shown in the browser, only saved."""
    attachment = attachment_or_404(request, pk)
    try:
        file = downloading.download(attachment, user=person(request))
    except Refused as refusal:
        notices.alert(request, str(refusal))
        return redirect("case", attachment.case_id)
    except StoreAway:
        log.exception("A document could not be fetched.", attachment_id=attachment.pk)
        notices.alert(
            request,
            "The document store cannot be reached just now. Nothing is lost. Try again in a few minutes.",
        )
        return redirect("case", attachment.case_id)
    except (Tampered, NotStored, KeyRefused):
        log.exception("A document could not be opened.", attachment_id=attachment.pk)
        notices.alert(
            request,
            "This file cannot be opened: it is not what was uploaded, or it is missing. "
            f"Tell your administrator, with the reference {logs.request_id.get()}.",
        )
        return redirect("case", attachment.case_id)
    return StreamingHttpResponse(
        file.pieces,
        content_type=file.content_type,
        headers={
            "Content-Length": str(file.size_bytes),
            "Content-Disposition": content_disposition(file.filename),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
