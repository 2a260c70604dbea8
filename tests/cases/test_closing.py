"""Closing a case: what is stored, what is dropped, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from correspondence.cases.actions import closing
from correspondence.cases.models import Case
from correspondence.core import clock
from correspondence.core.errors import Invalid
from correspondence.rulebook.closure import Answers, Opinion, PublicInterest
from tests.factories import FoiCase, acting, fresh, unit

pytestmark = pytest.mark.django_db

KEPT = PublicInterest(favours_maintaining=True, reasons="It is to be published in May.")


def close(case_pk: int, answers: Answers, *, event: str = "close") -> None:
    case = Case.objects.get(pk=case_pk)
    action = closing.close_case if event == "close" else closing.update_closure
    action(case_id=case.pk, answers=answers, acting=acting(case, "Bea Manager", event), now=clock.now())


def fields_of(refusal: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {field for field, _message in refusal.value.problems}


def test_granted_in_full() -> None:
    case = FoiCase(state="responded")
    close(case.pk, Answers(response_date=clock.today(), information_held="held", outcome="granted"))
    case = fresh(case)
    assert (case.state, case.information_held, case.outcome) == ("closed", "held", "granted")
    assert (case.late_team, case.exemptions.count()) == (None, 0)


def test_what_the_answers_do_not_ask_for_is_dropped() -> None:
    case = FoiCase(state="responded")
    close(
        case.pk,
        Answers(
            response_date=clock.today(),
            information_held="not_held",
            outcome="refused",
            exemptions=frozenset({"s21"}),
            grounds=frozenset({"s14_1"}),
            refusal_reason="vex",
            late_team_id=unit("Unit A").pk,
        ),
    )
    case = fresh(case)
    assert (case.outcome, case.refusal_reason, case.refusal_ground, case.late_team) == ("", "", "", None)
    assert case.exemptions.count() == 0


def test_refused_in_part_with_an_absolute_and_a_qualified_exemption() -> None:
    case = FoiCase(state="responded")
    close(
        case.pk,
        Answers(
            response_date=clock.today(),
            information_held="part_held",
            outcome="part",
            exemptions=frozenset({"s40_2_3a", "s22"}),
            public_interest={"s22": KEPT},
        ),
    )
    stored = {one.code: one.public_interest_reasons for one in fresh(case).exemptions.all()}
    assert stored == {"s22": KEPT.reasons, "s40_2_3a": ""}
    assert case.transitions.get(event="close").data["exemptions"] == ["s22", "s40_2_3a"]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (Answers(), "information_held"),
        (Answers(information_held="held"), "outcome"),
        (Answers(information_held="held", outcome="part"), "exemptions"),
        (Answers(information_held="held", outcome="part", grounds=frozenset({"s12_1"})), "grounds"),
        (Answers(information_held="held", outcome="refused"), "exemptions"),
        (
            Answers(information_held="held", outcome="part", exemptions=frozenset({"s22"})),
            "public_interest_s22",
        ),
        (Answers(information_held="not_confirmed"), "refusal_reason"),
        (Answers(information_held="not_confirmed", refusal_reason="ncnd"), "exemptions"),
        (
            Answers(information_held="not_confirmed", refusal_reason="ncnd", exemptions=frozenset({"s21"})),
            "exemptions",
        ),
        (Answers(information_held="held", outcome="no such"), "outcome"),
    ],
)
def test_what_is_missing_or_forged_is_refused_and_changes_nothing(answers: Answers, field: str) -> None:
    case = FoiCase(state="responded")
    given = Answers(
        response_date=clock.today(),
        **{name: getattr(answers, name) for name in Answers.__slots__ if name != "response_date"},
    )
    with pytest.raises(Invalid) as refusal:
        close(case.pk, given)
    assert field in fields_of(refusal)
    assert (fresh(case).state, fresh(case).information_held) == ("responded", "")


def test_a_refusal_rests_on_a_ground_alone() -> None:
    case = FoiCase(state="responded")
    close(
        case.pk,
        Answers(
            response_date=clock.today(),
            information_held="held",
            outcome="refused",
            grounds=frozenset({"s12_1"}),
        ),
    )
    assert fresh(case).refusal_ground == "s12_1"


def test_neither_confirmed_nor_denied_rests_on_a_provision_that_allows_it() -> None:
    case = FoiCase(state="responded")
    close(
        case.pk,
        Answers(
            response_date=clock.today(),
            information_held="not_confirmed",
            refusal_reason="ncnd",
            exemptions=frozenset({"s23_5"}),
        ),
    )
    assert [one.code for one in fresh(case).exemptions.all()] == ["s23_5"]


def test_the_qualified_person_s_opinion_is_kept_with_section_36() -> None:
    case = FoiCase(state="responded")
    answers = Answers(
        response_date=clock.today(),
        information_held="held",
        outcome="refused",
        exemptions=frozenset({"s36"}),
        public_interest={"s36": KEPT},
    )
    with pytest.raises(Invalid) as refusal:
        close(case.pk, answers)
    assert fields_of(refusal) == {"opinion", "opinion_date"}
    close(
        case.pk,
        Answers(
            response_date=clock.today(),
            information_held="held",
            outcome="refused",
            exemptions=frozenset({"s36"}),
            public_interest={"s36": KEPT},
            opinion=Opinion("It would inhibit free advice.", clock.today()),
        ),
    )
    kept = fresh(case).exemptions.get()
    assert (kept.opinion, kept.opinion_date) == ("It would inhibit free advice.", clock.today())


def test_a_late_answer_needs_a_team_that_worked_on_the_case() -> None:
    case = FoiCase(state="responded", received=clock.today() - timedelta(days=90))
    answers = Answers(response_date=clock.today(), information_held="held", outcome="granted")
    for team_id in (None, unit("Unit B").pk, 10**9):
        with pytest.raises(Invalid) as refusal:
            close(case.pk, replace(answers, late_team_id=team_id))
        assert "late_team" in fields_of(refusal)
    close(case.pk, replace(answers, late_team_id=unit("Unit A").pk))
    assert fresh(case).late_team == unit("Unit A")


def test_a_review_needs_its_outcome() -> None:
    case = FoiCase(state="responded", case_type="foi_timeliness_review")
    answers = Answers(response_date=clock.today(), information_held="held", outcome="granted")
    with pytest.raises(Invalid) as refusal:
        close(case.pk, answers)
    assert fields_of(refusal) == {"appeal_outcome"}
    close(case.pk, replace(answers, appeal_outcome="upheld"))
    assert fresh(case).appeal_outcome == "upheld"


@pytest.mark.parametrize("sent", [None, date(2001, 1, 1), date(2150, 1, 1)])
def test_the_day_of_the_response_is_there_after_receipt_and_not_to_come(sent: date | None) -> None:
    case = FoiCase(state="responded")
    with pytest.raises(Invalid) as refusal:
        close(case.pk, Answers(response_date=sent, information_held="held", outcome="granted"))
    assert "response_date" in fields_of(refusal)


def test_corrected_closure_details_replace_the_old_ones() -> None:
    case = FoiCase(state="closed")
    close(
        case.pk,
        Answers(
            response_date=clock.today(),
            information_held="held",
            outcome="part",
            exemptions=frozenset({"s40_1"}),
        ),
        event="update_closure",
    )
    assert [one.code for one in fresh(case).exemptions.all()] == ["s40_1"]
    stored = closing.answers_of(fresh(case))
    close(case.pk, stored, event="update_closure")
    assert closing.answers_of(fresh(case)) == stored
    close(case.pk, Answers(response_date=clock.today(), information_held="not_held"), event="update_closure")
    assert (fresh(case).outcome, fresh(case).exemptions.count()) == ("", 0)
