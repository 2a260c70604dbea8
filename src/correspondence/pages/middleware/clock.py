"""One date of case work for a whole request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class ClockMiddleware:
    """A page shows one date throughout, even if somebody moves it meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with clock.one_reading():
            return self.get_response(request)
