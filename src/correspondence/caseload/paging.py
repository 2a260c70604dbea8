"""One page of a list, whatever the list's length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from correspondence.cases.models import Case

ROWS = 20
"""Rows of a page."""

COUNTED_AT_MOST = 10_000
"""Nobody reads further: a longer list is searched. Counting and skipping stop here, so that no page
takes longer the more cases there are."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases a list has.

    Attributes:
        found: the number, ``COUNTED_AT_MOST`` at most.
        more: there are more than were counted.
    """

    found: int
    more: bool

    def __str__(self) -> str:
        return f"more than {self.found:,}" if self.more else f"{self.found:,}"

    @property
    def last_page(self) -> int:
        """The last page that can be shown; an empty list has one, which is empty."""
        return max(1, -(-self.found // ROWS))


@dataclass(frozen=True, slots=True)
class Page:
    """The cases of one page by id, in the order of the list; none beyond the last page."""

    number: int
    ids: Sequence[int]
    count: Count


def counted(cases: QuerySet[Case]) -> Count:
    """How many there are, as far as it is worth counting: one statement."""
    found = cases.order_by().values("pk")[: COUNTED_AT_MOST + 1].count()
    return Count(min(found, COUNTED_AT_MOST), found > COUNTED_AT_MOST)


def page_of(cases: QuerySet[Case], number: int) -> Page:
    """One page of a list, the first being 1: two statements at most, over ids alone."""
    count = counted(cases)
    if number > count.last_page:
        return Page(number, (), count)
    begin = (number - 1) * ROWS
    end = min(begin + ROWS, count.found)
    return Page(number, tuple(cases.values_list("pk", flat=True)[begin:end]), count)
