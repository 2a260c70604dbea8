"""One form, one action: how a page lets an event happen, and how it says what stood in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from correspondence.cases import access, queries
from correspondence.cases.acting import FormStamp
from correspondence.core.errors import AlreadyDone, Invalid, OutOfDate, Refused
from correspondence.pages import notices
from correspondence.pages.people import person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from correspondence.cases.acting import Acting
    from correspondence.cases.models import Case
    from correspondence.pages.forms.base import Form

SPENT = (
    "This form was already sent for something else, so nothing was done. Check what it says, then try again."
)

ALIKE = {
    "approve_and_bypass": "approve",
    "upload_response_approve_and_bypass": "upload_response_and_approve",
}
"""Events of one page, of which an answer chooses one: sent again, the page may not ask for it any more."""

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
"""For an address that shows a form and takes it."""


def case_for(request: HttpRequest, pk: int) -> Case:
    """The case, if this person may open it; otherwise there is no such page."""
    return get_object_or_404(access.visible_to(person(request)).select_related("creator", "late_team"), pk=pk)


def stamp_of(form: Form) -> FormStamp:
    """The key and the version that a valid form carried."""
    return FormStamp(form.key, form.shown_version)


def closed_way(request: HttpRequest, case: Case, event: str) -> HttpResponse | None:
    """Back to the case with the reason, when this person cannot do this now; None when they can.

    For pages that open a form: somebody else may have moved the case on since the button was shown.
    """
    why = access.why_not(case, person(request), event)
    if why is None or sent_before(request, case.pk):
        return None
    notices.alert(request, why)
    return redirect("case", case.pk)


def sent_before(request: HttpRequest, pk: int, event: str = "") -> bool:
    """Whether this very form was sent before, and did its work on this case: it is shown the first result.

    Args:
        event: what it did; anything unless given.
    """
    try:
        key = UUID(request.POST.get("form_key", ""))
    except ValueError:
        return False
    done = queries.done_by(key)
    return done is not None and done.case_id == pk and (not event or _is_alike(done.event, event))


def _is_alike(one: str, other: str) -> bool:
    return ALIKE.get(one, one) == ALIKE.get(other, other)


def perform(
    request: HttpRequest,
    case: Case,
    form: Form,
    event: str,
    act: Callable[[Acting, FormStamp], object],
    *,
    back: str | None = None,
) -> HttpResponse | bool:
    """Let an event happen once.

    Args:
        form: valid; it receives a refusal that belongs beside one of its fields.
        act: called with who acts and with the form's key and version; it calls one action.
        back: where to go when the event is not possible any more; the case unless given.

    Returns:
        True when it happened (or had happened: the same form was sent before); False when the form
        has to be shown again; an answer when there is nothing left to do but to say why.
    """
    target = back or "case"
    to = redirect(target, case.pk) if target == "case" else redirect(target)
    try:
        _once(request, case, stamp_of(form), event, act)
    except OutOfDate as refusal:
        since = "; ".join(refusal.changes)
        notices.alert(
            request, f"{refusal}{f' Since then: {since}.' if since else ''} Check the case, then try again."
        )
        return to
    except Invalid as refusal:
        form.add_problems(refusal.problems)
        return False
    except Refused as refusal:
        if refusal.field in form.fields:
            form.add_refusal(refusal)
            return False
        notices.alert(request, str(refusal))
        return to
    return True


def _once(
    request: HttpRequest,
    case: Case,
    stamp: FormStamp,
    event: str,
    act: Callable[[Acting, FormStamp], object],
) -> None:
    """Call the action, unless this form has had it done.

    Raises:
        Refused: the form was sent before and did something else; or the action refuses.
    """
    if _is_done(case, stamp, event):
        return
    try:
        act(access.acting_on(case, person(request), event=event), stamp)
    except AlreadyDone:
        _is_done(case, stamp, event)
    except Refused:
        # Sent twice at once: what stands in the way may be that the first sending is through by now.
        if not _is_done(case, stamp, event):
            raise


def _is_done(case: Case, stamp: FormStamp, event: str) -> bool:
    done = queries.done_by(stamp.form_key) if stamp.form_key else None
    if done and not (done.case_id == case.pk and _is_alike(done.event, event)):
        raise Refused(SPENT)
    return done is not None


def carry_out(
    request: HttpRequest,
    case: Case,
    form: Form,
    event: str,
    act: Callable[[Acting, FormStamp], object],
    *,
    said: str | Callable[[], str],
    to: str = "case",
) -> HttpResponse | None:
    """Let an event happen once and lead on; None when the form has to be shown, first or again.

    Args:
        said: what the notice says once it has happened.
        to: where it leads: the case, or the name of another page.
    """
    if request.method != "POST":
        return None
    there = redirect(to, case.pk) if to == "case" else redirect(to)
    if not form.is_valid():
        # What was chosen the first time may be no choice any more.
        return there if sent_before(request, case.pk, event) else None
    done = perform(request, case, form, event, act)
    if done is not True:
        return None if done is False else done
    notices.success(request, said if isinstance(said, str) else said())
    return there
