"""Who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from correspondence.organisation.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


def signed_in(request: HttpRequest) -> User:
    """The person of this request. Pages that are not public always have one.

    Raises:
        PermissionDenied: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
