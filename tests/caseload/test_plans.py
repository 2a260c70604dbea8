"""Lists and searches are read from indexes: asked of the planner over several thousand cases."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from correspondence.caseload import queries, search
from correspondence.cases.models import Assignment, Case
from correspondence.core import clock
from tests.factories import FoiCase, person

if TYPE_CHECKING:
    from django.db.models import QuerySet

pytestmark = pytest.mark.django_db

MANY = 6_000

BY_HOLDER = r"Index Cond: \(+(team|user)_id = "


def copied(case: Case, count: int) -> None:
    """So many cases like this one, each of another day, with other words in it."""
    (values,) = Case.objects.filter(pk=case.pk).values()
    held = list(Assignment.objects.filter(case=case).values())
    # An answer would lie before the receipt of some of the copies, and none is needed here.
    alike = {name: value for name, value in values.items() if name not in ("id", "search", "response_date")}
    copies = [Case(**{**alike, **_of_its_own(case, place)}) for place in range(count)]
    Case.objects.bulk_create(copies)
    Assignment.objects.bulk_create(
        Assignment(**{**one, "id": None, "case_id": copy.pk}) for copy in copies for one in held
    )


def _of_its_own(case: Case, place: int) -> dict[str, Any]:
    age = timedelta(days=place % 2000)
    days = ("received_date", "escalation_deadline", "draft_deadline", "statutory_deadline", "final_deadline")
    return {
        "number": f"{case.state}{place}",
        "name": f"Person {place}",
        "subject": f"Subject s{place % 50}",
        "message": f"Letter l{place % 700} about a{place % 90}",
        "last_transition_at": case.last_transition_at - place * timedelta(hours=1),
        **{name: getattr(case, name) - age for name in days},
    }


@pytest.fixture
def _many_cases() -> None:
    """Open and closed cases by the thousand, held by another unit; the planner knows their numbers."""
    copied(FoiCase(state="drafting", unit="Courts Reform", responder="Cleo Frost"), MANY // 4)
    copied(FoiCase(state="closed", unit="Courts Reform", responder="Cleo Frost"), MANY)
    FoiCase(state="drafting")
    FoiCase(workflow="trigger", taken_on=False)
    FoiCase(in_window=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case, cases_assignment")


def plan(cases: QuerySet[Case]) -> str:
    return cases.values_list("pk", flat=True)[:20].explain()


@pytest.mark.usefixtures("_many_cases")
def test_lists_and_searches_use_their_indexes() -> None:
    today = clock.today()
    manager, responder = person("Bea Manager"), person("Rhys Responder")
    disclosure, press = person("Dora Disclosure"), person("Pete Press")
    for cases, index in (
        (queries.open_cases(manager), "Index Only Scan using case_open"),
        (queries.closed(manager), "Index Only Scan using case_closed"),
        (queries.open_cases(responder), BY_HOLDER),
        (queries.my_open(responder, late=False, today=today), BY_HOLDER),
        (queries.open_cases(disclosure), BY_HOLDER),
        (queries.incoming(disclosure, today=today), BY_HOLDER),
        (queries.incoming(press, today=today), "case_in_window"),
        (search.matching("l77", manager), "Bitmap Index Scan on case_search"),
        (search.matching("s3 a30", disclosure), "Bitmap Index Scan on case_search"),
    ):
        told = plan(cases)
        assert re.search(index, told), told
        assert not re.search(r"Seq Scan on cases_(case|assignment)", told), told
