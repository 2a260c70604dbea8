"""Who is looking at the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.organisation.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


def person(request: HttpRequest) -> User:
    """The signed-in person; every page that calls this requires one."""
    if not isinstance(request.user, User):
        raise TypeError("This page is for signed-in people only.")
    return request.user
