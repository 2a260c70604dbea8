"""The forms of clearance."""

from __future__ import annotations

from typing import Any

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form

REASON = 2000
MESSAGE = 10_000


class Clear(Form):
    """Clear a response that no other office has to see."""


class ClearWithOffices(Form):
    """Clear a response, and say whether the Press and Private Offices clear it too."""

    press = fields.RadiosField(
        "Does the Press Office need to clear this response?",
        choices=[("yes", "Yes"), ("no", "No")],
        conditional={"no": ["reason"]},
        missing="Select yes if the Press Office needs to clear this response",
        size="m",
    )
    reason = fields.LongTextField(
        "Why do the Press Office and the Private Office not need to clear it?",
        max_length=REASON,
        hint="The case then goes straight to the responder. Your reason is kept in the history.",
        missing="Enter why the Press Office and the Private Office need not clear it",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"press": "yes", **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    @property
    def bypass(self) -> bool:
        """Whether the other offices are left out, once the form is valid."""
        return bool(self.cleaned_data.get("press") == "no")


class RequestAmends(Form):
    """Ask for changes."""

    message = fields.LongTextField(
        "What should be changed?",
        max_length=MESSAGE,
        hint="Added to the conversation of the case",
        missing="Enter what should be changed",
    )
    compliant = fields.RadiosField(
        "Was the draft compliant when it was uploaded?",
        choices=[("yes", "Yes"), ("no", "No")],
        missing="Select yes if the draft was compliant",
        inline=True,
    )


class RemoveClearance(Form):
    """Take one's team's clearance off a case."""

    reason = fields.LongTextField(
        "Why is this clearance not needed any more?",
        max_length=REASON,
        hint="Your reason is kept in the history",
        missing="Enter why this clearance is not needed any more",
    )


class SendBack(Form):
    """Return a response to its drafting."""

    message = fields.LongTextField(
        "Message to the responder (optional)",
        max_length=MESSAGE,
        required=False,
        hint="Added to the conversation of the case",
    )
