"""The search through all cases."""

from __future__ import annotations

from correspondence.caseload.actions import LONGEST_TEXT
from correspondence.pages.forms import fields
from correspondence.pages.forms.base import PlainForm


class SearchForm(PlainForm):
    """What to search for. Sending it twice keeps it twice and changes no case: it needs no key."""

    text = fields.TextField(
        "Search all cases",
        hint="A case number, a requester, a unit, or words of the request",
        missing="Enter what to search for",
        max_length=LONGEST_TEXT,
    )
