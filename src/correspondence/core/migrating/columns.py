"""What adding or changing a column does to a table that is in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import ForeignKey, GeneratedField, ManyToManyField, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Now

from correspondence.core.migrating.findings import blocks, breaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.core.migrating.findings import Finding

type AnyField = Any
"""A field as a migration has it; the stubs leave out what the database is told of it."""

TEXT = re.compile(r"varchar(?:\((\d+)\))?|text")


def added(name: str, field: AnyField) -> Iterator[Finding]:
    """What is wrong with a new column on a table that is in use."""
    if isinstance(field, ManyToManyField):
        return
    if isinstance(field, GeneratedField):
        yield blocks(f"the generated column {name} rewrites the table: add a plain column and fill it")
        return
    if not field.null and not field.has_db_default():
        yield breaks(
            f"the column {name} may not be empty and has no default in the database, so that the last "
            "release can insert nothing: give it db_default, or let it be empty"
        )
    if _is_computed(field):
        yield blocks(f"the default of {name} is computed for each row, which rewrites the table")
    if field.unique or field.primary_key:
        yield blocks(f"{name} is unique, which needs an index at once: {CONCURRENTLY}")
    elif field.db_index:
        kind = "is a foreign key" if isinstance(field, ForeignKey) else "has an index"
        yield blocks(f"{name} {kind}: add it with db_index=False, then {CONCURRENTLY}")


CONCURRENTLY = "make the index with AddIndexConcurrently in a migration of its own"


def _is_computed(field: AnyField) -> bool:
    default = field.db_default if field.has_db_default() else None
    return isinstance(default, Expression) and not isinstance(default, Value | Now)


def changed(name: str, old: AnyField, new: AnyField) -> Iterator[Finding]:
    """What is wrong with a change of a column in use; nothing for what the database never hears of."""
    if isinstance(old, ManyToManyField) or isinstance(new, ManyToManyField):
        if type(old) is not type(new):
            yield breaks(f"{name} becomes another kind of field: add a new one beside it")
        return
    yield from _type_of(name, old, new)
    if old.column != new.column:
        yield breaks(f"the column of {name} is renamed: add a new one, fill it, and drop the old one later")
    if old.null and not new.null:
        yield breaks(
            f"{name} may no longer be empty: add a check constraint as not valid, and validate it in the "
            "next migration"
        )
    if old.has_db_default() and not new.has_db_default() and not new.null:
        yield breaks(f"{name} loses the default by which the last release can leave it out")
    yield from _indexes(name, old, new)


def _indexes(name: str, old: AnyField, new: AnyField) -> Iterator[Finding]:
    if _constrains(new) and not _constrains(old):
        yield blocks(f"{name} becomes a foreign key, which is checked row by row: add it as not valid")
    if (new.unique and not old.unique) or (new.primary_key and not old.primary_key):
        yield blocks(f"{name} becomes unique: {CONCURRENTLY}")
    elif new.db_index and not old.db_index:
        yield blocks(f"{name} gets an index: {CONCURRENTLY}")


def _constrains(field: AnyField) -> bool:
    return isinstance(field, ForeignKey) and bool(getattr(field, "db_constraint", True))


def _type_of(name: str, old: AnyField, new: AnyField) -> Iterator[Finding]:
    before, after = _column_type(old), _column_type(new)
    if before == after or _is_wider(before, after):
        return
    yield blocks(
        f"the type of {name} changes from {before} to {after}, which rewrites the table or refuses what the "
        "last release writes: add a new column beside it"
    )


def _column_type(field: AnyField) -> str:
    said = field.db_parameters(connection)
    return f"{said['type']} {said.get('collation') or ''}".strip()


def _is_wider(before: str, after: str) -> bool:
    """Whether a text just gets more room: that neither rewrites nor checks anything."""
    was, becomes = TEXT.fullmatch(before), TEXT.fullmatch(after)
    if not was or not becomes:
        return False
    return becomes[1] is None or (was[1] is not None and int(becomes[1]) >= int(was[1]))
