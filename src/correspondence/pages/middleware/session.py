"""How long a session may last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.core import clock, logs
from correspondence.organisation.actions import sign_in
from correspondence.organisation.models import User
from correspondence.pages import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

WITHOUT_SESSION = ("/healthz/", "/ping")
"""Health checks answer without looking at a cookie: they must do so when the database is away."""

ENDED = "session_ended"
"""The attribute of a request whose session had to end, for the page to say why: ``idle`` or ``age``."""


class SessionAgeMiddleware:
    """Ends a session that has been idle for an hour, or has lasted twelve."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(WITHOUT_SESSION):
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        person = request.user
        if not isinstance(person, User):
            return
        now = clock.actual_now()
        if why := sessions.too_old(request, now=now):
            sign_in.signed_out(person=person, why=why)
            sessions.leave(request)
            vars(request)[ENDED] = why
            return
        sessions.note_request(request, now=now)
        logs.user_id.set(person.pk)
