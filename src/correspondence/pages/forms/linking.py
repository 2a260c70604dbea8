"""The form that links two cases."""

from __future__ import annotations

from correspondence.pages.forms import fields
from correspondence.pages.forms.base import Form


class LinkCase(Form):
    """Say which case is related to this one."""

    number = fields.TextField(
        "Number of the related case",
        max_length=20,
        width=20,
        hint="For example, 260327001",
        missing="Enter the number of the case to link",
    )
