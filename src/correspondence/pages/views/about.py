"""Pages about the service itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from correspondence.pages.render import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement, open to everybody."""
    return page(request, "about/accessibility.html")
