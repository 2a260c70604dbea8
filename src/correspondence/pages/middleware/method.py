"""What a person reads who opens an address that only a button uses."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from correspondence.pages.views.errors import method_not_allowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class MethodMiddleware:
    """Give a refused method a page, where Django answers with nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not answer.content:
            return method_not_allowed(allowed=answer.get("Allow", ""))
        return answer
