"""Applying migrations while the last release goes on working.

No statement waits longer than two seconds for a lock: what waits makes everybody behind it wait. It gives
up instead, and tries again a little later.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from psycopg.errors import LockNotAvailable

from correspondence.core.migrating import baseline, linter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.migrations.migration import Migration

    from correspondence.core.migrating.linter import Refusal

LOCK_SECONDS = 2
STATEMENT_MINUTES = 30
"""For so long an index may be made concurrently, while nobody waits for it."""
ATTEMPTS = 10
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0
ONE_AT_A_TIME = "correspondence:migrating"


class LocksHeld(Exception):
    """A lock could not be had, however often it was tried. What was applied before stays applied."""


def waiting() -> list[Migration]:
    """The migrations that this release brings and the database does not have yet, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, backwards in plan if not backwards]


def refused() -> list[Refusal]:
    """What is wrong with the migrations that wait; those of a release that was out are not judged."""
    executor = MigrationExecutor(connection)
    keys = {(one.app_label, one.name) for one in waiting()}
    return linter.refusals(executor.loader, (keys & baseline.ours(executor.loader)) - baseline.released())


def apply(
    *,
    tell: Callable[[str], object],
    attempts: int = ATTEMPTS,
    pause: Callable[[float], object] = time.sleep,
    verbosity: int = 1,
) -> None:
    """Apply what waits. Only one such command works at a time; another one waits for it like for a lock.

    Raises:
        LocksHeld: after the last attempt.
        DatabaseError: a migration failed; it left nothing behind.
    """
    for attempt in range(1, attempts + 1):
        try:
            _once(verbosity)
        except OperationalError as trouble:
            if not isinstance(trouble.__cause__, LockNotAvailable):
                raise
            # The connection may be anywhere in a transaction; the next attempt has one of its own.
            connection.close()
            if attempt == attempts:
                raise LocksHeld(
                    f"Somebody holds a lock on a table that has to be changed; {attempts} attempts were in "
                    "vain. Nothing is half done: run the command again."
                ) from trouble
            seconds = min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS)
            tell(f"A lock could not be had within {LOCK_SECONDS} s; trying again in {seconds:g} s.")
            pause(seconds)
        else:
            return


def _once(verbosity: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_MINUTES}min'")
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [ONE_AT_A_TIME])
    _drop_broken_indexes(waiting())
    call_command("migrate", interactive=False, verbosity=verbosity, skip_checks=True)
    # The lock goes with the connection.
    connection.close()


def _drop_broken_indexes(migrations: Iterable[Migration]) -> None:
    """Take away what an interrupted attempt left of an index: it serves nobody, and stands in the way."""
    names = [
        operation.index.name
        for migration in migrations
        for operation in migration.operations
        if isinstance(operation, AddIndexConcurrently)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
            " WHERE relname = ANY(%s) AND NOT indisvalid AND relnamespace = current_schema()::regnamespace",
            [names],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY {connection.ops.quote_name(name)}")
