"""Whether someone may do what is no event of a workflow. Pure, like the workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.rulebook.workflow import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from correspondence.rulebook.tables.permissions import Permission
    from correspondence.rulebook.tables.rulebook import CurrentTables
    from correspondence.rulebook.workflow import Holds

ROLE_WORDS = {
    "manager": "a manager",
    "approver": "an approver",
    "responder": "a responder",
    "team_admin": "a team administrator",
    "admin": "a system administrator",
}


def refusal(current: CurrentTables, action: str, *, roles: Iterable[str], holds: Holds) -> Refusal | None:
    """What stands in the way of this action, or None when it is allowed.

    Several rows for one action are alternatives. A fact that fails is told before a role that is
    lacking, since it is the nearer one. Roles are all that the person holds in active teams, team_admin
    and admin included.

    Raises:
        KeyError: the table has no such action; a defect, not a refusal.
    """
    ways = current.permissions.ways(action)
    if not ways:
        raise KeyError(action)
    held = frozenset(roles)
    open_ways = [way for way in ways if not way.by or held & set(way.by)]
    nearest: Refusal | None = None
    for way in open_ways:
        missing = next((name for name in way.when if not holds(name)), None)
        if missing is None:
            return None
        nearest = nearest or Refusal("fact", holds.words(missing), missing)
    return nearest or Refusal("wrong_role", _who_may(ways))


def _who_may(ways: tuple[Permission, ...]) -> str:
    named = dict.fromkeys(ROLE_WORDS[role] for way in ways for role in way.by)
    who = " or ".join(", ".join(named).rsplit(", ", 1))
    return f"Only {who} may {ways[0].meaning}."
