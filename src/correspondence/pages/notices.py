"""What the next page tells first: that something was done, or that it was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.html import format_html

if TYPE_CHECKING:
    from django.http import HttpRequest


def success(request: HttpRequest, text: str, *, link: str = "", href: str = "") -> None:
    """Something was done; where something can follow, a link leads to it."""
    onward = format_html('{} <a class="govuk-link" href="{}">{}</a>', text, href, link) if link else text
    messages.success(request, onward)


def alert(request: HttpRequest, text: str) -> None:
    """Something was not done, or is no longer possible; the text says what to do."""
    messages.error(request, text)
