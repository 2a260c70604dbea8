"""The days that count are London's, and the last day of a window or a deadline still counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from correspondence.cases import access
from correspondence.cases.actions import clearing, closing, creating, deadlines, editing, responding
from correspondence.cases.models import Case, NumberCounter
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.rulebook import closure
from tests.factories import FoiCase, Request, acting, fresh, person

pytestmark = pytest.mark.django_db

LOGGED = datetime(2026, 6, 9, 9, tzinfo=UTC)
"""A Tuesday in summer: the window is over after Friday 12 June."""


def create(received: date | None = None) -> Case:
    return creating.create_case(
        case_type="foi",
        details=Request(received=received),
        flag_for_disclosure=False,
        request_files=0,
        user=person("Bea Manager"),
        now=clock.now(),
    )


def drafting() -> Case:
    """A case logged on that Tuesday, its draft being written."""
    return FoiCase(state="drafting", in_window=True)


@pytest.mark.parametrize(
    ("moment", "open_still"),
    [
        (datetime(2026, 6, 12, 22, 59, 59, tzinfo=UTC), True),  # 23:59:59 on Friday, by a London clock
        (datetime(2026, 6, 12, 23, 0, 0, tzinfo=UTC), False),  # midnight there
    ],
)
def test_the_window_is_open_to_the_end_of_its_last_day_in_london(
    *, moment: datetime, open_still: bool
) -> None:
    with time_machine.travel(LOGGED, tick=False):
        case = drafting()
    assert case.escalation_deadline == date(2026, 6, 12)
    with time_machine.travel(moment, tick=False):
        words = access.why_not(fresh(case), person("Rhys Responder"), "add_responses")
    assert (words is not None) is open_still
    assert words is None or "12 Jun 2026" in words


def test_a_request_logged_after_midnight_in_london_belongs_to_the_new_day() -> None:
    with time_machine.travel(datetime(2026, 6, 8, 23, 30, tzinfo=UTC), tick=False):
        case = create()
    assert (case.received_date, case.number) == (date(2026, 6, 9), "260609001")
    assert case.escalation_deadline == date(2026, 6, 12)
    with time_machine.travel(datetime(2026, 1, 13, 23, 30, tzinfo=UTC), tick=False):
        assert create().number == "260113001"


def test_the_day_of_a_response_may_be_today_as_soon_as_london_has_it() -> None:
    with time_machine.travel(LOGGED, tick=False):
        case = FoiCase(state="drafting", in_window=True)
    for moment, allowed in (
        (datetime(2026, 6, 15, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 15, 23, 0, tzinfo=UTC), True),
    ):
        with time_machine.travel(moment, tick=False):
            problems = list(
                closure.date_faults(date(2026, 6, 16), case=closing.closing_case(case), today=clock.today())
            )
        assert (not problems) is allowed


def test_asking_for_further_clearance_counts_from_that_day_in_london() -> None:
    with time_machine.travel(LOGGED, tick=False):
        case = drafting()
    with time_machine.travel(datetime(2026, 6, 16, 23, 30, tzinfo=UTC), tick=False):  # Wednesday there
        clearing.request_further_clearance(
            case_id=case.pk, acting=acting(case, "Bea Manager", "request_further_clearance"), now=clock.now()
        )
    case = fresh(case)
    assert case.escalation_deadline == date(2026, 6, 22)
    working = deadlines.working_of(case)
    assert working.agrees
    assert working.escalation.date == case.escalation_deadline


def test_the_working_agrees_after_everything_that_moves_a_date() -> None:
    case = FoiCase(state="drafting")
    clearing.request_further_clearance(
        case_id=case.pk, acting=acting(case, "Bea Manager", "request_further_clearance"), now=clock.now()
    )
    assert deadlines.working_of(fresh(case)).agrees
    deadlines.extend_for_pit(
        case_id=case.pk,
        until=case.final_deadline + timedelta(days=7),
        reason="Prices are being weighed.",
        exemption="s43",
        notice_date=clock.today(),
        second_reason="",
        acting=acting(case, "Bea Manager", "extend_for_pit"),
        now=clock.now(),
    )
    assert deadlines.working_of(fresh(case)).agrees
    editing.edit_case(
        case_id=case.pk,
        case_type="foi",
        details=Request(received=case.received_date - timedelta(days=3)),
        draft_compliant_date=None,
        acting=acting(case, "Bea Manager", "edit_case"),
        now=clock.now(),
    )
    assert deadlines.working_of(fresh(case)).agrees
    Case.objects.filter(pk=case.pk).update(draft_deadline=case.draft_deadline + timedelta(days=30))
    assert not deadlines.working_of(fresh(case)).agrees


def test_a_number_keeps_the_day_on_which_it_was_given_and_is_never_given_again() -> None:
    today = clock.today()
    first, earlier = create(), today - timedelta(days=7)
    editing.edit_case(
        case_id=first.pk,
        case_type="foi",
        details=Request(received=earlier),
        draft_compliant_date=None,
        acting=acting(first, "Bea Manager", "edit_case"),
        now=clock.now(),
    )
    assert fresh(first).number == f"{today:%y%m%d}001"
    assert create(earlier).number == f"{earlier:%y%m%d}001"
    second = create()
    assert second.number == f"{today:%y%m%d}002"
    editing.destroy_case(
        case_id=second.pk,
        reason="Logged twice.",
        acting=acting(second, "Bea Manager", "destroy_case"),
        now=clock.now(),
    )
    assert create().number == f"{today:%y%m%d}003"


def test_past_the_thousandth_case_of_a_day_the_number_grows_longer() -> None:
    create()
    NumberCounter.objects.filter(received_date=clock.today()).update(last=999)
    assert create().number == f"{clock.today():%y%m%d}1000"


def test_no_day_of_a_response_to_come() -> None:
    case = FoiCase(state="awaiting_dispatch")
    with pytest.raises(Refused) as refusal:
        responding.respond(
            case_id=case.pk,
            response_date=clock.today() + timedelta(days=1),
            acting=acting(case, "Rhys Responder", "respond"),
            now=clock.now(),
        )
    assert refusal.value.field == "response_date"
