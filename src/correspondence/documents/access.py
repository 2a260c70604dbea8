"""Who may see the files of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases import access as case_access
from correspondence.documents.models import Attachment, Kind

if TYPE_CHECKING:
    from correspondence.cases.situation import Situation
    from correspondence.organisation.models import User


def sees_responses(situation: Situation) -> bool:
    """Whether somebody who sees the case sees its response files too.

    One that is cleared before it goes is seen by all who see the case. One that is not is the business unit's
    own until it was sent.
    """
    return case_access.permits(situation, "see_response_files")


def attachment_for(user: User, attachment_id: int) -> Attachment:
    """A file that this person may have.

    Raises:
        Attachment.DoesNotExist: there is none, or none for them; the two look alike.
    """
    attachment = Attachment.objects.select_related("case").get(
        pk=attachment_id, case__in=case_access.visible_to(user)
    )
    situation = case_access.situation_of(attachment.case, user)
    if attachment.kind == Kind.RESPONSE and not sees_responses(situation):
        raise Attachment.DoesNotExist
    return attachment
