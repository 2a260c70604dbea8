"""The lists: who finds which case in them, and when it is late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from correspondence.caseload import queries
from correspondence.cases import access
from correspondence.cases.actions import assigning, clearing
from correspondence.cases.models import Assignment, Case
from correspondence.core import clock
from correspondence.organisation.models import Role
from tests.factories import FoiCase, Person, acting, assign, fresh, person, responding_assignment, unit

pytestmark = pytest.mark.django_db

PEOPLE = (
    "Bea Manager",
    "Dora Disclosure",
    "Pete Press",
    "Vera Private",
    "Rhys Responder",
    "Rina Responder",
    "Bob Responder",
    "Mara Both",
    "Tess Admin",
    "Adam System",
    "Nora Newcomer",
)
ONE_DAY = timedelta(days=1)


def numbers(cases: object) -> list[str]:
    return [case.number for case in cases]  # type: ignore[attr-defined]  # any list of cases


def reject(case: Case, name: str) -> None:
    assigning.reject_responder_assignment(
        case_id=case.pk,
        assignment_id=responding_assignment(case).pk,
        reason="It is not for us.",
        acting=acting(case, name, "reject_responder_assignment"),
        now=clock.now(),
    )


def every_kind_of_case() -> None:
    for state in ("unassigned", "awaiting_responder", "drafting", "awaiting_dispatch", "responded", "closed"):
        FoiCase(state=state)
        FoiCase(state=state, unit="Unit B", responder="Bob Responder", workflow="trigger")
    FoiCase(state="pending_press_office_clearance", workflow="full_approval")
    FoiCase(in_window=True)
    FoiCase(in_window=True, workflow="trigger", taken_on=False)
    gone = FoiCase(state="drafting")
    Case.objects.filter(pk=gone.pk).update(deleted_at=clock.now(), deletion_reason="Sent twice.")


def test_every_list_is_a_part_of_what_the_person_may_see() -> None:
    every_kind_of_case()
    today = clock.today()
    for name in PEOPLE:
        user = person(name)
        seen = set(access.visible_to(user).values_list("pk", flat=True))
        for listed in (
            queries.open_cases(user),
            queries.my_open(user, today=today),
            queries.my_open(user, late=True, today=today),
            queries.my_open(user, late=False, today=today),
            queries.closed(user),
            queries.incoming(user, today=today),
        ):
            found = list(listed.values_list("pk", flat=True))
            assert len(found) == len(set(found)), f"{name} sees a case twice"
            assert set(found) <= seen, name


def test_people_without_a_role_in_cases_have_empty_lists() -> None:
    every_kind_of_case()
    for name in ("Tess Admin", "Adam System", "Nora Newcomer"):
        user = person(name)
        assert not queries.open_cases(user).exists()
        assert not queries.my_open(user, today=clock.today()).exists()
        assert not queries.closed(user).exists()
        assert not queries.incoming(user, today=clock.today()).exists()


# --- open cases -----------------------------------------------------------------------------------


def test_a_manager_sees_every_open_case_with_the_nearest_deadline_first() -> None:
    later = FoiCase(state="drafting", received=clock.today() - 10 * ONE_DAY)
    sooner = FoiCase(unit="Unit B", received=clock.today() - 20 * ONE_DAY)
    FoiCase(state="closed")
    assert numbers(queries.open_cases(person("Bea Manager"))) == [sooner.number, later.number]


def test_a_responder_sees_the_open_cases_of_their_unit_accepted_or_not() -> None:
    pending, held = FoiCase(state="awaiting_responder"), FoiCase(state="responded")
    FoiCase(state="drafting", unit="Unit B", responder="Bob Responder")
    FoiCase(state="unassigned")
    FoiCase(state="closed")
    for name in ("Rhys Responder", "Rina Responder"):
        assert set(numbers(queries.open_cases(person(name)))) == {pending.number, held.number}


def test_a_case_that_the_unit_rejected_leaves_its_lists() -> None:
    case = FoiCase(state="awaiting_responder")
    reject(case, "Rhys Responder")
    assert numbers(queries.open_cases(person("Rhys Responder"))) == []
    assign(case, unit_name="Unit B")
    assert numbers(queries.open_cases(person("Rhys Responder"))) == []
    assert numbers(queries.open_cases(person("Bob Responder"))) == [case.number]


def test_an_approver_sees_open_cases_that_their_office_took_on() -> None:
    taken_on = FoiCase(workflow="trigger")
    FoiCase(workflow="trigger", taken_on=False)
    FoiCase()
    for name in ("Dora Disclosure", "Dan Disclosure"):
        assert numbers(queries.open_cases(person(name))) == [taken_on.number]
    assert numbers(queries.open_cases(person("Pete Press"))) == []


def test_someone_in_two_roles_has_the_cases_of_both_once_each() -> None:
    answered = FoiCase(state="awaiting_responder", unit="Unit B")
    cleared = FoiCase(workflow="trigger")
    both = FoiCase(state="awaiting_responder", unit="Unit B", workflow="trigger")
    FoiCase(state="awaiting_responder")
    listed = numbers(queries.open_cases(person("Mara Both")))
    assert sorted(listed) == sorted([answered.number, cleared.number, both.number])


# --- my open cases --------------------------------------------------------------------------------


def test_my_open_cases_are_those_that_name_me() -> None:
    mine = FoiCase(state="drafting")
    FoiCase(state="drafting", responder="Rina Responder")
    FoiCase(state="awaiting_responder")
    FoiCase(state="closed")
    assert numbers(queries.my_open(person("Rhys Responder"), today=clock.today())) == [mine.number]


def test_an_approvers_own_cases_are_those_they_took_on() -> None:
    mine = FoiCase(workflow="trigger")
    FoiCase(workflow="trigger", taken_on=False)
    assert numbers(queries.my_open(person("Dora Disclosure"), today=clock.today())) == [mine.number]
    assert numbers(queries.my_open(person("Dan Disclosure"), today=clock.today())) == []


def halves(case: Case, name: str, today: date) -> tuple[bool, bool]:
    """Whether the case stands among those in time, and among the late ones."""
    in_time = queries.my_open(person(name), late=False, today=today)
    late = queries.my_open(person(name), late=True, today=today)
    return in_time.filter(pk=case.pk).exists(), late.filter(pk=case.pk).exists()


def test_on_the_day_of_its_deadline_a_case_is_in_time_and_late_the_day_after() -> None:
    case = FoiCase(state="drafting")
    assert halves(case, "Rhys Responder", case.final_deadline - ONE_DAY) == (True, False)
    assert halves(case, "Rhys Responder", case.final_deadline) == (True, False)
    assert halves(case, "Rhys Responder", case.final_deadline + ONE_DAY) == (False, True)


def test_an_answered_case_is_judged_by_its_answer_whatever_the_day() -> None:
    case = FoiCase(state="responded")
    long_after = case.final_deadline + 100 * ONE_DAY
    assert halves(case, "Rhys Responder", long_after) == (True, False)
    Case.objects.filter(pk=case.pk).update(response_date=case.final_deadline)
    assert halves(case, "Rhys Responder", long_after) == (True, False)
    Case.objects.filter(pk=case.pk).update(response_date=case.final_deadline + ONE_DAY)
    assert halves(case, "Rhys Responder", case.received_date) == (False, True)


def test_what_was_closed_without_an_answer_is_neither_late_nor_in_time() -> None:
    case = FoiCase(state="closed")
    Case.objects.filter(pk=case.pk).update(response_date=None)
    long_after = case.final_deadline + 100 * ONE_DAY
    for question in (queries.is_late(today=long_after), queries.is_in_time(today=long_after)):
        assert not Case.objects.filter(question).exists()


# --- closed cases ---------------------------------------------------------------------------------


def test_closed_cases_stand_in_the_order_in_which_they_were_last_touched() -> None:
    first, second = FoiCase(state="closed"), FoiCase(state="closed", unit="Unit B", responder="Bob Responder")
    FoiCase(state="responded")
    assert numbers(queries.closed(person("Bea Manager"))) == [second.number, first.number]
    assert numbers(queries.closed(person("Rhys Responder"))) == [first.number]


# --- new cases ------------------------------------------------------------------------------------


def incoming(name: str, *, today: date | None = None) -> list[str]:
    return numbers(queries.incoming(person(name), today=today or clock.today()))


def test_disclosure_waits_for_what_was_flagged_until_somebody_takes_it_on() -> None:
    later = FoiCase(workflow="trigger", taken_on=False, received=clock.today() - 5 * ONE_DAY)
    sooner = FoiCase(workflow="trigger", taken_on=False, received=clock.today() - 15 * ONE_DAY)
    FoiCase(workflow="trigger")
    FoiCase()
    assert incoming("Dora Disclosure") == [sooner.number, later.number]
    clearing.accept_approver_assignment(
        case_id=sooner.pk,
        acting=acting(sooner, "Dan Disclosure", "accept_approver_assignment"),
        now=clock.now(),
    )
    assert incoming("Dora Disclosure") == incoming("Dan Disclosure") == [later.number]


def test_a_closed_case_is_never_new() -> None:
    FoiCase(state="closed", workflow="trigger", in_window=False)
    Assignment.objects.filter(role="approving").update(state="pending", user=None)
    assert incoming("Dora Disclosure") == []


def test_the_press_office_sees_a_case_to_the_last_day_of_its_window() -> None:
    case = FoiCase(in_window=True)
    assert incoming("Pete Press", today=case.escalation_deadline) == [case.number]
    assert incoming("Vera Private", today=case.escalation_deadline) == [case.number]
    assert incoming("Pete Press", today=case.escalation_deadline + ONE_DAY) == []


def test_the_newest_case_stands_first_for_the_press_office() -> None:
    older = FoiCase(logged=clock.now() - timedelta(hours=2))
    newer = FoiCase(logged=clock.now() - timedelta(hours=1))
    assert incoming("Pete Press") == [newer.number, older.number]


def test_a_case_leaves_the_press_offices_list_once_it_is_on_it() -> None:
    case, other = FoiCase(in_window=True), FoiCase(in_window=True)
    clearing.take_on_for_approval(
        case_id=case.pk, acting=acting(case, "Pete Press", "take_on_for_approval"), now=clock.now()
    )
    assert incoming("Pete Press") == [other.number]
    # The Private Office came with it.
    assert incoming("Vera Private") == [other.number]


def test_a_review_is_new_to_the_press_office_only_after_further_clearance_was_asked_for() -> None:
    review = FoiCase(case_type="foi_compliance_review", state="drafting")
    assert incoming("Pete Press") == []
    # Though its window is open.
    assert incoming("Pete Press", today=review.escalation_deadline) == []
    clearing.request_further_clearance(
        case_id=review.pk,
        acting=acting(review, "Bea Manager", "request_further_clearance"),
        now=clock.now(),
    )
    assert fresh(review).escalation_deadline > clock.today()
    assert incoming("Pete Press") == [review.number]


def test_an_approver_of_two_offices_sees_what_either_waits_for() -> None:
    both = Person("Two Offices", role=Role.APPROVER, unit=unit("Press Office"))
    both.memberships.create(team=unit("Disclosure"), role=Role.APPROVER, created_at=clock.now())
    flagged = FoiCase(workflow="trigger", taken_on=False)
    fresh_case = FoiCase(in_window=True)
    FoiCase()
    listed = numbers(queries.incoming(person(both.full_name), today=clock.today()))
    assert sorted(listed) == sorted([flagged.number, fresh_case.number])
