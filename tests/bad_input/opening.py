"""How a form is opened for the person who may send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.urls import reverse

from tests.bad_input.browser import Browser, Door, Sent
from tests.documents.samples import sample
from tests.factories import fresh

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from correspondence.cases.models import Case

MANAGER, DISCLOSURE, PRESS, RESPONDER, COLLEAGUE = (
    "Bea Manager",
    "Dora Disclosure",
    "Pete Press",
    "Rhys Responder",
    "Rina Responder",
)
PDF = (Sent("Answer.pdf", sample("pdf")),)

OPENED: dict[str, Callable[[], Door]] = {}
"""All doors by their names, in the order in which their modules were loaded."""


def door(name: str) -> Callable[[Callable[[], Door]], Callable[[], Door]]:
    """Keep a door under its name: that of its address, and where it asks other questions, a dot and which."""

    def keep(make: Callable[[], Door]) -> Callable[[], Door]:
        OPENED[name] = make
        return make

    return keep


def boxes(name: str, day: date) -> dict[str, Any]:
    """A date in its three boxes."""
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def about(
    case: Case,
    address: str,
    who: str,
    /,
    *,
    files: tuple[Sent, ...] = (),
    query: str = "",
    arguments: tuple[int, ...] = (),
    **answers: Any,
) -> Door:
    """A form about a case, with its key and the version that it shows."""
    case = fresh(case)
    return Door(
        Browser(who),
        reverse(address, args=[case.pk, *arguments]) + query,
        {"form_key": str(uuid4()), "version": str(case.version), **answers},
        case,
        files,
    )


def elsewhere(who: str, address: str, **answers: Any) -> Door:
    """A form that is about no case."""
    return Door(Browser(who), address, {"form_key": str(uuid4()), "version": "", **answers})


def stranger(address: str, **answers: Any) -> Door:
    """A form for somebody who is not signed in."""
    return Door(Browser(), address, answers)
