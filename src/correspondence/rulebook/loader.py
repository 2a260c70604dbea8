"""The tables as a running process uses them: the current ones from files, editions from the database."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from correspondence.core import settings
from correspondence.core.errors import Misconfigured
from correspondence.rulebook import checks
from correspondence.rulebook.files import PolicyError, Problem
from correspondence.rulebook.models import Edition
from correspondence.rulebook.reading import SHIPPED, load
from correspondence.rulebook.tables.rulebook import BoundTables, CurrentTables, Rulebook

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "NoEdition",
    "check_names",
    "current",
    "current_edition_id",
    "edition",
    "lacking",
    "load",
    "policy_folder",
    "rulebook",
]


class NoEdition(Misconfigured):
    """No edition of the policy was published yet: ``manage.py publish_policy`` does it."""


def policy_folder() -> Path:
    """The folder of the settings, else the shipped one."""
    return settings.current().policy_dir or SHIPPED


@cache
def rulebook() -> Rulebook:
    """Every table of the policy folder, read once per process."""
    return load(policy_folder())


def current() -> CurrentTables:
    """The tables that are current for every case: states, events, permissions, holidays, requesters."""
    return rulebook().current


def current_edition_id() -> int:
    """The edition that a case begun now is bound to.

    Raises:
        NoEdition: none was published yet.
    """
    found = Edition.objects.order_by("-number").values_list("pk", flat=True).first()
    if found is None:
        raise NoEdition("No edition of the policy was published: run manage.py publish_policy.")
    return found


@lru_cache(maxsize=64)
def edition(edition_id: int) -> BoundTables:
    """The tables of one edition. An edition never changes, so that a process reads each once."""
    return BoundTables.model_validate(Edition.objects.values_list("content", flat=True).get(pk=edition_id))


def lacking(edition_id: int) -> tuple[str, ...]:
    """The names of an edition, or of the current guards, that nothing in this process stands behind.

    A process that lacks one is not ready: it cannot serve the cases of that edition.
    """
    unknown = checks.unregistered(edition(edition_id).workflows, current().permissions)
    return tuple(name for _, _, name in unknown)


def check_names(tables: Rulebook) -> None:
    """Every fact, rule and effect that a table names is registered in this process.

    Raises:
        PolicyError: with each name that nothing stands behind.
    """
    problems = tuple(
        Problem(file, 1, f"no {kind} is called {name}")
        for file, kind, name in checks.unregistered(tables.workflows, tables.permissions)
    )
    if problems:
        raise PolicyError(problems)
