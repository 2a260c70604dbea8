"""The forms for uploading and sending a response."""

from __future__ import annotations

from typing import Any

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form
from correspondence.pages.forms.clearing import MESSAGE, REASON

FILES = "Choose the response files"


class UploadResponse(Form):
    """Upload a response."""

    documents = fields.FilesField(FILES, missing="Choose at least one response file")
    message = fields.LongTextField(
        "Message (optional)",
        max_length=MESSAGE,
        required=False,
        hint="Added to the conversation of the case",
    )


class UploadAndClear(UploadResponse):
    """Upload a changed response and clear it."""


class UploadAndClearWithOffices(UploadResponse):
    """Upload a changed response, clear it, and say whether the other offices clear it too."""

    press = fields.RadiosField(
        "Does the Press Office need to clear this response?",
        choices=[("yes", "Yes"), ("no", "No")],
        conditional={"no": ["reason"]},
        missing="Select yes if the Press Office needs to clear this response",
    )
    reason = fields.LongTextField(
        "Why do the Press Office and the Private Office not need to clear it?",
        max_length=REASON,
        missing="Enter why the Press Office and the Private Office need not clear it",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"press": "yes", **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class UploadAndReturn(Form):
    """Upload changes and hand the response back for redrafting."""

    documents = fields.FilesField(
        "Choose the files with your changes", missing="Choose at least one file with your changes"
    )
    message = fields.LongTextField(
        "What should be changed? (optional)",
        max_length=MESSAGE,
        required=False,
        hint="Added to the conversation of the case",
    )
    compliant = fields.RadiosField(
        "Was the draft compliant when it was uploaded?",
        choices=[("yes", "Yes"), ("no", "No")],
        missing="Select yes if the draft was compliant",
        inline=True,
    )


class MarkAsSent(Form):
    """Say when the response was sent."""

    response_date = fields.DateField(
        "Date the response was sent", today=True, missing="Enter the date the response was sent"
    )


class MarkAsSentWithoutClearance(MarkAsSent):
    """Say when the response was sent, although a clearance is missing."""

    without_clearance = fields.TickField(
        "The response was sent without this clearance",
        missing="Confirm that the response was sent without this clearance",
    )
