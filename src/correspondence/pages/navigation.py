"""The menu, and the page on which a person lands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from correspondence.cases.access import why_not_permitted
from correspondence.organisation.models import Role, User

if TYPE_CHECKING:
    from django.http import HttpRequest

ENTRIES = (
    # What it says, the name of its address, and the permission that it needs.
    ("Create case", "new_case", "create_case"),
    ("New cases", "incoming_cases", "see_new_cases"),
    ("Cases", "open_cases", "see_case_lists"),
    ("My open cases", "my_open_cases", "see_case_lists"),
    ("Closed cases", "closed_cases", "see_case_lists"),
    ("Search", "search", "see_case_lists"),
    ("Teams", "teams", "see_own_teams"),
    ("Jobs", "jobs", "see_jobs"),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """The menu of whoever is signed in, for every page. It reads the person's memberships and no more."""
    person = getattr(request, "user", None)
    return {"navigation": menu(person, request.path) if isinstance(person, User) else []}


def menu(person: User, path: str) -> list[dict[str, Any]]:
    """The entries that this person may open, in their order; the one that leads to this path is marked."""
    entries = []
    for label, name, permission in ENTRIES:
        if why_not_permitted(person, permission) is None:
            href = reverse(name)
            entries.append(
                {
                    "label": _team(person) if name == "teams" else label,
                    "href": href,
                    "current": path.startswith(href),
                }
            )
    return entries


def landing_page(person: User) -> str:
    """The name of the page on which this person begins."""
    if why_not_permitted(person, "see_case_lists") is None:
        return "open_cases"
    if not person.is_a(Role.TEAM_ADMIN) and why_not_permitted(person, "see_jobs") is None:
        return "jobs"
    return "teams"


def _team(person: User) -> str:
    """In the singular for a member of one team who sees no others."""
    teams = {held.team_id for held in person.active_memberships if held.team_id}
    sees_all = why_not_permitted(person, "see_all_teams") is None
    return "Team" if len(teams) == 1 and not sees_all else "Teams"
