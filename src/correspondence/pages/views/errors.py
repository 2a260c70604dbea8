"""Error pages. Each says what to do next, and carries a reference that is in the logs.

None of them reads what was sent: it may be what could not be read.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.template.loader import render_to_string

from correspondence.core import logs, settings
from correspondence.core.database.errors import Unconfirmed, is_passing
from correspondence.pages.render import page

if TYPE_CHECKING:
    from django.http import HttpRequest

RETRY_SECONDS = 10
"""After so long a database that moved to another server is there again, as a rule."""
SAFE = ("GET", "HEAD", "OPTIONS")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be read; 413: it is too large. What was sent is not shown back."""
    del request
    if isinstance(exception, RequestDataTooBig):
        return _bare("errors/413.html", HTTPStatus.CONTENT_TOO_LARGE)
    return _bare("errors/400.html", HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not for this."""
    del exception
    return page(request, "errors/403.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: not there, or not yours; the two look alike."""
    del exception
    return page(request, "errors/404.html", status=HTTPStatus.NOT_FOUND)


def method_not_allowed(*, allowed: str) -> HttpResponse:
    """405: the address of a button, opened as a page."""
    answer = _bare("errors/405.html", HTTPStatus.METHOD_NOT_ALLOWED)
    answer["Allow"] = allowed
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was not one of ours, or was shown before the last sign-in."""
    del request, reason
    return _bare("errors/csrf.html", HTTPStatus.FORBIDDEN)


def unsupported_media_type() -> HttpResponse:
    """415: nothing that a page of ours could have sent."""
    return _bare("errors/415.html", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def too_many_requests(*, seconds: int) -> HttpResponse:
    """429: more than a person can ask for in a minute.

    Args:
        seconds: until the next may come.
    """
    answer = _bare("errors/429.html", HTTPStatus.TOO_MANY_REQUESTS, seconds=seconds)
    answer["Retry-After"] = str(seconds)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a defect of ours; 503: the database was lost on the way, or could not confirm what it saved.

    Django calls this while it handles the exception. A form that is sent again takes effect once, whether it
    did the first time or not: its key tells.
    """
    trouble = sys.exception()
    if not is_passing(trouble):
        return _bare("errors/500.html", HTTPStatus.INTERNAL_SERVER_ERROR)
    answer = _bare(
        "errors/503.html",
        HTTPStatus.SERVICE_UNAVAILABLE,
        is_unconfirmed=isinstance(trouble, Unconfirmed),
        is_form=request.method not in SAFE,
    )
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _bare(template: str, status: HTTPStatus, **values: object) -> HttpResponse:
    """A page that asks nobody who is signed in, and so needs neither the database nor the cache."""
    current = settings.current()
    context = {
        "brand": current.brand,
        "service_name": current.service_name,
        "request_id": logs.request_id.get(),
        **values,
    }
    return HttpResponse(render_to_string(template, context), status=status)
