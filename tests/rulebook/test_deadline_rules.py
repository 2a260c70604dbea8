"""The working that a deadline shows, and the decisions on extensions and corrected dates of receipt."""

from __future__ import annotations

from datetime import date

import pytest

from correspondence.core.errors import Refused
from correspondence.rulebook import deadlines, timeliness
from tests.rulebook.shipped import foi_clock, review_clock, united_kingdom

MAY_DAY_REQUEST = date(2026, 5, 1)
NOVEMBER_REQUEST = date(2025, 11, 3)
NOVEMBER_FINAL = date(2025, 12, 2)


def extend(
    until: date,
    *,
    final: date = NOVEMBER_FINAL,
    notice: date | None = NOVEMBER_FINAL,
    second_reason: str = "",
) -> deadlines.Extended:
    return deadlines.extended_for_pit(
        foi_clock(),
        received=NOVEMBER_REQUEST,
        final=final,
        until=until,
        holidays=united_kingdom(),
        notice=notice,
        second_reason=second_reason,
    )


def test_the_working_reads_as_a_person_would_tell_it() -> None:
    deadline = deadlines.statutory_deadline(foi_clock(), received=MAY_DAY_REQUEST, holidays=united_kingdom())
    assert [step.what for step in deadline.steps] == [
        "Received Fri 1 May 2026",
        "Mon 4 May 2026 does not count: Early May bank holiday (United Kingdom)",
        "Day 1 is Tue 5 May 2026",
        "Mon 25 May 2026 does not count: Spring bank holiday (United Kingdom)",
        "Day 20 is Tue 2 Jun 2026",
    ]
    assert (deadline.kind, deadline.source) == ("statutory", "FOIA 2000 s.10(1)")


def test_a_holiday_in_one_part_of_the_kingdom_is_told_with_its_part() -> None:
    deadline = deadlines.draft_deadline(foi_clock(), received=date(2026, 6, 12), holidays=united_kingdom())
    assert "Mon 15 Jun 2026 does not count: World Cup bank holiday (Scotland)" in [
        step.what for step in deadline.steps
    ]


def test_two_names_for_one_holiday_are_both_told() -> None:
    assert united_kingdom().days[date(2023, 1, 2)] == (
        "New Year's Day (substitute day) (England and Wales, Northern Ireland); 2 January (Scotland)"
    )


def test_a_review_has_a_target_and_never_the_law_of_a_request() -> None:
    received = date(2026, 5, 20)
    review = deadlines.statutory_deadline(review_clock(), received=received, holidays=united_kingdom())
    assert review.kind == "target"
    assert "s.45" in review.source
    assert "s.10" not in review.source
    moved = deadlines.extended_for_pit(
        review_clock(),
        received=received,
        final=review.date,
        until=date(2026, 7, 1),
        holidays=united_kingdom(),
    )
    assert moved.deadline.kind == "target"
    assert moved.deadline.steps[-1].what == "Extended: complex review until Wed 1 Jul 2026"
    assert not moved.late_notice


def test_an_extension_says_what_it_moves() -> None:
    extended = extend(date(2025, 12, 19))
    assert [step.what for step in extended.deadline.steps] == [
        "The final deadline was Tue 2 Dec 2025",
        "Extended for the public interest test until Fri 19 Dec 2025",
    ]
    assert extended.working_days_in_all == 33
    assert not extended.past_yardstick
    assert not extended.late_notice


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (date(2025, 12, 2), "The new deadline must be after the present one, Tue 2 Dec 2025."),
        (date(2025, 12, 1), "The new deadline must be after the present one, Tue 2 Dec 2025."),
        (
            date(2026, 1, 6),
            "The new deadline can be Mon 5 Jan 2026 at the latest, 20 working days after the present one, "
            "Tue 2 Dec 2025.",
        ),
    ],
)
def test_an_extension_out_of_reach_is_refused(until: date, message: str) -> None:
    with pytest.raises(Refused) as refused:
        extend(until)
    assert (str(refused.value), refused.value.field) == (message, "until")


def test_an_extension_needs_the_date_of_the_notice() -> None:
    with pytest.raises(Refused) as refused:
        extend(date(2025, 12, 19), notice=None)
    assert refused.value.field == "notice_date"


def test_a_notice_before_the_request_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        extend(date(2025, 12, 19), notice=date(2025, 11, 2))
    assert refused.value.field == "notice_date"


@pytest.mark.parametrize(("notice", "late"), [(date(2025, 12, 2), False), (date(2025, 12, 3), True)])
def test_a_notice_after_the_statutory_date_is_late(*, notice: date, late: bool) -> None:
    assert extend(date(2025, 12, 19), notice=notice).late_notice is late


def test_the_fortieth_working_day_needs_no_second_reason() -> None:
    extended = extend(date(2026, 1, 5))
    assert extended.working_days_in_all == 40
    assert not extended.past_yardstick


@pytest.mark.parametrize("reason", ["", "   "])
def test_past_the_yardstick_a_second_reason_is_asked_for(reason: str) -> None:
    with pytest.raises(Refused) as refused:
        extend(date(2026, 1, 6), final=date(2026, 1, 5), second_reason=reason)
    assert refused.value.field == "second_reason"
    assert "working day 41" in str(refused.value)


def test_past_the_yardstick_a_second_reason_is_enough() -> None:
    extended = extend(date(2026, 2, 2), final=date(2026, 1, 5), second_reason="A third party was asked")
    assert extended.past_yardstick
    assert extended.deadline.date == date(2026, 2, 2)


def test_removing_an_extension_says_what_applies_again() -> None:
    removed = deadlines.pit_removed(
        foi_clock(), statutory=NOVEMBER_FINAL, final=date(2026, 2, 2), holidays=united_kingdom()
    )
    assert removed.source == "FOIA 2000 s.10(1)"
    assert removed.steps[-1].what == "The extension is taken off: Tue 2 Dec 2025 applies again"


class TestCorrectedDateOfReceipt:
    """The date of receipt is a fact; an extension must fit it."""

    def edited(
        self,
        received: date,
        *,
        extended_until: date | None = None,
        extensions: int = 0,
        remove_extension: bool = False,
        new_extension: date | None = None,
    ) -> deadlines.ReceivedDateEdited:
        return deadlines.received_date_edited(
            foi_clock(),
            received=received,
            holidays=united_kingdom(),
            extended_until=extended_until,
            extensions=extensions,
            remove_extension=remove_extension,
            new_extension=new_extension,
        )

    def test_without_an_extension_draft_and_final_are_counted_anew(self) -> None:
        edited = self.edited(NOVEMBER_REQUEST)
        assert edited.draft.date == date(2025, 11, 17)
        assert edited.final == edited.statutory
        assert edited.final.date == NOVEMBER_FINAL
        assert not edited.asks_for_extension

    def test_an_extension_that_still_fits_stays(self) -> None:
        edited = self.edited(date(2025, 11, 10), extended_until=date(2026, 1, 5), extensions=1)
        assert edited.statutory.date == date(2025, 12, 9)
        assert edited.final.date == date(2026, 1, 5)
        assert not edited.asks_for_extension
        assert edited.final.steps[-1].what == "The extension until Mon 5 Jan 2026 stays"

    def test_an_earlier_receipt_leaves_the_extension_too_long(self) -> None:
        edited = self.edited(date(2025, 10, 31), extended_until=date(2026, 1, 5), extensions=1)
        assert edited.statutory.date == date(2025, 11, 28)
        assert edited.latest_extension == date(2025, 12, 31)
        assert edited.asks_for_extension

    def test_two_extensions_have_two_allowances(self) -> None:
        edited = self.edited(date(2025, 10, 31), extended_until=date(2026, 1, 5), extensions=2)
        assert not edited.asks_for_extension
        assert edited.latest_extension == date(2026, 1, 30)

    def test_a_later_receipt_can_leave_nothing_to_extend(self) -> None:
        edited = self.edited(date(2025, 12, 8), extended_until=date(2026, 1, 5), extensions=1)
        assert edited.statutory.date > date(2026, 1, 5)
        assert edited.asks_for_extension

    def test_a_new_extended_date_completes_the_answer(self) -> None:
        edited = self.edited(
            date(2025, 10, 31),
            extended_until=date(2026, 1, 5),
            extensions=1,
            new_extension=date(2025, 12, 31),
        )
        assert edited.final.date == date(2025, 12, 31)
        assert not edited.asks_for_extension

    @pytest.mark.parametrize("until", [date(2025, 11, 28), date(2026, 1, 1)])
    def test_a_new_extended_date_out_of_reach_is_refused(self, until: date) -> None:
        with pytest.raises(Refused) as refused:
            self.edited(
                date(2025, 10, 31), extended_until=date(2026, 1, 5), extensions=1, new_extension=until
            )
        assert refused.value.field == "new_extension"

    def test_taking_the_extension_off_leaves_the_statutory_date(self) -> None:
        edited = self.edited(
            date(2025, 10, 31), extended_until=date(2026, 1, 5), extensions=1, remove_extension=True
        )
        assert edited.final.date == date(2025, 11, 28)
        assert not edited.asks_for_extension


class TestDateOfReceipt:
    @pytest.mark.parametrize(
        ("received", "today"),
        [
            (date(2026, 11, 26), date(2026, 11, 25)),
            (date(2025, 11, 24), date(2026, 11, 25)),
            (date(2027, 2, 27), date(2028, 2, 29)),
        ],
    )
    def test_to_come_or_too_old_is_refused(self, received: date, today: date) -> None:
        with pytest.raises(Refused) as refused:
            deadlines.check_received(received, today=today, at_most_years_ago=1)
        assert refused.value.field == "received_date"

    @pytest.mark.parametrize(
        ("received", "today"),
        [
            (date(2026, 11, 25), date(2026, 11, 25)),
            (date(2025, 11, 25), date(2026, 11, 25)),
            (date(2027, 2, 28), date(2028, 2, 29)),
        ],
    )
    def test_today_and_exactly_a_year_ago_are_taken(self, received: date, today: date) -> None:
        deadlines.check_received(received, today=today, at_most_years_ago=1)
        assert deadlines.years_before(today, 1) <= received <= today


class TestTimeliness:
    final = date(2025, 8, 11)

    @pytest.mark.parametrize(
        ("responded", "state", "today", "in_time"),
        [
            (None, "drafting", date(2025, 8, 11), True),
            (None, "drafting", date(2025, 8, 12), False),
            (date(2025, 8, 11), "responded", date(2025, 8, 20), True),
            (date(2025, 8, 12), "responded", date(2025, 8, 12), False),
            (date(2025, 8, 11), "drafting", date(2025, 8, 20), True),
            (date(2025, 8, 12), "closed", date(2025, 9, 1), False),
            (None, "closed", date(2025, 8, 1), None),
        ],
    )
    def test_tabs(self, *, responded: date | None, state: str, today: date, in_time: bool | None) -> None:
        assert timeliness.in_time(final=self.final, responded=responded, state=state, today=today) is in_time

    @pytest.mark.parametrize(
        ("responded", "state", "in_time", "late"),
        [
            (date(2025, 8, 11), "closed", True, False),
            (date(2025, 8, 12), "closed", False, True),
            (date(2025, 8, 11), "drafting", False, False),
            (None, "responded", False, False),
        ],
    )
    def test_answers(self, *, responded: date | None, state: str, in_time: bool, late: bool) -> None:
        assert timeliness.responded_in_time(final=self.final, responded=responded, state=state) is in_time
        assert timeliness.responded_late(final=self.final, responded=responded) is late

    @pytest.mark.parametrize(
        ("compliant", "in_time"), [(None, None), (date(2025, 8, 11), True), (date(2025, 8, 12), False)]
    )
    def test_drafts(self, *, compliant: date | None, in_time: bool | None) -> None:
        assert timeliness.draft_in_time(draft=self.final, compliant=compliant) is in_time

    @pytest.mark.parametrize(
        ("responded", "in_time"), [(None, None), (date(2025, 4, 30), True), (date(2025, 5, 1), False)]
    )
    def test_the_unit_has_ten_days_however_cleared(
        self, *, responded: date | None, in_time: bool | None
    ) -> None:
        answer = timeliness.business_unit_in_time(
            foi_clock(), assigned=date(2025, 4, 15), responded=responded, holidays=united_kingdom()
        )
        assert answer is in_time

    def test_an_extended_case_counts_to_its_extended_day(self) -> None:
        day = timeliness.working_day_of(
            received=NOVEMBER_REQUEST,
            on=NOVEMBER_REQUEST,
            final=date(2025, 12, 19),
            holidays=united_kingdom(),
        )
        assert (day.number, day.of) == (0, 33)


def test_the_window_lasts_to_the_end_of_its_last_day() -> None:
    assert deadlines.in_escalation_window(date(2026, 5, 26), today=date(2026, 5, 26))
    assert not deadlines.in_escalation_window(date(2026, 5, 26), today=date(2026, 5, 27))


def test_a_clock_without_extension_cannot_be_extended() -> None:
    with pytest.raises(Refused, match="cannot be extended"):
        deadlines.latest_extension(
            foi_clock().model_copy(update={"extension": None}),
            final=NOVEMBER_FINAL,
            holidays=united_kingdom(),
        )
