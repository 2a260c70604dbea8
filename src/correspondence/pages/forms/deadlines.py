"""The form that gives a case more time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExtendDeadline(Form):
    """Move the target date of a complex review."""

    until = fields.DateField("New final deadline", today=False, missing="Enter the new final deadline")
    reason = fields.LongTextField(
        "Why is more time needed?", max_length=2000, missing="Enter why more time is needed"
    )
    second_reason = fields.LongTextField(
        "Why is that much time needed?",
        max_length=2000,
        hint="The new date lies far from the date of receipt: see above",
        missing="Enter why that much time is needed",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._second_reason = self.fields.pop("second_reason")
        if "second_reason" in self.data:
            self.ask_for_second_reason()

    def ask_for_second_reason(self) -> None:
        """Bring in the question that only a very long extension needs."""
        self.fields["second_reason"] = self._second_reason

    @property
    def asks_for_second_reason(self) -> bool:
        """Whether the question is asked."""
        return "second_reason" in self.fields


class ExtendForPit(ExtendDeadline):
    """Move the final deadline while the public interest is weighed (FOIA 2000 s.10(3))."""

    exemption = fields.SelectField(
        "Qualified exemption being weighed",
        missing="Select the qualified exemption that is being weighed",
    )
    notice_date = fields.DateField(
        "Date of the notice to the requester",
        hint="The notice under section 17, which says when the decision is expected. For example, 27 3 2026",
        missing="Enter the date of the notice to the requester",
    )

    field_order = ("exemption", "notice_date", "until", "reason", "second_reason")

    def __init__(self, *args: Any, exemptions: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question("exemption").choices = list(exemptions)
