"""Every event that brings files to a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.audit import actions as audit
from correspondence.cases import access, queries, transitions
from correspondence.cases.acting import NO_STAMP, Acting, FormStamp
from correspondence.cases.actions import clearing, creating, responding
from correspondence.cases.actions.messaging import comment
from correspondence.cases.models import AssignmentRole, Case
from correspondence.core.errors import AlreadyDone, Refused
from correspondence.documents import keys
from correspondence.documents.actions.receiving import Received, attach, received
from correspondence.documents.models import Attachment, Kind
from correspondence.organisation.models import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from correspondence.cases.validation import RequestDetails
    from correspondence.documents.sniffing import Upload
    from correspondence.organisation.models import User


def open_case(
    *,
    files: Sequence[Upload],
    case_type: str,
    details: RequestDetails,
    flag_for_disclosure: bool,
    user: User,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Make a case of a request that may have come with files: both, or neither.

    The files are in the store before the case is: so no number waits for a slow upload.

    Raises:
        Refused: the person may not log requests.
        Invalid: what is wrong with the files or the details.
        AlreadyDone: the form was sent before.
    """
    if not files:
        return creating.create_case(
            case_type=case_type,
            details=details,
            flag_for_disclosure=flag_for_disclosure,
            request_files=0,
            user=user,
            now=now,
            stamp=stamp,
        )
    if stamp.form_key and (done := queries.result_of(stamp.form_key)):
        raise AlreadyDone(done)
    access.require(user, "create_case")
    key = keys.new_key(creating.reserve_case_id())
    with received(files, key=lambda: key) as stored, transaction.atomic():
        case = creating.create_case(
            case_type=case_type,
            details=details,
            flag_for_disclosure=flag_for_disclosure,
            request_files=len(stored),
            user=user,
            now=now,
            stamp=stamp,
            case_id=key.case_id,
        )
        keys.keep(key)
        managing = case.assignments.select_related("team").get(role=AssignmentRole.MANAGING)
        attach(
            case,
            stored,
            kind=Kind.REQUEST,
            acting=Acting(user, managing.team, Role.MANAGER),
            now=now,
            stamp=stamp,
        )
    return case


def add_request_files(
    *,
    case_id: int,
    files: Sequence[Upload],
    message: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Add files to the request of a case; whoever may edit the case may do so.

    It is no event: the audit record tells of it, the history does not.

    Args:
        message: what was written beside them; it goes into the conversation.
    """
    _check_first(case_id, "edit_case", acting=acting, stamp=stamp)
    with received(files, key=lambda: keys.case_key(case_id)) as stored, transaction.atomic():
        case = queries.locked(case_id)
        transitions.guard(case, stamp)
        # No transition holds this form's key; the files themselves do.
        if stamp.form_key and Attachment.objects.filter(case=case, upload_group=stamp.form_key).exists():
            raise AlreadyDone(case.pk)
        transitions.check(case, "edit_case", acting=acting)
        attachments = attach(case, stored, kind=Kind.REQUEST, acting=acting, now=now, stamp=stamp)
        audit.record(
            f"case:{case.pk}",
            "add_request_files",
            actor_id=acting.user.pk if acting.user else None,
            actor_name=acting.name,
            subject=f"case:{case.pk}",
            data={"attachments": [attachment.pk for attachment in attachments]},
        )
        comment(case, message, acting=acting, now=now)
    return case


def add_responses(
    *,
    case_id: int,
    files: Sequence[Upload],
    message: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Upload the response: from drafting the case goes on to clearance, or is ready to send.

    Args:
        message: what was written beside them; it goes into the conversation.
    """
    _check_first(case_id, "add_responses", acting=acting, stamp=stamp)
    with received(files, key=lambda: keys.case_key(case_id)) as stored, transaction.atomic():
        case = responding.add_responses(
            case_id=case_id, files=_names(stored), message=message, acting=acting, now=now, stamp=stamp
        )
        attach(case, stored, kind=Kind.RESPONSE, acting=acting, now=now, stamp=stamp)
    return case


def upload_response_and_approve(
    *,
    case_id: int,
    files: Sequence[Upload],
    message: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Replace the draft and clear it for one's own level; from then on it can no longer be removed."""
    return _approve(
        case_id=case_id, files=files, message=message, acting=acting, now=now, stamp=stamp, bypass=False
    )


def upload_response_approve_and_bypass(
    *,
    case_id: int,
    files: Sequence[Upload],
    message: str,
    reason: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Replace the draft, clear it, and let the case skip the Press and Private Offices, for a reason."""
    return _approve(
        case_id=case_id,
        files=files,
        message=message,
        acting=acting,
        now=now,
        stamp=stamp,
        bypass=True,
        reason=reason,
    )


def _approve(
    *,
    case_id: int,
    files: Sequence[Upload],
    message: str,
    acting: Acting,
    now: datetime,
    stamp: FormStamp,
    bypass: bool,
    reason: str = "",
) -> Case:
    event = "upload_response_approve_and_bypass" if bypass else "upload_response_and_approve"
    _check_first(case_id, event, acting=acting, stamp=stamp)
    with received(files, key=lambda: keys.case_key(case_id)) as stored, transaction.atomic():
        case = clearing.approve(
            case_id=case_id,
            acting=acting,
            now=now,
            stamp=stamp,
            bypass=bypass,
            reason=reason,
            files=_names(stored),
            message=message,
        )
        attach(case, stored, kind=Kind.RESPONSE, acting=acting, now=now, stamp=stamp)
    return case


def upload_response_and_return_for_redraft(
    *,
    case_id: int,
    files: Sequence[Upload],
    message: str,
    compliant: bool,
    acting: Acting,
    now: datetime,
    stamp: FormStamp = NO_STAMP,
) -> Case:
    """Hand the response back to its responder together with a changed draft.

    Args:
        compliant: the draft met the standard when it came: its date is recorded.
    """
    _check_first(case_id, "upload_response_and_return_for_redraft", acting=acting, stamp=stamp)
    with received(files, key=lambda: keys.case_key(case_id)) as stored, transaction.atomic():
        case = clearing.upload_response_and_return_for_redraft(
            case_id=case_id,
            files=_names(stored),
            message=message,
            compliant=compliant,
            acting=acting,
            now=now,
            stamp=stamp,
        )
        attach(case, stored, kind=Kind.RESPONSE, acting=acting, now=now, stamp=stamp)
    return case


def _check_first(case_id: int, event: str, *, acting: Acting, stamp: FormStamp) -> None:
    """Ask before anything is stored what will be asked again under the lock: a refusal should be quick."""
    case = Case.objects.filter(pk=case_id, deleted_at__isnull=True).first()
    if case is None:
        raise Refused(queries.GONE)
    transitions.guard(case, stamp)
    transitions.check(case, event, acting=acting)


def _names(stored: Sequence[Received]) -> list[str]:
    return [file.name for file in stored]
