"""Every page asks for signing in, unless it is marked as public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.shortcuts import redirect
from django.urls import reverse

from correspondence.pages import notices
from correspondence.pages.access import is_public
from correspondence.pages.middleware.session import ENDED

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

WHY_SIGNED_OUT = {
    "idle": "You were signed out because nothing happened for an hour. Sign in to carry on.",
    "age": "You were signed out because you had been signed in for 12 hours. Sign in to carry on.",
}


class SignInRequiredMiddleware:
    """Sends whoever is not signed in to the sign-in page, and from there back to where they wanted to go.

    Only the address of a page is kept: what was sent to be changed would have to be sent again.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Django calls this once the view is known."""
        if is_public(view) or request.user.is_authenticated:
            return None
        if why := getattr(request, ENDED, ""):
            notices.alert(request, WHY_SIGNED_OUT[why])
        address = reverse("sign_in")
        if request.method in ("GET", "HEAD") and request.path != "/":
            address += "?" + urlencode({"next": request.get_full_path()})
        return redirect(address)
