"""Pages of a list: counted and skipped only as far as anybody reads."""

from __future__ import annotations

import pytest

from correspondence.caseload import paging
from correspondence.caseload.paging import Count, counted, page_of
from correspondence.cases.models import Case
from tests import statements
from tests.factories import FoiCase

pytestmark = pytest.mark.django_db


@pytest.fixture
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "ROWS", 2)
    monkeypatch.setattr(paging, "COUNTED_AT_MOST", 5)


def cases(count: int) -> list[int]:
    return [FoiCase().pk for _ in range(count)]


@pytest.mark.parametrize(
    ("count", "words", "last"),
    [
        (Count(0, more=False), "0", 1),
        (Count(20, more=False), "20", 1),
        (Count(21, more=False), "21", 2),
        (Count(1204, more=False), "1,204", 61),
        (Count(10_000, more=True), "more than 10,000", 500),
    ],
)
def test_a_count_in_words_and_in_pages(count: Count, words: str, last: int) -> None:
    assert str(count) == words
    assert count.last_page == last


@pytest.mark.usefixtures("_short_pages")
def test_pages_follow_each_other_and_end() -> None:
    ids = cases(3)
    listed = Case.objects.order_by("pk")
    assert list(page_of(listed, 1).ids) == ids[:2]
    assert list(page_of(listed, 2).ids) == ids[2:]
    assert page_of(listed, 3).ids == ()
    assert page_of(listed, 3).count == Count(3, more=False)


@pytest.mark.usefixtures("_short_pages")
def test_nothing_is_counted_or_shown_beyond_the_bound() -> None:
    ids = cases(7)
    listed = Case.objects.order_by("pk")
    assert counted(listed) == Count(5, more=True)
    assert list(page_of(listed, 3).ids) == ids[4:5]
    assert page_of(listed, 4).ids == ()


def test_exactly_as_many_as_are_counted_is_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNTED_AT_MOST", 2)
    cases(2)
    assert counted(Case.objects.order_by("pk")) == Count(2, more=False)


def test_a_page_takes_two_statements_and_one_beyond_the_end_takes_one() -> None:
    cases(1)
    with statements.counted() as asked:
        page_of(Case.objects.order_by("pk"), 1)
    assert len(asked) == 2
    with statements.counted() as asked:
        page_of(Case.objects.order_by("pk"), 2)
    assert len(asked) == 1
    assert all('"message"' not in sql and "OFFSET" not in sql for sql in asked)
