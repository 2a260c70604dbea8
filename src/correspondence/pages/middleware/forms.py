"""What the pages read: forms as browsers send them, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.pages.views.errors import unsupported_media_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class FormsMiddleware:
    """Turn away whatever is no form: a page would take it for one in which nothing was filled in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_empty = request.META.get("CONTENT_LENGTH") in (None, "", "0")
        if is_empty or request.content_type in FORM_TYPES:
            return self.get_response(request)
        return unsupported_media_type()
