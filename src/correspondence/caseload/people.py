"""The open cases that people hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef

from correspondence.cases.access import visible_to
from correspondence.cases.models import Assignment, Case
from correspondence.cases.models.assignment import LIVE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from django.db.models import QuerySet

    from correspondence.organisation.models import User


def open_cases_of(person: User, *, viewer: User) -> QuerySet[Case]:
    """The open cases that name this person, as far as the viewer may see them; the most urgent first."""
    held = Assignment.objects.filter(case=OuterRef("pk"), user=person, state__in=LIVE)
    return _open_to(viewer).filter(Exists(held)).order_by("final_deadline", "id")


def open_case_counts(people: Collection[User], *, viewer: User) -> Mapping[int, int]:
    """How many cases ``open_cases_of`` would list for each of these people, by the person's id. One query."""
    held = Assignment.objects.filter(user__in=people, state__in=LIVE, case__in=_open_to(viewer))
    counted = held.order_by().values_list("user").annotate(cases=Count("case", distinct=True))
    return {person.pk: 0 for person in people} | dict(counted)


def _open_to(viewer: User) -> QuerySet[Case]:
    return visible_to(viewer).exclude(state="closed")
