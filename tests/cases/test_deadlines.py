"""The dates of a case: extended, taken back, and counted anew from another day of receipt."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from correspondence.cases.actions import closing, deadlines, editing
from correspondence.core import clock
from correspondence.core.errors import Invalid, Refused
from correspondence.rulebook import loader, working_days
from correspondence.rulebook.actions import publish_edition
from correspondence.rulebook.closure import Answers
from tests.factories import FoiCase, Request, acting, fresh, unit

if TYPE_CHECKING:
    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db


def extend(case: Case, until: date, **more: Any) -> Case:
    given: dict[str, Any] = {
        "reason": "Prices are being weighed.",
        "exemption": "s43",
        "notice_date": clock.today(),
        "second_reason": "",
    } | more
    return deadlines.extend_for_pit(
        case_id=case.pk,
        until=until,
        acting=acting(fresh(case), "Bea Manager", "extend_for_pit"),
        now=clock.now(),
        **given,
    )


def edit(case: Case, received: date, **more: Any) -> Case:
    return editing.edit_case(
        case_id=case.pk,
        case_type=case.case_type,
        details=Request(received=received),
        draft_compliant_date=more.pop("draft_compliant_date", None),
        acting=acting(fresh(case), "Bea Manager", "edit_case"),
        now=clock.now(),
        **more,
    )


def test_an_extension_moves_the_final_deadline_alone_and_its_removal_brings_it_back() -> None:
    case = FoiCase(state="drafting")
    stood = (case.final_deadline, case.draft_deadline, case.escalation_deadline)
    until = case.final_deadline + timedelta(days=7)
    extended = extend(case, until)
    assert (extended.final_deadline, extended.statutory_deadline) == (until, stood[0])
    assert (extended.draft_deadline, extended.pit_extended) == (stood[1], True)
    extend(case, until + timedelta(days=7), second_reason="Ministers were away.")
    deadlines.remove_pit_extension(
        case_id=case.pk, acting=acting(fresh(case), "Bea Manager", "remove_pit_extension"), now=clock.now()
    )
    case = fresh(case)
    assert (case.final_deadline, case.draft_deadline, case.escalation_deadline) == stood
    assert not case.pit_extended
    assert case.pit_extensions.filter(removed_at__isnull=True).count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": 0}, "until"),
        ({"until": -1}, "until"),
        ({"until": 60}, "until"),
        ({"reason": " "}, "reason"),
        ({"exemption": "s21"}, "exemption"),
        ({"exemption": ""}, "exemption"),
        ({"exemption": "no such"}, "exemption"),
        ({"notice_date": None}, "notice_date"),
        ({"notice_date": "tomorrow"}, "notice_date"),
    ],
)
def test_what_an_extension_needs(change: dict[str, Any], field: str) -> None:
    case = FoiCase(state="drafting")
    until = case.final_deadline + timedelta(days=change.pop("until", 7))
    if change.get("notice_date") == "tomorrow":
        change["notice_date"] = clock.today() + timedelta(days=1)
    with pytest.raises(Refused) as refusal:
        extend(case, until, **change)
    assert refusal.value.field == field
    assert not fresh(case).pit_extended


def test_a_review_is_extended_without_an_exemption() -> None:
    case = FoiCase(state="drafting", case_type="foi_compliance_review")
    extended = extend(case, case.final_deadline + timedelta(days=7), exemption="", notice_date=None)
    assert extended.pit_extended


def test_a_notice_after_the_statutory_date_is_recorded_as_late() -> None:
    case = FoiCase(state="drafting", received=clock.today() - timedelta(days=60))
    extend(case, case.final_deadline + timedelta(days=7))
    assert case.pit_extensions.get().late_notice


def test_another_day_of_receipt_moves_draft_and_final_and_never_the_window() -> None:
    case = FoiCase(state="drafting")
    earlier = case.received_date - timedelta(days=7)
    edited = edit(case, earlier)
    assert edited.final_deadline < case.final_deadline
    assert edited.statutory_deadline == edited.final_deadline
    assert edited.draft_deadline < case.draft_deadline
    assert edited.escalation_deadline == case.escalation_deadline
    assert edited.number == case.number
    assert case.transitions.get(event="edit_case").data["changed"] == ["received_date"]


def test_an_extension_that_still_fits_stays_when_the_day_of_receipt_moves() -> None:
    case = FoiCase(state="drafting")
    until = case.final_deadline + timedelta(days=7)
    extend(case, until)
    edited = edit(case, case.received_date - timedelta(days=7))
    assert edited.final_deadline == until
    assert edited.statutory_deadline < case.statutory_deadline


def test_one_that_does_not_fit_any_more_is_asked_about() -> None:
    case = FoiCase(state="drafting")
    until = case.final_deadline + timedelta(days=21)
    extend(case, until)
    earlier = case.received_date - timedelta(days=60)
    with pytest.raises(editing.AsksForExtension) as asked:
        edit(case, earlier)
    assert fresh(case).received_date == case.received_date
    edited = edit(case, earlier, pit=editing.PitChoice("new_date", asked.value.latest))
    assert (edited.received_date, edited.final_deadline) == (earlier, asked.value.latest)
    removed = edit(case, earlier - timedelta(days=60), pit=editing.PitChoice("remove"))
    assert (removed.pit_extended, removed.final_deadline) == (False, removed.statutory_deadline)


@pytest.mark.parametrize("days", [1, -366])
def test_a_day_of_receipt_to_come_or_too_old_is_refused(days: int) -> None:
    case = FoiCase(state="drafting")
    with pytest.raises(Invalid) as refusal:
        edit(case, clock.today() + timedelta(days=days))
    assert refusal.value.problems[0][0] == "received_date"


def test_an_edit_that_changes_nothing_is_refused_and_leaves_no_trace() -> None:
    case = FoiCase(state="drafting")
    with pytest.raises(Refused, match="No changes"):
        edit(case, case.received_date)
    assert not case.transitions.filter(event="edit_case").exists()


def test_the_working_leads_to_the_stored_dates() -> None:
    case = FoiCase(state="drafting")
    working = deadlines.working_of(case)
    assert working.agrees
    assert (working.final.date, working.draft.date) == (case.final_deadline, case.draft_deadline)
    assert working.escalation.date == case.escalation_deadline
    extend(case, case.final_deadline + timedelta(days=7))
    assert deadlines.working_of(fresh(case)).agrees


def test_the_compliant_date_lies_between_receipt_and_response() -> None:
    case = FoiCase(state="responded", workflow="trigger")
    assert case.draft_compliant_date is not None
    for wrong in (case.received_date - timedelta(days=1), clock.today() + timedelta(days=1), None):
        with pytest.raises(Invalid) as refusal:
            edit(case, case.received_date, draft_compliant_date=wrong)
        assert refusal.value.problems[0][0] == "draft_compliant_date"
    edited = edit(case, case.received_date, draft_compliant_date=case.received_date)
    assert edited.draft_compliant_date == case.received_date


def test_the_history_tells_what_an_edit_did_to_the_final_deadline() -> None:
    case = FoiCase(state="drafting")
    extend(case, case.final_deadline + timedelta(days=7))
    before = fresh(case).final_deadline
    edited = edit(case, case.received_date - timedelta(days=60), pit=editing.PitChoice("remove"))
    told = case.transitions.get(event="edit_case").data
    assert told["final_deadline_moved"] == [before.isoformat(), edited.final_deadline.isoformat()]
    assert told["extension_removed"] is True
    assert case.pit_extensions.get().removed_at is not None


def test_an_answer_that_was_in_time_after_all_has_no_late_team() -> None:
    case = FoiCase(state="responded", received=clock.today() - timedelta(days=40))
    closing.close_case(
        case_id=case.pk,
        answers=Answers(
            response_date=clock.today(),
            information_held="held",
            outcome="granted",
            late_team_id=unit("Unit A").pk,
        ),
        acting=acting(case, "Bea Manager", "close"),
        now=clock.now(),
    )
    assert fresh(case).late_team == unit("Unit A")
    assert edit(case, case.received_date + timedelta(days=1)).late_team == unit("Unit A")
    assert edit(case, clock.today() - timedelta(days=3)).late_team is None


def test_past_forty_working_days_a_second_reason_is_asked_for_and_kept() -> None:
    case = FoiCase(state="drafting")
    extend(case, case.final_deadline + timedelta(days=20))
    until = fresh(case).final_deadline + timedelta(days=20)
    with pytest.raises(Refused) as refusal:
        extend(case, until)
    assert refusal.value.field == "second_reason"
    extend(case, until, second_reason="Ministers were away.")
    newest = case.pit_extensions.order_by("-pk").first()
    assert newest is not None
    assert newest.long_reason == "Ministers were away."


def test_a_second_notice_is_late_by_the_statutory_date_and_not_by_the_extended_one() -> None:
    case = FoiCase(state="drafting", received=clock.today() - timedelta(days=35))
    assert case.statutory_deadline < clock.today()
    extend(case, clock.today() + timedelta(days=10), notice_date=case.statutory_deadline)
    extend(case, clock.today() + timedelta(days=12), notice_date=clock.today())
    assert [one.late_notice for one in case.pit_extensions.order_by("pk")] == [False, True]


def test_a_case_keeps_the_edition_under_which_it_began() -> None:
    case = FoiCase(state="drafting")
    bound = loader.edition(case.edition_id)
    first, *others = bound.clocks.clocks
    longer = first.model_copy(
        update={"final": first.final.model_copy(update={"working_days": first.final.working_days + 5})}
    )
    clocks = bound.clocks.model_copy(update={"clocks": (longer, *others)})
    publish_edition(
        bound=bound.model_copy(update={"clocks": clocks}),
        publisher_id=None,
        publisher_name="A test",
        now=clock.actual_now(),
    )
    later = FoiCase(received=case.received_date)
    assert later.edition_id != case.edition_id
    assert later.final_deadline > case.final_deadline
    assert later.draft_deadline == case.draft_deadline
    # Editing, extending and the working of the older case go by its own clock still.
    edited = edit(case, case.received_date - timedelta(days=1))
    assert edited.edition_id == case.edition_id
    assert edited.final_deadline <= case.final_deadline
    assert deadlines.working_of(edited).agrees
    assert deadlines.working_of(later).agrees
    until = working_days.moved_on(20, edited.final_deadline, loader.current().holidays.united_kingdom())
    assert extend(edited, until).final_deadline == until
