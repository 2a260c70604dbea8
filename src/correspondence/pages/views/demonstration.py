"""What only a demonstration has: moving the date of case work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from correspondence.cases.actions import date_of_case_work as actions
from correspondence.core import clock, settings
from correspondence.core.errors import Refused
from correspondence.core.formats import long_date
from correspondence.pages import notices
from correspondence.pages.forms.demonstration import MoveDate
from correspondence.pages.render import form_page
from correspondence.pages.signed_in import signed_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STEPS = (1, 4, 20)
"""Working days on: one, past the sensitivity window of a request received today, and to its deadline."""


@require_http_methods(["GET", "HEAD", "POST"])
def move_date(request: HttpRequest) -> HttpResponse:
    """Move the date of case work forwards, for everybody."""
    if not settings.current().movable_date:
        raise Http404
    today = clock.today()
    steps = {days: actions.working_days_on(days, today=today) for days in STEPS}
    # The date is the version of this page: sent twice, "one working day on" must not be two.
    version = today.toordinal()
    form = MoveDate(
        request.POST if request.method == "POST" else None, steps=steps, initial={"version": version}
    )
    if request.method == "POST" and form.is_valid():
        if form.shown_version not in (None, version):
            notices.alert(request, f"The date was moved since the page was shown: it is {long_date(today)}.")
            return redirect("move_date")
        try:
            moved = actions.move_date(to=form.chosen, acting_user=signed_in(request))
        except Refused as refusal:
            form.add_refusal(refusal)
        else:
            notices.success(request, f"Case work is now on {long_date(moved)}.")
            return redirect("move_date")
    context = {"actual_date": clock.london_date(clock.actual_now()), "last_year": actions.last_date()}
    return form_page(request, "demonstration/move_date.html", form, context)
