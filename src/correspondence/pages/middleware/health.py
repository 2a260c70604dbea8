"""Health addresses answer whoever asks, by whatever name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

ADDRESSES = frozenset({"/healthz/live", "/healthz/ready", "/healthz/active", "/healthz/version", "/ping"})


class HealthMiddleware:
    """Lets a load balancer ask by address, not by the service's name.

    For these addresses alone the name that was asked for is replaced by our own: a foreign name never
    gets further in, so that nothing can be made of it. Every other page answers to known names only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in ADDRESSES:
            request.META["HTTP_HOST"] = settings.BASE_HOST
        return self.get_response(request)
