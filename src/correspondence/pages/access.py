"""Which pages can be opened without signing in: those marked here, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponseBase

MARK = "open_to_everybody"


def public[**P, R: HttpResponseBase](view: Callable[P, R]) -> Callable[P, R]:
    """Open a view to people who are not signed in. Decorators that copy a view's attributes keep the mark."""
    vars(view)[MARK] = True
    return view


def is_public(view: Callable[..., object]) -> bool:
    """Whether a view is open to people who are not signed in."""
    return bool(getattr(view, MARK, False))
