"""What the tables may ask about the files of a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.documents.models import Attachment, Kind, Scan
from correspondence.rulebook import names

if TYPE_CHECKING:
    from correspondence.cases.situation import Situation


@names.fact(about="case", otherwise="There is no response yet. Upload it first.")
def response_file_exists(situation: Situation) -> bool:
    """At least one response file that is not infected; request files do not count."""
    responses = Attachment.objects.filter(case=situation.the_case, kind=Kind.RESPONSE)
    return responses.exclude(scan=Scan.INFECTED).exists()


@names.computed
def state_after_response_removed(situation: Situation) -> str:
    """Ready to send while a response file is left, otherwise back to drafting; request files do not count.

    Evaluated after the file was deleted.
    """
    left = Attachment.objects.filter(case=situation.the_case, kind=Kind.RESPONSE).exists()
    return "awaiting_dispatch" if left else "drafting"
