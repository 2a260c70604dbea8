"""Finding cases by what was asked, who asked, and who answers.

Each word, as the beginning of a word, must be found in the case's own fields or in the name of the
unit that answers it. Fields are searched through their stored vector and its index. Names of units
are few: they are matched first, when the search is made, so that renaming a unit rewrites no case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Value, When

from correspondence.caseload.paging import COUNTED_AT_MOST
from correspondence.cases import access
from correspondence.cases.models import Assignment, AssignmentRole, AssignmentState, Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from correspondence.organisation.models import User

CONFIG = "english"

WEIGHT_OF_UNIT = 0.4
"""What PostgreSQL gives to a match of weight B, in which a unit's name would stand."""

_MEANING = """
SELECT numnode(asked.query) > 0,
       ARRAY(SELECT team.id FROM organisation_team AS team
             WHERE team.role = 'responder' AND to_tsvector('english', team.name) @@ asked.query)
FROM unnest(%s::text[]) WITH ORDINALITY AS word (text, place)
CROSS JOIN LATERAL (SELECT to_tsquery('english', word.text) AS query) AS asked
ORDER BY word.place
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the words of a search mean.

    Attributes:
        words: those that can be looked for, each as a query of PostgreSQL's; "the" cannot.
        units: for each set of words, the units in whose name exactly those are found.
    """

    words: Sequence[str]
    units: Mapping[frozenset[str], Sequence[int]]


def matching(text: str, user: User) -> QuerySet[Case]:
    """The cases found, among those that the person may see: best first, then the newest received.

    Of more than ``COUNTED_AT_MOST`` the newest are ranked: a word that is in every case tells nothing
    of the others.
    """
    wanted = _meaning(text)
    if not wanted.words:
        return Case.objects.none()
    scope = access.visible_to(user)
    found = _newest(scope.filter(search=_query(wanted.words, "&")))
    by_unit = [
        (words, _newest(_with_units(scope, units).filter(**_rest(wanted, words))))
        for words, units in wanted.units.items()
    ]
    candidates = found.union(*(cases for _, cases in by_unit)) if by_unit else found
    return (
        Case.objects.filter(pk__in=candidates)
        .annotate(rank=_rank(wanted))
        .order_by("-rank", "-received_date", "-pk")
    )


def _newest(cases: QuerySet[Case]) -> QuerySet[Case, int]:
    newest = cases.order_by("-received_date", "-pk")
    return newest.values_list("pk", flat=True)[: COUNTED_AT_MOST + 1]


def _rest(wanted: Wanted, found: frozenset[str]) -> dict[str, SearchQuery]:
    """What must be in the case itself when the unit's name has these words."""
    rest = [word for word in wanted.words if word not in found]
    return {"search": _query(rest, "&")} if rest else {}


def _with_units(cases: QuerySet[Case], units: Sequence[int]) -> QuerySet[Case]:
    return cases.filter(_answered_by(units))


def _answered_by(units: Sequence[int]) -> Exists:
    """Whether one of the units answers the case; one that rejected it does not."""
    answering = Assignment.objects.filter(case=OuterRef("pk"), role=AssignmentRole.RESPONDING, team__in=units)
    return Exists(answering.exclude(state=AssignmentState.REJECTED))


def _rank(wanted: Wanted) -> Combinable:
    """How well a case fits: the sum over the words, each by the weight of the best field it is in."""
    rank: Combinable = SearchRank(F("search"), _query(wanted.words, "|"))
    for words, units in wanted.units.items():
        share = WEIGHT_OF_UNIT * len(words) / len(wanted.words)
        rank += Choice(When(_answered_by(units), then=Value(share)), default=Value(0.0))
    return rank


def _query(words: Sequence[str], operator: str) -> SearchQuery:
    return SearchQuery(f" {operator} ".join(words), config=CONFIG, search_type="raw")


def _meaning(text: str) -> Wanted:
    """The words of the text as PostgreSQL and the names of the units understand them: one statement."""
    asked = list(dict.fromkeys(_quoted(word) for word in text.lower().split()))
    with connection.cursor() as cursor:
        cursor.execute(_MEANING, [asked])
        answers = cursor.fetchall()
    words = [word for word, (says_something, _) in zip(asked, answers, strict=True) if says_something]
    named: dict[int, set[str]] = {}
    for word, (_, teams) in zip(asked, answers, strict=True):
        for team in teams:
            named.setdefault(team, set()).add(word)
    units: dict[frozenset[str], list[int]] = {}
    for team, found in named.items():
        units.setdefault(frozenset(found), []).append(team)
    return Wanted(words, units)


def _quoted(word: str) -> str:
    """A word as a prefix query. Inside the quotes nothing is an operator but the quote and the backslash."""
    plain = "".join(" " if sign in "'\\\0" else sign for sign in word)
    return f"'{plain}':*"
