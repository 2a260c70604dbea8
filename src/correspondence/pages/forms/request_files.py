"""The form that adds files to a request."""

from __future__ import annotations

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form


class UploadRequestFiles(Form):
    """Add files that belong to the request."""

    documents = fields.FilesField(
        "Choose the request files", missing="Choose at least one file of the request"
    )
    message = fields.LongTextField(
        "Message (optional)",
        max_length=10_000,
        required=False,
        hint="Added to the conversation of the case",
    )
