"""Pages as answers to requests."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from correspondence.pages.forms.base import PlainForm


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """A page from a template and what it shows."""
    return render(request, template, dict(context or {}), status=status)


def form_page(
    request: HttpRequest, template: str, form: PlainForm, context: Mapping[str, Any] | None = None
) -> HttpResponse:
    """A page with a form: as it is first shown, or again with what is wrong (then with status 422)."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    return page(request, template, {**(context or {}), "form": form}, status=status)
