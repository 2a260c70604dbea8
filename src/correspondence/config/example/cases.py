"""The cases with which the demonstration begins: one for each thing that can be tried on it.

Each is made by the actions that people use, so that all of it can be gone on with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.cases.models import Case
from correspondence.config.example.story import Story
from correspondence.rulebook.closure import Answers, PublicInterest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GRANTED = Answers(information_held="held", outcome="granted")
WITHHELD_IN_PART = Answers(
    information_held="part_held",
    outcome="part",
    exemptions=frozenset({"s40_2_3a", "s43"}),
    public_interest={
        "s43": PublicInterest(
            favours_maintaining=True,
            reasons="The tender has not ended; the prices are published once it has.",
        )
    },
)
TOO_COSTLY = Answers(information_held="held", outcome="refused", grounds=frozenset({"s12_1"}))
NOT_HELD = Answers(information_held="not_held")

LETTER = (
    "Please treat this as a request under the Freedom of Information Act 2000.\n\n"
    "For each of the last five years, please send me {asked}. If part of it is held elsewhere in the"
    " department, please say where. I would prefer a spreadsheet.\n\n"
    "If you withhold anything, please say which exemption you rely on, and why."
)


def load(most: int) -> None:
    """Make these cases until there are so many; the last of them, with its review, counts as two."""
    for make in MAKERS:
        if Case.objects.count() >= most:
            return
        with transaction.atomic():
            make()


def _new() -> None:
    _asked(
        0,
        "Petra Lindqvist",
        "Waiting times at local offices",
        "the average waiting time at each local office",
    )


def _new_and_flagged() -> None:
    _asked(
        1,
        "Ivo Marlowe",
        "Meetings with newspaper owners",
        "the meetings of ministers with owners of newspapers",
        requester_type="journalist",
        flagged=True,
    )


def _new_by_post() -> None:
    _asked(1, "Agnes Thorburn", "Closure of the Dunley office", "the savings expected", by_post=True)


def _sent_back_by_a_unit() -> None:
    story = _asked(
        3, "Cyril Banwell", "Rents of empty buildings", "the rent paid for buildings that stand empty"
    )
    story.assigned("Unit B").rejected(
        "Bob Responder", "Rents are with Property and Maintenance, not with us."
    )


def _to_be_accepted() -> None:
    _asked(
        2, "Mina Castell", "Sentencing of young adults", "the research on sentencing of young adults"
    ).assigned("Unit A")


def _to_be_accepted_elsewhere() -> None:
    _asked(1, "Otto Friel", "Complaints about opening hours", "the complaints about opening hours").assigned(
        "Unit B"
    )


def _to_be_accepted_and_flagged() -> None:
    story = _asked(
        4, "Rosalind Pym", "Advice on the youth bill", "the advice given on the youth bill", flagged=True
    )
    story.assigned("Unit A")


def _drafting_in_the_window() -> None:
    story = _asked(
        1, "Gregor Haldane", "Consultation replies", "the replies to the consultation on court fees"
    )
    story.assigned("Unit A").accepted("Rina Responder")


def _drafting() -> None:
    story = _asked(9, "Beatrix Lowndes", "Cost of impact papers", "the cost of each impact paper")
    story.assigned("Unit A").accepted("Rhys Responder")
    story.said("Bea Manager", "The requester telephoned: the years 2024 and 2025 matter most.")


def _drafting_late() -> None:
    story = _asked(24, "Silvan Roper", "Staff surveys", "the results of staff surveys by office")
    story.assigned("Unit B").accepted("Bob Responder")
    story.said("Bob Responder", "One office has still not sent its figures. I have asked its head again.")


def _drafting_extended() -> None:
    story = _asked(16, "Hester Quayle", "Options for court reform", "the options considered and rejected")
    story.assigned("Courts Reform").accepted("Cleo Frost")
    story.extended(15, "s35", "The policy is still being made; its public interest has to be weighed.")


def _drafting_flagged() -> None:
    story = _asked(
        10, "Duncan Abbey", "Use of private emails", "the guidance on private emails", flagged=True
    )
    story.cleared_by("Dora Disclosure").assigned("Unit A").accepted("Rina Responder")


def _more_clearance_asked_for() -> None:
    story = _asked(8, "Tabitha Crewe", "Ministerial diaries", "the diaries of ministers", flagged=True)
    story.cleared_by("Dan Disclosure").assigned("Unit A").accepted("Rhys Responder").further_clearance()


def _with_disclosure() -> None:
    story = _asked(12, "Fergus Innes", "Interpreters in court", "the fees paid to interpreters", flagged=True)
    story.cleared_by("Dora Disclosure").assigned("Legal Aid Policy").accepted("Leon Abbot").uploaded(
        "Leon Abbot"
    )


def _with_disclosure_of_three() -> None:
    story = _asked(11, "Maud Ellery", "Letters from the mayor", "the letters exchanged with the mayor")
    story.taken_on("Pete Press").cleared_by("Dora Disclosure")
    story.assigned("Unit A").accepted("Rhys Responder").uploaded("Rhys Responder")


def _with_press_office() -> None:
    story = _asked(13, "Lucian Sharpe", "Advertising campaigns", "the cost of each advertising campaign")
    story.taken_on("Pete Press").cleared_by("Dan Disclosure").assigned("Finance Reporting").accepted(
        "Fern Ledger"
    )
    story.uploaded("Fern Ledger").approved("Dan Disclosure")


def _with_private_office() -> None:
    story = _asked(15, "Oriel Stanning", "Overseas visits", "the cost of each visit overseas")
    story.taken_on("Vera Private").cleared_by("Dora Disclosure").assigned("Finance Reporting")
    story.accepted("Fern Ledger").uploaded("Fern Ledger").approved("Dora Disclosure").approved("Pete Press")


def _ready_to_send() -> None:
    story = _asked(14, "Edwin Pascoe", "Vehicles by fuel", "the number of vehicles by fuel")
    story.assigned("Field Services North").accepted("Fay North").uploaded("Fay North")


def _ready_to_send_cleared() -> None:
    story = _asked(17, "Winifred Tate", "Sickness absence", "the working days lost to sickness", flagged=True)
    story.cleared_by("Dan Disclosure").assigned("Pay and Workforce").accepted("Paul Wage")
    story.uploaded("Paul Wage").approved("Dan Disclosure")


def _ready_to_close() -> None:
    story = _asked(18, "Clement Vane", "Digital hearings", "the number of hearings held by video")
    story.assigned("Courts Reform").accepted("Cleo Frost").uploaded("Cleo Frost")
    story.sent("Cleo Frost", working_days_ago=1)


def _closed_in_time() -> None:
    story = _asked(30, "Judith Orme", "Jury expenses", "the expenses paid to jurors")
    story.assigned("Courts Reform").accepted("Cleo Frost").uploaded("Cleo Frost")
    story.sent("Cleo Frost", working_days_ago=12).closed(GRANTED)


def _closed_for_its_cost() -> None:
    story = _asked(45, "Basil Yeo", "Every email about parking", "every email that mentions parking")
    story.assigned("Property and Maintenance").accepted("Piotr Wall").uploaded("Piotr Wall")
    story.sent("Piotr Wall", working_days_ago=28).closed(TOO_COSTLY)


def _closed_not_held() -> None:
    story = _asked(38, "Irene Kettle", "Lighthouse keepers", "the number of lighthouse keepers")
    story.assigned("Pay and Workforce").accepted("Paul Wage").uploaded("Paul Wage")
    story.sent("Paul Wage", working_days_ago=30).closed(NOT_HELD)


def _closed_late_and_under_review() -> None:
    """A late answer that withheld something, and the review that its requester then asked for."""
    story = _asked(60, "Ambrose Kell", "Cleaning contracts", "the price of each cleaning contract")
    story.assigned("Contracts and Suppliers").accepted("Carla Stock").uploaded("Carla Stock")
    story.sent("Carla Stock", working_days_ago=32).closed(WITHHELD_IN_PART)
    review = Story(
        6,
        case_type="foi_compliance_review",
        name="Ambrose Kell",
        subject="Review: cleaning contracts",
        message="I ask for an internal review. The tender has ended, so the prices can be published.",
    )
    review.cleared_by("Dora Disclosure").assigned("Contracts and Suppliers").accepted("Carla Stock")
    review.linked(story.case)


def _asked(
    working_days_ago: int,
    name: str,
    subject: str,
    asked: str,
    *,
    requester_type: str = "member_of_the_public",
    flagged: bool = False,
    by_post: bool = False,
) -> Story:
    return Story(
        working_days_ago,
        name=name,
        subject=subject,
        message="" if by_post else LETTER.format(asked=asked),
        requester_type=requester_type,
        flagged=flagged,
        by_post=by_post,
    )


MAKERS: Sequence[Callable[[], None]] = (
    _new,
    _new_and_flagged,
    _to_be_accepted,
    _drafting,
    _with_disclosure,
    _ready_to_send,
    _ready_to_close,
    _closed_in_time,
    _new_by_post,
    _sent_back_by_a_unit,
    _to_be_accepted_elsewhere,
    _to_be_accepted_and_flagged,
    _drafting_in_the_window,
    _drafting_late,
    _drafting_extended,
    _drafting_flagged,
    _more_clearance_asked_for,
    _with_disclosure_of_three,
    _with_press_office,
    _with_private_office,
    _ready_to_send_cleared,
    _closed_for_its_cost,
    _closed_not_held,
    _closed_late_and_under_review,
)
