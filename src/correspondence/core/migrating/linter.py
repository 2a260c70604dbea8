"""Refusing migrations that would break the release that still runs, or make it wait.

A migration is judged operation by operation, on the tables as they are before it. What it makes itself, or
a migration judged along with it, is empty, and may be changed in any way. Two attributes of its class lift
a refusal, and say why:

- ``contract = "why; the release in which the last reader went"`` for what goes in the last step;
- ``small = "why the rows are few"`` for rows that are changed in one go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.postgres import operations as postgres
from django.db import migrations

from correspondence.core.migrating import columns, statements
from correspondence.core.migrating.findings import Danger, Finding, blocks, breaks, fills

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState

type Key = tuple[str, str]

HARMLESS = (
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RenameIndex,
    migrations.RemoveConstraint,
    postgres.CreateExtension,
)
"""What takes no lock for long, and takes nothing away."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with one migration."""

    migration: Key
    words: str

    def __str__(self) -> str:
        return f"{'.'.join(self.migration)}: {self.words}."


@dataclass(slots=True)
class _Judging:
    """One migration, and the tables as they are while it runs."""

    app: str
    state: ProjectState
    new: set[tuple[str, str]]
    """Models made by what is judged, by app and name."""
    not_valid: set[str] = field(default_factory=set)

    def is_new(self, model: str) -> bool:
        return (self.app, model.lower()) in self.new

    @property
    def new_tables(self) -> set[str]:
        return {
            str(self.state.apps.get_model(*one)._meta.db_table)  # noqa: SLF001 - Django's documented API
            for one in self.new
            if one in self.state.models
        }


def refusals(loader: MigrationLoader, judged: Iterable[Key]) -> list[Refusal]:
    """What is wrong with these migrations, in the order in which they would be applied."""
    wanted, found = set(judged), list[Refusal]()
    new: set[tuple[str, str]] = set()
    for key in _in_order(loader, wanted):
        migration = loader.graph.nodes[key]
        state = loader.project_state([key], at_end=False)
        here = _Judging(migration.app_label, state, new)
        found += [Refusal(key, words) for words in _judged(migration, here)]
    return found


def _in_order(loader: MigrationLoader, wanted: set[Key]) -> list[Key]:
    ordered: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        for key in loader.graph.forwards_plan(leaf):
            if key in wanted:
                ordered[key] = None
    return list(ordered)


def _judged(migration: Any, here: _Judging) -> Iterator[str]:
    """What is wrong with a migration, with what it says for itself taken into account."""
    contract, small = getattr(migration, "contract", ""), getattr(migration, "small", "")
    if contract and not all(part.strip() for part in contract.partition(";")[::2]):
        yield "contract names no release: write why; and the release in which the last reader went"
        contract = ""
    lifted = {Danger.BREAKS: contract, Danger.FILLS: small}
    if not migration.atomic and len(migration.operations) > 1:
        yield "it is not atomic and has several operations: stopped half-way, it could not be run again"
    for operation in migration.operations:
        for finding in _found(operation, here):
            if not lifted.get(finding.danger):
                yield finding.words
        operation.state_forwards(here.app, here.state)


def _found(operation: Operation, here: _Judging) -> Iterator[Finding]:
    for kind, judge in JUDGES:
        if isinstance(operation, kind):
            yield from judge(operation, here)
            return
    if not isinstance(operation, HARMLESS):
        yield blocks(f"{type(operation).__name__} is an operation that the linter does not know")


def _nothing(operation: Any, here: _Judging) -> Iterator[Finding]:
    del operation, here
    yield from ()


def _create(operation: Any, here: _Judging) -> Iterator[Finding]:
    here.new.add((here.app, operation.name.lower()))
    yield from ()


def _delete(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.name):
        yield breaks(f"the table of {operation.name} goes, while the last release reads it")


def _rename_model(operation: Any, here: _Judging) -> Iterator[Finding]:
    yield breaks(f"{operation.old_name} is renamed, while the last release knows it by its name")


def _table(operation: Any, here: _Judging) -> Iterator[Finding]:
    yield breaks(f"the table of {operation.name} is renamed, while the last release knows it by its name")


def _remove_field(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        yield breaks(
            f"{operation.model_name}.{operation.name} goes, while the last release reads it: "
            "first take it out of the state alone, and drop it a release later"
        )


def _rename_field(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        yield breaks(
            f"{operation.model_name}.{operation.old_name} is renamed: add a new one, fill it, "
            "and drop the old one later"
        )


def _add_field(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        # As it is on the model: a foreign key knows its column only there.
        after = here.state.clone()
        operation.state_forwards(here.app, after)
        yield from columns.added(
            f"{operation.model_name}.{operation.name}",
            _bound(after, here.app, operation.model_name, operation.name),
        )


def _alter_field(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        after = here.state.clone()
        operation.state_forwards(here.app, after)
        old, new = (
            _bound(state, here.app, operation.model_name, operation.name) for state in (here.state, after)
        )
        yield from columns.changed(f"{operation.model_name}.{operation.name}", old, new)


def _bound(state: ProjectState, app: str, model: str, name: str) -> Any:
    return state.apps.get_model(app, model)._meta.get_field(name)  # noqa: SLF001 - Django's documented API


def _add_index(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        yield blocks(f"the index {operation.index.name} is made under a lock: AddIndexConcurrently")


def _remove_index(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        yield blocks(f"the index {operation.name} is dropped under a lock: RemoveIndexConcurrently")


def _add_constraint(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.model_name):
        yield blocks(
            f"the constraint {operation.constraint.name} is checked under a lock: AddConstraintNotValid, "
            "then ValidateConstraint in a migration of its own; a unique one by an index made concurrently"
        )


def _not_valid(operation: Any, here: _Judging) -> Iterator[Finding]:
    here.not_valid.add(operation.constraint.name)
    yield from ()


def _validate(operation: Any, here: _Judging) -> Iterator[Finding]:
    if operation.name in here.not_valid:
        yield blocks(
            f"{operation.name} is validated in the transaction that adds it, under its lock: "
            "in a migration of its own"
        )


def _together(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.name) and operation.option_value:
        yield blocks(f"the fields of {operation.name} become unique together: by an index made concurrently")


def _order(operation: Any, here: _Judging) -> Iterator[Finding]:
    if not here.is_new(operation.name):
        yield breaks(f"{operation.name} gets a column for its order that the last release does not fill")


def _python(operation: Any, here: _Judging) -> Iterator[Finding]:
    del here
    if operation.code is not migrations.RunPython.noop:
        yield fills("it runs Python over rows in one go: filling is a command, in batches")


def _sql(operation: Any, here: _Judging) -> Iterator[Finding]:
    given = operation.sql
    for one in [given] if isinstance(given, str) else given:
        text = one if isinstance(one, str) else one[0]
        yield from statements.judged(text, new_tables=here.new_tables)


def _separate(operation: Any, here: _Judging) -> Iterator[Finding]:
    """The database's part is judged; the state's part is heard for what it leaves to the database."""
    for one in operation.database_operations:
        yield from _found(one, here)
    for one in operation.state_operations:
        if isinstance(one, migrations.RemoveField) and not here.is_new(one.model_name):
            left = _bound(here.state, here.app, one.model_name, one.name)
            if not left.many_to_many and not left.null and not left.has_db_default():
                yield breaks(
                    f"{one.model_name}.{one.name} is no longer written, but may not be empty: "
                    "give it db_default first"
                )


JUDGES: tuple[tuple[type[Operation], Callable[[Any, _Judging], Iterator[Finding]]], ...] = (
    (migrations.CreateModel, _create),
    (migrations.DeleteModel, _delete),
    (migrations.RenameModel, _rename_model),
    (migrations.AlterModelTable, _table),
    (migrations.RemoveField, _remove_field),
    (migrations.RenameField, _rename_field),
    (migrations.AddField, _add_field),
    (migrations.AlterField, _alter_field),
    (postgres.AddIndexConcurrently, _nothing),
    (postgres.RemoveIndexConcurrently, _nothing),
    (migrations.AddIndex, _add_index),
    (migrations.RemoveIndex, _remove_index),
    (postgres.AddConstraintNotValid, _not_valid),
    (postgres.ValidateConstraint, _validate),
    (migrations.AddConstraint, _add_constraint),
    (migrations.AlterUniqueTogether, _together),
    (migrations.AlterIndexTogether, _together),
    (migrations.AlterOrderWithRespectTo, _order),
    (migrations.RunPython, _python),
    (migrations.RunSQL, _sql),
    (migrations.SeparateDatabaseAndState, _separate),
)
"""Who judges which operation; the first that fits, so that a kind stands before what it is derived from."""
