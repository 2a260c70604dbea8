"""What a button of the list of new cases did, told on the list, with a button that takes it back.

The page that did it calls ``done``. Where scripts run, the answer is data and the row itself tells it
(``new-cases.js``); otherwise the list is shown again and tells it at the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.models import Case

LIST = "incoming_cases"
_KEPT = "done_to_new_case"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to a case in the list.

    Attributes:
        words: what to say, with the number of the case.
        undo: the name of the address that takes it back, if it can be taken back.
    """

    words: str
    undo: str | None


DEEDS = {
    "take_case_on": Deed("You have taken case {number} on.", "undo_take_case_on"),
    "undo_take_case_on": Deed("Case {number} is back among the new cases.", None),
    "de_escalate": Deed("Case {number} needs no clearance by your team any more.", "undo_de_escalate"),
    "undo_de_escalate": Deed("Case {number} needs clearance by your team again.", None),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the list tells: the words, and where to send the form that takes it back."""

    words: str
    undo_url: str | None
    version: int


def done(request: HttpRequest, case: Case, deed: str) -> HttpResponse:
    """The answer once a button of the list has done something.

    Args:
        request: from one of the list's rows.
        case: to which it was done.
        deed: the name of the address that did it.
    """
    # The form that takes it back carries the version as it is now.
    case.refresh_from_db(fields=["version"])
    told = _told(case.pk, case.number, case.version, deed)
    if request.headers.get("Accept") == "application/json":
        stamp = {"form_key": str(uuid4()), "version": told.version}
        undo = {"action": told.undo_url, **stamp} if told.undo_url else None
        return JsonResponse({"words": told.words, "undo": undo, "again": None if undo else stamp})
    request.session[_KEPT] = [case.pk, case.number, case.version, deed]
    return redirect(LIST)


def take(request: HttpRequest) -> Told | None:
    """What was last done from the list, once: the list shows it and it is forgotten."""
    kept = request.session.pop(_KEPT, None)
    return _told(*kept) if kept else None


def _told(pk: int, number: str, version: int, deed: str) -> Told:
    meant = DEEDS[deed]
    return Told(
        meant.words.format(number=number), reverse(meant.undo, args=[pk]) if meant.undo else None, version
    )
