"""Finding cases: by which words, whose, in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from correspondence.caseload import actions, paging, search, tasks
from correspondence.caseload.models import Search
from correspondence.cases.models import Case
from correspondence.core import clock, settings
from correspondence.core.errors import Refused
from correspondence.jobs import kinds, schedule
from correspondence.organisation.models import Team
from tests import statements
from tests.factories import FoiCase, person, unit

pytestmark = pytest.mark.django_db

LETTER = "Please send me the figures on freedom and roofs."


def found(text: str, name: str = "Bea Manager") -> list[str]:
    return [case.number for case in search.matching(text, person(name))]


@pytest.mark.parametrize(
    "text",
    [
        "Lindqvist",
        "petra LINDQVIST",
        "lind",
        "budgets",
        "budget",
        "prisons",
        "freedom",
        "freedoms",
        "roof",
        "lindqvist budget roof",
        "petra, lindqvist!",
        "the budget of the prison",
    ],
)
def test_words_are_found_in_name_subject_and_letter(text: str) -> None:
    case = FoiCase(name="Petra Lindqvist", subject="Prison budgets", message=LETTER)
    FoiCase(name="Otto Friel", subject="Opening hours", message="When are you open?")
    assert found(text) == [case.number]


def test_a_number_is_found_whole_and_by_its_beginning() -> None:
    case = FoiCase()
    assert found(case.number) == [case.number]
    assert found(case.number[:6]) == [case.number]
    assert found(f"9{case.number[1:]}") == []


def test_every_word_must_be_found() -> None:
    FoiCase(subject="Prison budgets", message=LETTER)
    assert found("prison lighthouse") == []


SIGNS = (
    "'", "''", "\\", "\\'", "&", "|", "!", ":*", "<->", "(", ")", "a & b | !c", "'x':*", "x' | 'y", ":", "*",
    "\0", "x\0y", "%", "_", "--", ";", "$$", "é", "日本語", "🦉", "\u202e", "the", "of the",
    "'; DROP TABLE cases_case; --", "x" * 200, "x " * 100, "O'Brien & Sons",
    "http://example.invalid/?a=1&b=2", "a@example.invalid",
)  # fmt: skip
"""None of these is in any case."""


def test_nothing_that_is_typed_is_an_operator() -> None:
    FoiCase(name="Petra Lindqvist", subject="Prison budgets", message=LETTER)
    for text in SIGNS:
        assert found(text) == [], text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Siobhán O'Brien", "o'brien"),
        ("Siobhán O'Brien", "siobhán"),
        ("Anne-Marie Ŝukov", "anne-marie"),
        ("Anne-Marie Ŝukov", "ŝukov"),
        ("王小明", "王小明"),
        ("M & S Law", "m & s law"),
    ],
)
def test_names_with_signs_are_found_as_they_are_written(name: str, text: str) -> None:
    case = FoiCase(name=name)
    assert found(text) == [case.number]


# --- units ----------------------------------------------------------------------------------------


def test_a_case_is_found_by_the_unit_that_answers_it() -> None:
    case = FoiCase(state="drafting", unit="Courts Reform", responder="Cleo Frost", subject="Prison budgets")
    FoiCase(state="drafting", subject="Prison budgets")
    assert found("courts reform") == [case.number]
    assert found("reform") == [case.number]


def test_some_words_may_be_the_units_and_others_the_cases() -> None:
    case = FoiCase(state="drafting", unit="Courts Reform", responder="Cleo Frost", subject="Prison budgets")
    FoiCase(state="drafting", unit="Courts Reform", responder="Cleo Frost", subject="Opening hours")
    FoiCase(state="drafting", subject="Prison budgets")
    assert found("reform budgets") == [case.number]
    assert found("reform lighthouse") == []


def test_renaming_a_unit_is_effective_at_once() -> None:
    case = FoiCase(state="drafting")
    assert found("kingfisher") == []
    Team.objects.filter(name="Unit A").update(name="Kingfisher House")
    assert found("kingfisher") == [case.number]


def test_a_unit_that_rejected_a_case_does_not_find_it() -> None:
    FoiCase(state="awaiting_responder", unit="Courts Reform")
    assert len(found("courts")) == 1
    case = Case.objects.get()
    case.assignments.filter(role="responding").update(state="rejected")
    assert found("courts") == []


# --- whose ----------------------------------------------------------------------------------------


def test_a_responder_finds_the_cases_of_their_unit_alone() -> None:
    ours = FoiCase(state="drafting", subject="Prison budgets")
    theirs = FoiCase(state="drafting", unit="Unit B", responder="Bob Responder", subject="Prison budgets")
    assert found("prison", "Rhys Responder") == [ours.number]
    assert found(theirs.number, "Rhys Responder") == []
    assert found("unit", "Rhys Responder") == [ours.number]
    assert set(found("prison", "Dora Disclosure")) == {ours.number, theirs.number}


def test_a_deleted_case_is_found_by_nobody() -> None:
    case = FoiCase()
    Case.objects.filter(pk=case.pk).update(deleted_at=clock.now(), deletion_reason="Sent twice.")
    assert found(case.number) == []


# --- in which order -------------------------------------------------------------------------------


def test_the_name_weighs_more_than_the_subject_and_that_more_than_the_letter() -> None:
    in_letter = FoiCase(message="It is about a heron.")
    in_subject = FoiCase(subject="A heron")
    in_name = FoiCase(name="Paula Heron")
    assert found("heron") == [in_name.number, in_subject.number, in_letter.number]


def test_the_units_name_weighs_between_the_name_and_the_subject() -> None:
    Team.objects.filter(name="Unit A").update(name="Heron House")
    in_subject = FoiCase(subject="A heron")
    in_unit = FoiCase(state="drafting", unit="Heron House")
    in_name = FoiCase(name="Paula Heron")
    assert found("heron") == [in_name.number, in_unit.number, in_subject.number]


def test_of_equals_the_newest_received_stands_first() -> None:
    today = clock.today()
    days = (today - timedelta(days=9), today - timedelta(days=2), today - timedelta(days=5))
    by_day = {day: FoiCase(subject="A heron", received=day).number for day in days}
    assert found("heron") == [by_day[day] for day in sorted(days, reverse=True)]


def test_of_very_many_the_newest_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "COUNTED_AT_MOST", 2)
    monkeypatch.setattr(paging, "COUNTED_AT_MOST", 2)
    today = clock.today()
    cases = [FoiCase(subject="A heron", received=today - timedelta(days=age)) for age in (8, 6, 4, 2)]
    shown = paging.page_of(search.matching("heron", person("Bea Manager")), 1)
    assert (shown.count.found, shown.count.more) == (2, True)
    assert list(shown.ids) == [cases[3].pk, cases[2].pk]


def test_a_page_of_results_takes_three_statements() -> None:
    FoiCase(subject="A heron")
    with statements.counted() as asked:
        paging.page_of(search.matching("heron", person("Bea Manager")), 1)
    # The words, the count, the ids.
    assert (
        len([sql for sql in asked if "rulebook_edition" not in sql and "organisation_user" not in sql]) == 3
    )


# --- keeping searches -----------------------------------------------------------------------------


def test_a_search_is_kept_trimmed() -> None:
    kept = actions.keep_search(user=person("Bea Manager"), text="  two \t words\0 ", now=clock.now())
    assert Search.objects.get().text == kept.text == "two words"


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "\0", "x" * 201])
def test_what_cannot_be_searched_for_is_not_kept(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        actions.keep_search(user=person("Bea Manager"), text=text, now=clock.now())
    assert refusal.value.field == "text"
    assert not Search.objects.exists()


def test_searches_are_deleted_after_the_set_number_of_days() -> None:
    now, days = clock.now(), timedelta(days=settings.current().search_days)
    user = person("Bea Manager")
    kept = actions.keep_search(user=user, text="kept", now=now - days)
    actions.keep_search(user=user, text="old", now=now - days - timedelta(seconds=1))
    assert actions.purge_searches(now=now) == 1
    assert list(Search.objects.all()) == [kept]


def test_old_searches_are_deleted_every_day() -> None:
    assert kinds.named("purge_searches").inside is tasks.purge_searches
    assert "purge_searches" in [entry.kind for entry in schedule.entries()]
    actions.keep_search(user=person("Bea Manager"), text="old", now=clock.now() - timedelta(days=400))
    tasks.purge_searches()
    assert not Search.objects.exists()


def test_the_units_of_these_tests_are_there() -> None:
    assert unit("Courts Reform").role == "responder"
