"""Signing in and out, and the ways back in."""

from __future__ import annotations

import time
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.organisation.actions import sign_in as actions
from correspondence.organisation.links import DeadLink
from correspondence.organisation.models import User
from correspondence.pages import notices, sessions
from correspondence.pages.access import public
from correspondence.pages.forms.base import PlainForm
from correspondence.pages.forms.sign_in import ForgottenPassword, NewPassword, SignIn
from correspondence.pages.navigation import landing_page
from correspondence.pages.render import form_page, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest, HttpResponse

NOT_SIGNED_IN = (
    "The email address and password do not match an account, or the account is locked. "
    "After 4 wrong passwords an account is locked for an hour."
)
RESET_SENT = (
    "If that address belongs to an account, a link to choose a new password is on its way to it. "
    "The link works once, within 6 hours."
)
_RESET = "password_reset"
"""Where the session keeps a reset link, so that it is in no address that a page could pass on."""

FORGOTTEN_TAKES_SECONDS = 0.25


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. Every failure is told in the same words."""
    wanted = _own_address(request.POST.get("next") or request.GET.get("next") or "")
    if isinstance(request.user, User) and request.method != "POST":
        return redirect(wanted or "home")
    form = SignIn(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = clock.actual_now()
        person = actions.attempt(
            email=form.cleaned_data["email"], password=form.cleaned_data["password"], now=now
        )
        if person is not None:
            sessions.enter(request, person, now=now)
            return redirect(wanted or landing_page(person))
        form.add_error(None, NOT_SIGNED_IN)
    return form_page(request, "sign_in/sign_in.html", form, {"next": wanted})


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session.

    Pages are sent with ``no-store`` and the cookie changes here, so that going back shows nothing;
    ``Clear-Site-Data`` would add only the loss of styles and scripts, which hold nothing personal.
    """
    if isinstance(request.user, User):
        actions.signed_out(person=request.user)
        sessions.leave(request)
        notices.success(request, "You are signed out.")
    return redirect("sign_in")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer is the same for every address, in words and in time."""
    form = ForgottenPassword(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with _no_sooner_than(FORGOTTEN_TAKES_SECONDS):
            actions.request_password_reset(email=form.cleaned_data["email"], now=clock.actual_now())
        notices.success(request, RESET_SENT)
        return redirect("sign_in")
    return form_page(request, "sign_in/forgotten_password.html", form, {"back": _to_sign_in()})


@public
@require_safe
def reset_link(request: HttpRequest, person_id: int, token: str) -> HttpResponse:
    """Where a mailed link arrives: it is put into the session, out of the address, and leads on."""
    if not actions.can_reset(person_id=person_id, token=token):
        return _dead_link(request)
    request.session[_RESET] = [person_id, token]
    return redirect("new_password")


@public
@sensitive_post_parameters("password", "confirmation")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Choose a new password, and be signed in with it."""
    link = request.session.get(_RESET)
    if not link or not actions.can_reset(person_id=link[0], token=link[1]):
        return _dead_link(request)
    form = NewPassword(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = clock.actual_now()
        try:
            person = actions.reset_password(
                person_id=link[0], token=link[1], password=form.cleaned_data["password"]
            )
        except DeadLink:
            return _dead_link(request)
        except Refused as refusal:
            form.add_refusal(refusal)
        else:
            sessions.enter(request, person, now=now)
            notices.success(request, "Your password is changed, and you are signed in.")
            return redirect(landing_page(person))
    return form_page(request, "sign_in/new_password.html", form)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    """Where an unlock link arrives. Mail scanners open links, so only the button changes something."""
    now = clock.actual_now()
    if request.method == "POST":
        try:
            actions.unlock(token=token, now=now)
        except DeadLink:
            return _dead_unlock(request)
        notices.success(request, "Your account is unlocked. You can sign in now.")
        return redirect("sign_in")
    if not actions.can_unlock(token=token, now=now):
        return _dead_unlock(request)
    return page(request, "sign_in/unlock.html", {"form": PlainForm()})


def _own_address(address: str) -> str:
    """An address of a page of ours, without a host; anything else is dropped."""
    is_path = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_path else ""


def _dead_link(request: HttpRequest) -> HttpResponse:
    request.session.pop(_RESET, None)
    return page(request, "sign_in/dead_link.html", status=HTTPStatus.GONE)


def _dead_unlock(request: HttpRequest) -> HttpResponse:
    return page(request, "sign_in/dead_unlock.html", status=HTTPStatus.GONE)


def _to_sign_in() -> dict[str, str]:
    return {"href": reverse("sign_in"), "text": "Back to sign in"}


@contextmanager
def _no_sooner_than(seconds: float) -> Iterator[None]:
    """Take this long at least, so that the time tells nothing of what was done."""
    until = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, until - time.monotonic()))
