"""How much one person, or one address, may ask for within a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from correspondence.core import settings
from correspondence.core.cache import shared
from correspondence.organisation.models import User
from correspondence.pages import client_address
from correspondence.pages.middleware.session import WITHOUT_SESSION
from correspondence.pages.views.errors import too_many_requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

SECONDS = 60
SAFE = ("GET", "HEAD", "OPTIONS")


class LimitsMiddleware:
    """Turns away, for the rest of a minute, whoever asks for more than a person can.

    A minute begins with its first request. Counted in the cache, for all processes together: where that is
    away, nobody is turned away. (Wrong passwords are counted in the database, whatever the cache does.)
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(WITHOUT_SESSION) and (wait := _must_wait(request)):
            return too_many_requests(seconds=wait)
        return self.get_response(request)


def _must_wait(request: HttpRequest) -> int:
    """For how many seconds, nought when the request may pass."""
    limits = {key: most for key, most in _limits(request).items() if most}
    if not limits:
        return 0
    counted = shared().tally(limits, seconds=SECONDS)
    return max((max(left, 1) for key, (count, left) in counted.items() if count > limits[key]), default=0)


def _limits(request: HttpRequest) -> dict[str, int]:
    """What this request counts towards, and how many of it there may be; nought for any number."""
    current = settings.current()
    person = request.user
    if not isinstance(person, User):
        address = client_address.counted_as(client_address.of(request))
        return {f"limit:strangers:{address}": current.rate_limit_strangers}
    limits = {f"limit:pages:{person.pk}": current.rate_limit_pages}
    if request.method not in SAFE:
        limits[f"limit:changes:{person.pk}"] = current.rate_limit_changes
        if request.path_info == reverse("search"):
            limits[f"limit:searches:{person.pk}"] = current.rate_limit_searches
    return limits
