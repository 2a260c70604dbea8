"""What the pages read: forms as browsers send them, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.pages.views.errors import unsupported_media_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
ENCODING = "utf-8"


class FormsMiddleware:
    """Turn away what is no form, or is said to be written in anything but UTF-8.

    Whoever names an encoding chooses the program that decodes it: some of Python's make halves of
    characters, which no database keeps, and some are for no text at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        named = (request.content_params or {}).get("charset", ENCODING)
        if (_is_empty(request) or request.content_type in FORM_TYPES) and named.lower() == ENCODING:
            return self.get_response(request)
        return unsupported_media_type()


def _is_empty(request: HttpRequest) -> bool:
    return request.META.get("CONTENT_LENGTH") in (None, "", "0")
