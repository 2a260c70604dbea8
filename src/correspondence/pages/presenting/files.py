"""The files of a case, as they were uploaded together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from correspondence.core.formats import file_size
from correspondence.documents.models import Scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from correspondence.documents.models import Attachment
    from correspondence.documents.queries import UploadGroup

HANDED_OUT = (Scan.CLEAN, Scan.UNCHECKED)


@dataclass(frozen=True, slots=True)
class File:
    """A file with what can be done with it.

    Attributes:
        note: what the virus scanner said, where that is worth saying.
        download: its address; empty while it is not handed out.
        remove: the address of the page that removes it; empty where this person may not.
    """

    name: str
    size: str
    note: str
    download: str
    remove: str


@dataclass(frozen=True, slots=True)
class FileGroup:
    """Files uploaded together: when, by whom and for which team."""

    at: datetime
    by: str
    team: str
    files: Sequence[File]


def groups(uploads: Sequence[UploadGroup], *, remove: str = "") -> list[FileGroup]:
    """The uploads of a case.

    Args:
        remove: the name of the address that removes such a file, for those who may.
    """
    return [
        FileGroup(
            at=upload.at,
            by=upload.user.full_name,
            team=upload.team.name if upload.team else "",
            files=[_file(attachment, remove) for attachment in upload.attachments],
        )
        for upload in uploads
    ]


def _file(attachment: Attachment, remove: str) -> File:
    scan = Scan(attachment.scan)
    return File(
        name=attachment.filename,
        size=file_size(attachment.size_bytes),
        note=""
        if scan == Scan.CLEAN
        else "Infected: it is not handed out"
        if scan == Scan.INFECTED
        else scan.label,
        download=reverse("download_attachment", args=[attachment.pk]) if scan in HANDED_OUT else "",
        remove=reverse(remove, args=[attachment.case_id, attachment.pk]) if remove else "",
    )
