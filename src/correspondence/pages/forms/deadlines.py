"""The form that gives a case more time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form

if TYPE_CHECKING:
    from collections.abc import Iterable

SECOND_REASON = "second_reason"


class ExtendDeadline(Form):
    """Move the target date of a complex review."""

    until = fields.DateField("New final deadline", today=False)
    reason = fields.LongTextField(
        "Why is more time needed?", max_length=2000, missing="Enter why more time is needed"
    )
    second_reason = fields.LongTextField(
        "Why is that much time needed?",
        max_length=2000,
        hint="Only for a date beyond 40 working days from receipt",
        required=False,
    )


class ExtendForPit(ExtendDeadline):
    """Move the final deadline while the public interest is weighed (FOIA 2000 s.10(3))."""

    exemption = fields.SelectField(
        "Qualified exemption being weighed",
        hint="More time is for the public interest test alone, not for deciding whether an exemption applies",
        missing="Select the qualified exemption that is being weighed",
    )
    notice_date = fields.DateField(
        "Date of the notice to the requester",
        hint="The notice under section 17, which says when the decision is expected. For example, 27 3 2026",
    )

    field_order = ("exemption", "notice_date", "until", "reason", "second_reason")

    def __init__(self, *args: Any, exemptions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question("exemption").choices = list(exemptions)
