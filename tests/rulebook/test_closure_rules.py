"""Closure against an independent oracle, over every combination of answers."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from correspondence.rulebook import closure
from correspondence.rulebook.closure import Answers, ClosingCase, Opinion, PublicInterest
from tests.rulebook.shipped import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from correspondence.rulebook.tables.closure import Exemption

TABLE = rulebook().closure
TODAY = date(2026, 11, 25)
CASE = ClosingCase(received=date(2026, 10, 1), final=date(2026, 10, 29))
REVIEW = replace(CASE, review=True)
IN_TIME = date(2026, 10, 29)
LATE = date(2026, 10, 30)

YES = PublicInterest(favours_maintaining=True, reasons="Releasing a draft would do harm")
GIVEN_OPINION = Opinion("Frank advice would stop", date(2026, 10, 20))

HELD = (None, "held", "part_held", "not_held", "not_confirmed", "unheard_of")
OUTCOMES = (None, "granted", "part", "refused", "clarify", "unheard_of")
REASONS = (None, "tmm", "cost", "vex", "repeat", "ncnd", "exempt", "noinfo", "notmet", "unheard_of")
GROUNDS: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"s12_1"}),
    frozenset({"s14_1", "s14_2"}),
    frozenset({"unheard_of"}),
)


def relying_on(
    exemptions: set[str],
    public_interest: dict[str, PublicInterest] | None = None,
    opinion: Opinion | None = None,
) -> Answers:
    """What is answered about exemptions alone."""
    return Answers(exemptions=frozenset(exemptions), public_interest=public_interest or {}, opinion=opinion)


# Each kind of exemption, with the faults that it has of itself wherever it may be relied on.
INFORM: dict[str, tuple[Answers, set[str]]] = {
    "absolute": (relying_on({"s40_2_3a"}), set()),
    "qualified": (relying_on({"s22"}, {"s22": YES}), set()),
    "qualified and unanswered": (
        relying_on({"s22"}),
        {"public_interest_s22", "public_interest_reasons_s22"},
    ),
    "qualified without reasons": (
        relying_on({"s22"}, {"s22": replace(YES, reasons=" ")}),
        {"public_interest_reasons_s22"},
    ),
    "qualified and not favoured": (
        relying_on({"s22"}, {"s22": replace(YES, favours_maintaining=False)}),
        {"public_interest_s22"},
    ),
    "on an opinion": (
        relying_on({"s36"}, {"s36": YES}, GIVEN_OPINION),
        set(),
    ),
    "on no opinion": (
        relying_on({"s36"}, {"s36": YES}),
        {"opinion", "opinion_date"},
    ),
    "on an opinion to come": (
        relying_on({"s36_house"}, opinion=replace(GIVEN_OPINION, given_on=date(2026, 11, 26))),
        {"opinion_date"},
    ),
    "several": (
        relying_on({"s40_2_3a", "s22", "s43"}, {"s22": YES, "s43": YES}),
        set(),
    ),
}
CONFIRM: dict[str, tuple[Answers, set[str]]] = {
    "absolute ncnd": (relying_on({"s23_5"}), set()),
    "qualified ncnd": (relying_on({"s24_2"}, {"s24_2": YES}), set()),
    "qualified ncnd unanswered": (
        relying_on({"s31_3"}),
        {"public_interest_s31_3", "public_interest_reasons_s31_3"},
    ),
    "ncnd on an opinion": (
        relying_on({"s36_3"}, {"s36_3": YES}, GIVEN_OPINION),
        set(),
    ),
}
KINDS = {"none": Answers(), "unheard_of": relying_on({"unheard_of"})} | {
    name: given for name, (given, _) in (INFORM | CONFIRM).items()
}


def oracle(
    held: str | None, outcome: str | None, reason: str | None, grounds: Iterable[str], kind: str
) -> set[str]:
    """The fields at fault, told case by case."""
    wrong: set[str] = set()
    asks_outcome, asks_reason = held in ("held", "part_held"), held == "not_confirmed"
    if held in (None, "unheard_of"):
        wrong.add("information_held")
    if asks_outcome:
        wrong |= set() if outcome in ("granted", "part", "refused") else {"outcome"}
    elif outcome is not None:
        wrong.add("outcome")
    if asks_reason:
        wrong |= set() if reason in ("tmm", "cost", "vex", "repeat", "ncnd") else {"refusal_reason"}
    elif reason is not None:
        wrong.add("refusal_reason")

    return wrong | withheld(held, outcome, reason, grounds, kind)


def withheld(
    held: str | None, outcome: str | None, reason: str | None, grounds: Iterable[str], kind: str
) -> set[str]:
    """The faults of what was withheld, and why."""
    wrong: set[str] = set()
    asks_outcome = held in ("held", "part_held")
    fully_refused = asks_outcome and outcome == "refused"
    if grounds and ("unheard_of" in grounds or not fully_refused):
        wrong.add("grounds")

    withholding = asks_outcome and outcome in ("part", "refused")
    denying = held == "not_confirmed" and reason in ("ncnd", "exempt")
    relied_on = INFORM if withholding else CONFIRM if denying else {}
    if kind in relied_on:
        wrong |= relied_on[kind][1]
    elif kind != "none" or denying or (withholding and not (fully_refused and grounds)):
        wrong.add("exemptions")
    return wrong


def given(
    held: str | None, outcome: str | None, reason: str | None, grounds: frozenset[str], kind: str
) -> Answers:
    return replace(
        KINDS[kind],
        response_date=IN_TIME,
        information_held=held,
        outcome=outcome,
        refusal_reason=reason,
        grounds=grounds,
    )


def fields(answers: Answers, *, case: ClosingCase = CASE) -> set[str]:
    return {fault.field for fault in closure.faults(TABLE, answers, case=case, today=TODAY)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("held", HELD)
def test_every_combination_of_answers(held: str | None, kind: str) -> None:
    for outcome, reason, grounds in itertools.product(OUTCOMES, REASONS, GROUNDS):
        answers = given(held, outcome, reason, grounds, kind)
        assert fields(answers) == oracle(held, outcome, reason, grounds, kind), answers


def test_the_combinations_include_what_can_be_closed() -> None:
    closable = [
        combination
        for combination in itertools.product(HELD, OUTCOMES, REASONS, GROUNDS, KINDS)
        if not oracle(*combination)
    ]
    assert {(held, outcome, reason) for held, outcome, reason, _, _ in closable} == {
        *itertools.product(("held", "part_held"), ("granted", "part", "refused"), (None,)),
        ("not_held", None, None),
        *itertools.product(("not_confirmed",), (None,), ("tmm", "cost", "vex", "repeat", "ncnd")),
    }
    for combination in closable:
        assert fields(given(*combination)) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("held", HELD)
def test_clearing_leaves_only_what_was_asked(held: str | None, kind: str) -> None:
    for outcome, reason, grounds in itertools.product(OUTCOMES, REASONS, GROUNDS):
        answers = given(held, outcome, reason, grounds, kind)
        left = closure.cleared(TABLE, answers, case=CASE)
        assert closure.cleared(TABLE, left, case=CASE) == left
        assert (left.outcome is not None) <= (held in ("held", "part_held"))
        assert (left.refusal_reason is not None) <= (held == "not_confirmed")
        if held == "not_held" or (held != "not_confirmed" and outcome == "granted"):
            assert not left.exemptions
            assert not left.grounds
            assert not left.public_interest
            assert left.opinion is None
        assert left.public_interest.keys() <= left.exemptions
        irrelevant = fields(answers) - fields(left)
        assert irrelevant <= {"outcome", "refusal_reason", "exemptions", "grounds"}


class TestForgedAnswers:
    def test_a_ground_beside_a_refusal_in_part_is_refused_and_not_dropped(self) -> None:
        answers = given("part_held", "part", None, frozenset({"s12_1"}), "absolute")
        left = closure.cleared(TABLE, answers, case=CASE)
        assert left.grounds == {"s12_1"}
        (fault,) = closure.faults(TABLE, left, case=CASE, today=TODAY)
        assert fault.field == "grounds"
        assert fault.message == "s.12(1) refuses a whole request: choose it only with a full refusal."

    @pytest.mark.parametrize("code", ["s21", "s40_2_3a"])
    def test_no_provision_about_information_goes_with_neither_confirming_nor_denying(self, code: str) -> None:
        answers = Answers(
            response_date=IN_TIME,
            information_held="not_confirmed",
            refusal_reason="ncnd",
            exemptions=frozenset({code}),
        )
        (fault,) = closure.faults(TABLE, closure.cleared(TABLE, answers, case=CASE), case=CASE, today=TODAY)
        assert fault.field == "exemptions"
        assert fault.message.endswith("does not take away the duty to confirm or deny.")

    def test_neither_confirming_nor_denying_goes_with_no_outcome(self) -> None:
        (fault,) = closure.faults(
            TABLE, given("held", "refused", None, frozenset(), "absolute ncnd"), case=CASE, today=TODAY
        )
        assert fault.message == "s.23(5) is about confirming or denying, not about information."

    def test_a_ground_is_no_exemption(self) -> None:
        answers = replace(
            given("held", "refused", None, frozenset(), "none"), exemptions=frozenset({"s12_1"})
        )
        assert fields(answers) == {"exemptions"}


class TestDates:
    @pytest.mark.parametrize(
        ("responded", "message"),
        [
            (None, "Enter the date on which the response was sent."),
            (date(2026, 9, 30), "The response cannot have been sent before the request was received."),
            (date(2026, 11, 26), "The date of the response cannot be in the future."),
        ],
    )
    def test_refused(self, responded: date | None, message: str) -> None:
        (fault,) = closure.date_faults(responded, case=CASE, today=TODAY)
        assert (fault.field, fault.message) == ("response_date", message)

    @pytest.mark.parametrize("responded", [date(2026, 10, 1), TODAY])
    def test_the_day_of_receipt_and_today_are_taken(self, responded: date) -> None:
        assert list(closure.date_faults(responded, case=CASE, today=TODAY)) == []


class TestLateTeam:
    granted = Answers(information_held="held", outcome="granted")

    def test_asked_for_when_late(self) -> None:
        assert fields(replace(self.granted, response_date=LATE)) == {"late_team"}
        assert fields(replace(self.granted, response_date=LATE, late_team_id=7)) == set()

    def test_kept_only_when_late(self) -> None:
        for responded, kept in ((IN_TIME, None), (LATE, 7), (None, None)):
            answers = replace(self.granted, response_date=responded, late_team_id=7)
            assert closure.cleared(TABLE, answers, case=CASE).late_team_id == kept

    def test_not_asked_for_on_the_deadline(self) -> None:
        assert fields(replace(self.granted, response_date=IN_TIME)) == set()


class TestAppealOutcome:
    granted = Answers(response_date=IN_TIME, information_held="held", outcome="granted")

    @pytest.mark.parametrize("code", [row.code for row in TABLE.appeal_outcomes])
    def test_asked_of_a_review_alone(self, code: str) -> None:
        assert fields(self.granted, case=REVIEW) == {"appeal_outcome"}
        assert fields(replace(self.granted, appeal_outcome=code), case=REVIEW) == set()
        assert fields(replace(self.granted, appeal_outcome=code)) == {"appeal_outcome"}
        assert (
            closure.cleared(TABLE, replace(self.granted, appeal_outcome=code), case=CASE).appeal_outcome
            is None
        )

    def test_a_forged_one_is_refused(self) -> None:
        assert fields(replace(self.granted, appeal_outcome="upheld_part"), case=REVIEW) == {"appeal_outcome"}


class TestOldRules:
    imported = ClosingCase(received=date(2017, 10, 2), final=date(2017, 10, 30), imported=True)

    @pytest.mark.parametrize(
        ("responded", "imported", "checked"),
        [
            (date(2017, 11, 7), True, False),
            (date(2017, 11, 8), True, True),
            (date(2017, 11, 7), False, True),
            (None, True, True),
        ],
    )
    def test_for_imported_cases_answered_before_the_change(
        self, *, responded: date | None, imported: bool, checked: bool
    ) -> None:
        case = replace(self.imported, imported=imported)
        assert bool(fields(Answers(response_date=responded), case=case)) is checked


class TestOffered:
    def test_each_answer_offers_its_own_exemptions(self) -> None:
        def offered(held: str, outcome: str | None = None, reason: str | None = None) -> set[str]:
            answers = Answers(information_held=held, outcome=outcome, refusal_reason=reason)
            return {row.duty for row in closure.offered_exemptions(TABLE, answers)}

        assert offered("held", "granted") == set()
        assert offered("held", "part") == {"inform"}
        assert offered("part_held", "refused") == {"inform"}
        assert offered("not_held") == set()
        assert offered("not_confirmed", reason="cost") == set()
        assert offered("not_confirmed", reason="ncnd") == {"confirm_or_deny"}


class TestTheAct:
    """FOIA 2000 Part II as the table has it."""

    def test_absolute_is_what_section_2_3_names(self) -> None:
        assert {row.code for row in TABLE.exemptions if row.kind == "absolute"} == {
            "s21",
            "s23", "s23_5",
            "s32", "s32_3",
            "s34", "s34_2",
            "s36_house", "s36_3_house",
            "s37_1_a_ab", "s37_2_a_ab",
            "s40_1", "s40_2_3a",
            "s41", "s41_2",
            "s44", "s44_2",
        }  # fmt: skip

    def test_each_section_but_21_can_take_away_the_duty_to_confirm_or_deny(self) -> None:
        informs = {row.reports_as for row in TABLE.for_duty("inform")}
        denies = {row.reports_as for row in TABLE.for_duty("confirm_or_deny")}
        assert informs - denies == {"othermeans"}
        assert denies <= informs
        assert not any(row.section.startswith(("s.12", "s.21")) for row in TABLE.for_duty("confirm_or_deny"))

    def test_statistics_know_every_section(self) -> None:
        assert {row.reports_as for row in TABLE.exemptions} == {
            "othermeans", "security", "court", "pp", "pers", "conf", "prohib", "future", "research", "natsec",
            "defence", "intrel", "ukrel", "economy", "pubauth", "law", "audit", "policy", "prej", "royals",
            "elf", "env", "legpriv", "comm",
        }  # fmt: skip
        assert {row.code: row.reports_as for row in TABLE.grounds} == {
            "s12_1": "cost",
            "s14_1": "vex",
            "s14_2": "repeat",
        }

    def test_section_36_rests_on_an_opinion(self) -> None:
        opinions = {row.code for row in TABLE.exemptions if row.needs_opinion}
        assert opinions == {row.code for row in TABLE.exemptions if row.reports_as == "prej"}

    def test_the_most_used_ones_stand_first(self) -> None:
        frequent = {row.reports_as for row in TABLE.exemptions if row.frequent}
        assert frequent == {"pers", "othermeans", "court", "future"}

    @pytest.mark.parametrize("row", TABLE.exemptions, ids=lambda row: row.code)
    def test_each_cites_its_section(self, row: Exemption) -> None:
        section = row.section.split(" with")[0].split(",")[0].split(" to")[0].split(" and")[0]
        assert section.removesuffix("(1)") in row.source

    @pytest.mark.parametrize("row", TABLE.for_duty("inform"), ids=lambda row: row.code)
    def test_each_can_be_relied_on_for_a_refusal_in_part(self, row: Exemption) -> None:
        code = row.code
        answers = replace(
            given("held", "part", None, frozenset(), "none"),
            exemptions=frozenset({code}),
            public_interest={code: YES},
            opinion=GIVEN_OPINION,
        )
        assert fields(answers) == set()
