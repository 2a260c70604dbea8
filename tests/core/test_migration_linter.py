"""The linter refuses, in real migrations, what would break or block the release that still runs."""

from __future__ import annotations

import importlib
import sys
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from correspondence.core.migrating import baseline, linter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIRST = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_people_and_teams")]
    operations = [
        migrations.CreateModel("Shelf", [
            ("id", models.BigAutoField(primary_key=True)),
            ("label", models.CharField(max_length=20)),
            ("note", models.CharField(max_length=20, null=True)),
            ("size", models.IntegerField(db_default=1)),
        ]),
        migrations.AddIndex("shelf", models.Index(fields=["label"], name="shelf_label")),
    ]
"""

NEXT = """
from django.contrib.postgres.operations import *
from django.db import migrations, models
from django.db.models.functions import Now
from django.db.models.functions.uuid import UUID4


def fill(apps, schema_editor):
    pass


class Migration(migrations.Migration):
{attributes}
    dependencies = [("organisation", "0100_shelf")]
    operations = [
{operations}
    ]
"""

type Judge = Callable[..., list[str]]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Judge]:
    """Writes a migration of these operations after a table that is in use, and says what is wrong with it."""
    package = f"shelves_{abs(hash(request.node.name))}"
    folder = tmp_path / package
    folder.mkdir()
    real = importlib.import_module("correspondence.organisation.migrations")
    (folder / "__init__.py").write_text(f"__path__ += {list(real.__path__)!r}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def forget() -> None:
        importlib.invalidate_caches()
        for name in [name for name in sys.modules if name.startswith(f"{package}.")]:
            del sys.modules[name]

    def judged(*operations: str, attributes: str = "", with_first: bool = False) -> list[str]:
        (folder / "0100_shelf.py").write_text(FIRST, encoding="utf-8")
        text = NEXT.format(
            attributes=indent(dedent(attributes) or "pass", "    "),
            operations=indent(",\n".join(operations) + ",", " " * 8),
        )
        (folder / "0101_next.py").write_text(text, encoding="utf-8")
        forget()
        with override_settings(MIGRATION_MODULES={"organisation": package}):
            loader = MigrationLoader(None)
        keys = [("organisation", "0101_next")]
        if with_first:
            keys.append(("organisation", "0100_shelf"))
        return [one.words for one in linter.refusals(loader, keys)]

    yield judged
    forget()
    sys.modules.pop(package, None)


NOT_ATOMIC = "atomic = False"
CONTRACT = 'contract = "nothing reads it any more; 0.4.0"'

REFUSED = {
    "table dropped": ('migrations.DeleteModel("Shelf")', "the table of Shelf goes"),
    "table renamed": ('migrations.RenameModel("Shelf", "Board")', "Shelf is renamed"),
    "table of another name": ('migrations.AlterModelTable("shelf", "boards")', "is renamed"),
    "column dropped": ('migrations.RemoveField("shelf", "note")', "shelf.note goes"),
    "column renamed": ('migrations.RenameField("shelf", "note", "remark")', "shelf.note is renamed"),
    "no default": ('migrations.AddField("shelf", "new", models.IntegerField())', "has no default in the"),
    "default in Python only": (
        'migrations.AddField("shelf", "new", models.IntegerField(default=3))',
        "has no default in the",
    ),
    "default for each row": (
        'migrations.AddField("shelf", "new", models.UUIDField(db_default=UUID4()))',
        "rewrites the table",
    ),
    "generated column": (
        'migrations.AddField("shelf", "new", models.GeneratedField(expression=models.F("size") + 1,'
        " output_field=models.IntegerField(), db_persist=True))",
        "rewrites the table",
    ),
    "unique column": (
        'migrations.AddField("shelf", "new", models.IntegerField(null=True, unique=True))',
        "is unique",
    ),
    "indexed column": (
        'migrations.AddField("shelf", "new", models.IntegerField(null=True, db_index=True))',
        "has an index",
    ),
    "foreign key with index": (
        'migrations.AddField("shelf", "team",'
        ' models.ForeignKey("organisation.team", models.PROTECT, null=True))',
        "db_index=False",
    ),
    "another type": (
        'migrations.AlterField("shelf", "size", models.BigIntegerField(db_default=1))',
        "changes from integer to bigint",
    ),
    "narrower": (
        'migrations.AlterField("shelf", "label", models.CharField(max_length=10))',
        "changes from varchar(20) to varchar(10)",
    ),
    "may not be empty": (
        'migrations.AlterField("shelf", "note", models.CharField(max_length=20))',
        "may no longer be empty",
    ),
    "loses its default": (
        'migrations.AlterField("shelf", "size", models.IntegerField())',
        "loses the default",
    ),
    "column renamed by the way": (
        'migrations.AlterField("shelf", "size", models.IntegerField(db_default=1, db_column="width"))',
        "is renamed",
    ),
    "becomes unique": (
        'migrations.AlterField("shelf", "label", models.CharField(max_length=20, unique=True))',
        "becomes unique",
    ),
    "gets an index": (
        'migrations.AlterField("shelf", "label", models.CharField(max_length=20, db_index=True))',
        "gets an index",
    ),
    "index": (
        'migrations.AddIndex("shelf", models.Index(fields=["note"], name="shelf_note"))',
        "AddIndexConcurrently",
    ),
    "index dropped": ('migrations.RemoveIndex("shelf", "shelf_label")', "RemoveIndexConcurrently"),
    "constraint": (
        'migrations.AddConstraint("shelf",'
        ' models.CheckConstraint(condition=models.Q(size__gt=0), name="big"))',
        "AddConstraintNotValid",
    ),
    "unique constraint": (
        'migrations.AddConstraint("shelf", models.UniqueConstraint(fields=["label"], name="once"))',
        "an index made concurrently",
    ),
    "unique together": (
        'migrations.AlterUniqueTogether("shelf", {("label", "note")})',
        "unique together",
    ),
    "order": ('migrations.AlterOrderWithRespectTo("shelf", "note")', "column for its order"),
    "rows by Python": ("migrations.RunPython(fill)", "filling is a command"),
    "rows by SQL": ("migrations.RunSQL(\"UPDATE organisation_team SET lead = ''\")", "it changes rows"),
    "lock": ('migrations.RunSQL("LOCK TABLE organisation_team")', "waits for a lock"),
    "alter": (
        'migrations.RunSQL("ALTER TABLE organisation_team ALTER lead SET STATISTICS 200")',
        "without SET LOCAL lock_timeout",
    ),
    "SQL in a list": (
        'migrations.RunSQL([("ALTER TABLE organisation_team SET (fillfactor = 90)", None)])',
        "without SET LOCAL lock_timeout",
    ),
    "index by SQL": ('migrations.RunSQL("CREATE INDEX x ON organisation_team (lead)")', "CONCURRENTLY"),
    "drop by SQL": (
        "migrations.RunSQL(\"SET LOCAL lock_timeout = '2s'; ALTER TABLE core_x DROP COLUMN lead\")",
        "drops what the last release",
    ),
    "not null by SQL": (
        "migrations.RunSQL(\"SET LOCAL lock_timeout = '2s';"
        ' ALTER TABLE organisation_team ALTER lead SET NOT NULL")',
        "forbids empty values",
    ),
    "type by SQL": (
        "migrations.RunSQL(\"SET LOCAL lock_timeout = '2s';"
        ' ALTER TABLE organisation_team ALTER COLUMN lead TYPE text")',
        "changes a type",
    ),
    "constraint by SQL": (
        "migrations.RunSQL(\"SET LOCAL lock_timeout = '2s';"
        " ALTER TABLE organisation_team ADD CONSTRAINT x CHECK (lead > '')\")",
        "NOT VALID",
    ),
    "hidden from the state": (
        'migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL("LOCK TABLE x")])',
        "waits for a lock",
    ),
    "left out, and may not be empty": (
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("shelf", "label")])',
        "no longer written",
    ),
}

ALLOWED = {
    "column that may be empty": 'migrations.AddField("shelf", "new", models.IntegerField(null=True))',
    "column with a default": (
        'migrations.AddField("shelf", "new", models.IntegerField(default=3, db_default=3))'
    ),
    "column with the moment": 'migrations.AddField("shelf", "new", models.DateTimeField(db_default=Now()))',
    "foreign key without index": (
        'migrations.AddField("shelf", "team",'
        ' models.ForeignKey("organisation.team", models.PROTECT, null=True, db_index=False))'
    ),
    "many to many": 'migrations.AddField("shelf", "teams", models.ManyToManyField("organisation.team"))',
    "wider": 'migrations.AlterField("shelf", "label", models.CharField(max_length=40))',
    "as wide as can be": 'migrations.AlterField("shelf", "label", models.TextField())',
    "may be empty": 'migrations.AlterField("shelf", "label", models.CharField(max_length=20, null=True))',
    "choices": (
        'migrations.AlterField("shelf", "label", models.CharField(max_length=20, choices=[("a", "A")]))'
    ),
    "another table": 'migrations.CreateModel("Box", [("id", models.BigAutoField(primary_key=True))])',
    "not valid": (
        'AddConstraintNotValid("shelf", models.CheckConstraint(condition=models.Q(size__gt=0), name="big"))'
    ),
    "nothing": "migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)",
    "limited": (
        "migrations.RunSQL(\"SET LOCAL lock_timeout = '2s'; ALTER TABLE core_x SET (fillfactor=9)\")"
    ),
    "function": (
        'migrations.RunSQL("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS'
        ' $$ BEGIN UPDATE x SET y = 1; LOCK TABLE x; RETURN NULL; END $$")'
    ),
    "left out, and may be empty": (
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("shelf", "note")])'
    ),
}


@pytest.mark.parametrize(("operation", "words"), REFUSED.values(), ids=REFUSED)
def test_it_refuses(judge: Judge, operation: str, words: str) -> None:
    assert [one for one in judge(operation) if words in one]


@pytest.mark.parametrize("operation", ALLOWED.values(), ids=ALLOWED)
def test_it_lets_pass(judge: Judge, operation: str) -> None:
    assert judge(operation) == []


INDEX = 'AddIndexConcurrently("shelf", models.Index(fields=["note"], name="shelf_note"))'


def test_an_index_is_made_concurrently_and_alone(judge: Judge) -> None:
    assert judge(INDEX, attributes=NOT_ATOMIC) == []
    assert judge('RemoveIndexConcurrently("shelf", "shelf_label")', attributes=NOT_ATOMIC) == []
    second = INDEX.replace("shelf_note", "shelf_other")
    assert "stopped half-way" in judge(INDEX, second, attributes=NOT_ATOMIC)[0]


def test_a_constraint_is_validated_in_a_migration_of_its_own(judge: Judge) -> None:
    added, validate = ALLOWED["not valid"], 'ValidateConstraint("shelf", "big")'
    assert "in a migration of its own" in judge(added, validate)[0]


def test_what_goes_last_says_which_release_read_it_last(judge: Judge) -> None:
    drop = 'migrations.RemoveField("shelf", "note")'
    assert judge(drop, attributes=CONTRACT) == []
    said = judge(drop, attributes='contract = "it is not needed"')
    assert "names no release" in said[0]
    assert "shelf.note goes" in said[1]
    index = REFUSED["index"][0]
    assert judge(index, attributes=CONTRACT), "a contract does not excuse a lock"


def test_few_rows_may_be_changed_with_a_reason(judge: Judge) -> None:
    fill = "migrations.RunPython(fill, migrations.RunPython.noop)"
    assert judge(fill, attributes='small = "there are five special teams"') == []
    assert judge(fill, attributes=CONTRACT)


def test_a_table_that_is_new_in_the_same_go_may_be_changed(judge: Judge) -> None:
    for name in ("column dropped", "no default", "index", "constraint", "may not be empty"):
        assert judge(REFUSED[name][0], with_first=True) == []
    alter = 'migrations.RunSQL("ALTER TABLE organisation_shelf SET (fillfactor = 90)")'
    assert judge(alter, with_first=True) == []
    assert judge(alter) != []


def test_an_unknown_operation_is_refused(judge: Judge) -> None:
    own = 'type("Odd", (migrations.operations.base.Operation,), {"state_forwards": lambda *_: None})()'
    assert judge(own) == ["Odd is an operation that the linter does not know"]


def test_our_own_migrations_pass(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("lint_migrations")
    assert "nothing against them" in capsys.readouterr().out


def test_what_was_released_is_there() -> None:
    assert baseline.released() <= baseline.ours(MigrationLoader(None))


def test_a_release_adds_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "baseline.txt"
    file.write_text("# what this is\ncases.0001_case\n", encoding="utf-8")
    monkeypatch.setattr(baseline, "FILE", file)
    call_command("lint_migrations", "--record")
    assert file.read_text(encoding="utf-8").startswith("# what this is\naudit.0001_entry\n")
    assert baseline.released() == baseline.ours(MigrationLoader(None))
    capsys.readouterr()
    call_command("lint_migrations")
    assert capsys.readouterr().out == "0 new migrations, nothing against them.\n"


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [linter.Refusal(("cases", "0009_odd"), "the table of Case goes")]
    monkeypatch.setattr(linter, "refusals", lambda _loader, _keys: wrong)
    with pytest.raises(CommandError, match=r"cases.0009_odd: the table of Case goes\.") as refused:
        call_command("lint_migrations")
    assert refused.value.returncode == 3
