"""The form that deletes a case."""

from __future__ import annotations

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form


class DestroyCase(Form):
    """Say why a case should not exist."""

    reason = fields.LongTextField(
        "Why is this case deleted?",
        max_length=2000,
        hint="Your reason is kept in the record of deleted cases",
        missing="Enter why this case is deleted",
    )
