"""The first page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from correspondence.organisation.models import User
from correspondence.pages.navigation import landing_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead each person to where their work begins."""
    return redirect(landing_page(request.user) if isinstance(request.user, User) else "sign_in")
