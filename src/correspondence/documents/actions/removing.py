"""Removing a file: its row first, its object by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.audit import actions as audit
from correspondence.cases import queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.core.errors import Refused
from correspondence.documents.models import Attachment, Kind
from correspondence.jobs import actions as jobs

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.cases.models import Case

DELETE_OBJECT = "delete_object"
GONE = "This file was already removed."

EVENT_FOR = {Kind.RESPONSE: "remove_response", Kind.REQUEST: "edit_case"}
"""What a person must be allowed to do to the case so that they may remove a file of this kind."""


def removal_event(attachment: Attachment) -> str:
    """What a person must be allowed to do to the case so that they may remove this file."""
    return EVENT_FOR[Kind(attachment.kind)]


@transaction.atomic
def remove_attachment(
    *, case_id: int, attachment_id: int, acting: Acting, now: datetime, stamp: FormStamp = NO_STAMP
) -> Case:
    """Remove a file of a case.

    A response file by the event ``remove_response``: without response files a case that was ready to send
    goes back to drafting; in drafting it stays there. A request file by whoever may edit the case: the audit
    record tells of it, the history does not.

    Raises:
        Refused: the workflow does not allow it (so a response that was cleared stays), or the file is gone.
    """
    case = queries.locked(case_id)
    transitions.guard(case, stamp)
    attachment = Attachment.objects.filter(case=case, pk=attachment_id).first()
    if attachment is None:
        raise Refused(GONE)
    jobs.enqueue(
        DELETE_OBJECT,
        arguments={"storage_key": attachment.storage_key},
        unique_key=f"{DELETE_OBJECT}:{attachment.storage_key}",
    )
    Attachment.objects.filter(pk=attachment.pk).delete()
    if attachment.kind == Kind.RESPONSE:
        left = Attachment.objects.filter(case=case, kind=Kind.RESPONSE).count()
        transitions.apply(
            case,
            "remove_response",
            acting=acting,
            now=now,
            stamp=stamp,
            data={"files": [attachment.filename], "files_left": left},
        )
    else:
        transitions.check(case, "edit_case", acting=acting)
        audit.record(
            f"case:{case.pk}",
            "remove_request_file",
            actor_id=acting.user.pk if acting.user else None,
            actor_name=acting.name,
            subject=f"case:{case.pk}",
            data={"attachment": attachment.pk},
        )
    return case
