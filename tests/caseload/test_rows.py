"""What a row tells: flag, deadlines, state, who has the case, and whether a message waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from correspondence.caseload import rows
from correspondence.cases.actions import clearing, messaging
from correspondence.core import clock
from tests import statements
from tests.factories import FoiCase, acting, fresh, message, person

if TYPE_CHECKING:
    from correspondence.cases.models import Case

pytestmark = pytest.mark.django_db


def row(case: Case, name: str = "Bea Manager") -> rows.Row:
    (found,) = rows.rows([case.pk], viewer=person(name), today=clock.today())
    return found


@pytest.mark.parametrize(
    ("state", "workflow", "shown"),
    [
        ("unassigned", "standard", "Disclosure BMT"),
        ("awaiting_responder", "standard", "Unit A"),
        ("drafting", "standard", "Unit A"),
        ("pending_dacu_clearance", "trigger", "Disclosure"),
        ("pending_press_office_clearance", "full_approval", "Press Office"),
        ("pending_private_office_clearance", "full_approval", "Private Office"),
        ("awaiting_dispatch", "standard", "Unit A"),
        ("responded", "standard", "Disclosure BMT"),
        ("closed", "standard", ""),
    ],
)
def test_who_a_case_is_with(state: str, workflow: str, shown: str) -> None:
    assert row(FoiCase(state=state, workflow=workflow)).holder == shown


@pytest.mark.parametrize(
    ("state", "workflow", "viewer", "shown"),
    [
        ("awaiting_responder", "standard", "Rina Responder", "Unit A"),
        ("drafting", "standard", "Rina Responder", "Rhys Responder"),
        ("drafting", "standard", "Dora Disclosure", "Unit A"),
        ("pending_dacu_clearance", "trigger", "Dan Disclosure", "Dora Disclosure"),
        ("pending_dacu_clearance", "trigger", "Rhys Responder", "Disclosure"),
        ("pending_press_office_clearance", "full_approval", "Pete Press", "Pete Press"),
    ],
)
def test_the_team_sees_which_of_its_people_has_the_case(
    state: str, workflow: str, viewer: str, shown: str
) -> None:
    assert row(FoiCase(state=state, workflow=workflow), viewer).holder == shown


def test_the_draft_deadline_is_told_of_cases_that_are_cleared() -> None:
    plain, flagged = FoiCase(), FoiCase(workflow="trigger", taken_on=False)
    assert (row(plain).draft_deadline, row(plain).is_trigger) == (None, False)
    assert (row(flagged).draft_deadline, row(flagged).is_trigger) == (flagged.draft_deadline, True)


def test_a_row_says_whether_the_case_is_in_time() -> None:
    case = FoiCase(state="drafting")
    for days, in_time in ((0, True), (1, False)):
        today = case.final_deadline + timedelta(days=days)
        (found,) = rows.rows([case.pk], viewer=person("Bea Manager"), today=today)
        assert found.in_time is in_time


def test_a_message_is_unread_until_the_person_has_seen_it() -> None:
    case = FoiCase(state="drafting")
    asked = message(case, "When will it be ready?")
    assert row(case, "Rhys Responder").unread
    assert not row(case, "Bea Manager").unread
    messaging.mark_seen(case=fresh(case), user=person("Rhys Responder"), up_to=asked.sort_key)
    assert not row(case, "Rhys Responder").unread


def test_rows_keep_the_order_asked_for_and_leave_out_what_has_gone() -> None:
    one, other = FoiCase(), FoiCase()
    found = rows.rows([other.pk, 0, one.pk], viewer=person("Bea Manager"), today=clock.today())
    assert [row.pk for row in found] == [other.pk, one.pk]


def test_rows_leave_the_letter_and_the_search_vector_where_they_are() -> None:
    case = FoiCase()
    with statements.counted() as asked:
        row(case)
    (read,) = [sql for sql in asked if 'FROM "cases_case"' in sql]
    assert '"message"' not in read
    assert '"search"' not in read


# --- new cases ------------------------------------------------------------------------------------


def new_case(case: Case, name: str) -> rows.NewCase:
    (found,) = rows.new_cases([case.pk], viewer=person(name), today=clock.today())
    return found


def test_disclosure_may_take_on_or_de_escalate_what_was_flagged() -> None:
    told = new_case(FoiCase(workflow="trigger", taken_on=False), "Dora Disclosure")
    assert (told.may_take_on, told.may_de_escalate) == (True, True)


def test_disclosure_may_not_de_escalate_while_other_offices_are_on_the_case() -> None:
    case = FoiCase(workflow="full_approval", taken_on=False)
    told = new_case(case, "Dora Disclosure")
    assert (told.may_take_on, told.may_de_escalate) == (True, False)


def test_the_press_office_may_take_a_case_on_and_no_more() -> None:
    told = new_case(FoiCase(in_window=True), "Pete Press")
    assert (told.may_take_on, told.may_de_escalate) == (True, False)


def test_a_long_letter_is_cut_and_a_short_one_is_not() -> None:
    assert new_case(FoiCase(message="Short.\n\nBut polite."), "Pete Press").excerpt == "Short. But polite."
    cut = new_case(FoiCase(message="word " * 200), "Pete Press").excerpt
    assert cut.endswith("word…")
    assert len(cut) <= rows.EXCERPT_CHARACTERS + 1


def test_a_row_says_who_asked_for_further_clearance() -> None:
    case = FoiCase(state="drafting", workflow="trigger")
    assert new_case(case, "Pete Press").further_clearance is None
    clearing.request_further_clearance(
        case_id=case.pk,
        acting=acting(case, "Bea Manager", "request_further_clearance"),
        now=clock.now(),
    )
    asked = new_case(case, "Pete Press").further_clearance
    assert asked is not None
    assert asked.team == "Disclosure BMT"
