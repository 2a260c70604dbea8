"""Applying migrations beside a release that works on: by hand, on real tables, with real locks."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from correspondence.core.migrating import applying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)

REAL = importlib.import_module("correspondence.organisation.migrations")
PACKAGE = "shelves_to_apply"
WHERE = ("dbname", "user", "password", "host", "port")
COLUMN = 'migrations.AddField("team", "shelf", models.IntegerField(null=True))'
INDEX = 'AddIndexConcurrently("team", models.Index(fields=["lead"], name="team_of_lead"))'

MIGRATION = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = {atomic}
    dependencies = [("organisation", "{last}")]
    operations = [{operation}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where further migrations of the organisation can be put; what they do is undone."""
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text(f"__path__ += {list(REAL.__path__)!r}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(MIGRATION_MODULES={"organisation": PACKAGE}):
        yield package
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS team_of_lead")
        cursor.execute("ALTER TABLE organisation_team DROP COLUMN IF EXISTS shelf")
        cursor.execute("DELETE FROM django_migrations WHERE name = '0900_shelf'")


def write(folder: Path, operation: str, *, atomic: bool = True) -> None:
    last = max(name for _, name, _ in pkgutil.iter_modules(REAL.__path__))
    (folder / "0900_shelf.py").write_text(
        MIGRATION.format(operation=operation, atomic=atomic, last=last), encoding="utf-8"
    )
    importlib.invalidate_caches()


def columns() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'organisation_team'"
        )
        return {name for (name,) in cursor.fetchall()}


def another_connection() -> psycopg.Connection:
    parameters = connection.get_connection_params()
    return psycopg.connect(
        **{
            name: parameters[name]
            for name in ("dbname", "user", "password", "host", "port")
            if name in parameters
        }
    )


def test_what_waits_is_applied(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, COLUMN)
    assert [(one.app_label, one.name) for one in applying.waiting()] == [("organisation", "0900_shelf")]
    call_command("migrate_safely")
    assert "Applying organisation.0900_shelf... OK" in capsys.readouterr().out
    assert "shelf" in columns()
    assert applying.waiting() == []
    call_command("migrate_safely", verbosity=0)


def test_what_is_refused_changes_nothing(folder: Path) -> None:
    write(folder, 'migrations.RemoveField("team", "lead")')
    with pytest.raises(
        CommandError, match=r"nothing was changed:\n  organisation.0900_shelf: team.lead goes"
    ) as no:
        call_command("migrate_safely", verbosity=0)
    assert no.value.returncode == 3
    assert "lead" in columns()


def test_what_fails_leaves_nothing_behind(folder: Path) -> None:
    broken = 'migrations.RunSQL("SELECT 1 / 0")'
    write(folder, f"{COLUMN}, {broken}")
    with pytest.raises(CommandError, match="A migration failed: division by zero") as failed:
        call_command("migrate_safely", verbosity=0)
    assert failed.value.returncode == 1
    assert "shelf" not in columns()


def test_a_lock_is_waited_for_two_seconds_at_a_time(folder: Path) -> None:
    write(folder, COLUMN)
    told: list[str] = []
    holding, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with another_connection() as other:
            other.execute("LOCK TABLE organisation_team IN ACCESS SHARE MODE")
            holding.set()
            enough.wait(30)
            other.rollback()

    def let_go(_seconds: float) -> None:
        enough.set()
        holder.join(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert holding.wait(10)
    applying.apply(tell=told.append, pause=let_go, verbosity=0)
    assert told == ["A lock could not be had within 2 s; trying again in 1 s."]
    assert "shelf" in columns()


def test_it_gives_up_in_the_end(folder: Path) -> None:
    write(folder, COLUMN)
    with another_connection() as other:
        other.execute("LOCK TABLE organisation_team IN ACCESS SHARE MODE")
        with pytest.raises(CommandError, match="Somebody holds a lock") as held:
            call_command("migrate_safely", attempts=1, verbosity=0)
        other.rollback()
    assert held.value.returncode == 1
    assert "shelf" not in columns()


def test_an_index_that_was_broken_off_is_made_anew(folder: Path) -> None:
    write(folder, INDEX, atomic=False)
    with another_connection() as other:
        # A transaction that is older keeps an index from being finished.
        other.execute("LOCK TABLE organisation_team IN ROW EXCLUSIVE MODE")
        with pytest.raises(applying.LocksHeld):
            applying.apply(tell=str, attempts=1, verbosity=0)
        other.rollback()
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'team_of_lead'::regclass")
        assert cursor.fetchone() == (False,)
    applying.apply(tell=str, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'team_of_lead'::regclass")
        assert cursor.fetchone() == (True,)
