"""The files of a case as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from correspondence.documents import access
from correspondence.documents.models import Attachment, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from correspondence.cases.models import Case
    from correspondence.cases.situation import Situation
    from correspondence.organisation.models import Team, User


@dataclass(frozen=True, slots=True)
class UploadGroup:
    """Files that were uploaded together.

    Attributes:
        team: the one for which the person acted.
    """

    at: datetime
    user: User
    team: Team | None
    attachments: Sequence[Attachment]


def request_files(case: Case) -> Sequence[UploadGroup]:
    """The files of the request, the newest upload first, in one query."""
    return _grouped(case, Kind.REQUEST)


def visible_responses(situation: Situation) -> Sequence[UploadGroup]:
    """The response files that this person may see, the newest upload first, in one query."""
    return _grouped(situation.the_case, Kind.RESPONSE) if access.sees_responses(situation) else ()


def _grouped(case: Case, kind: Kind) -> Sequence[UploadGroup]:
    found = Attachment.objects.filter(case=case, kind=kind).select_related("user", "team").order_by("pk")
    groups: dict[UUID, list[Attachment]] = {}
    for attachment in found:
        groups.setdefault(attachment.upload_group, []).append(attachment)
    uploads = [
        UploadGroup(files[0].created_at, files[0].user, files[0].team, tuple(files))
        for files in groups.values()
    ]
    return tuple(sorted(uploads, key=lambda upload: (upload.at, upload.attachments[0].pk), reverse=True))
