"""The form of the conversation."""

from __future__ import annotations

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form


class AddMessage(Form):
    """Write a message to those who work on the case."""

    message = fields.LongTextField(
        "Add a message",
        max_length=10_000,
        rows=4,
        hint="Everybody who can open this case can read it. The responder is told by email",
        missing="Enter a message",
    )
