"""A form takes what it asks for and nothing else, although every field of every model is sent along."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models

from correspondence.core import clock
from tests.bad_input.doors import DOORS
from tests.bad_input.looking import WRITTEN_BY_LOOKING, put_back
from tests.bad_input.shapes import forms_made

if TYPE_CHECKING:
    from correspondence.pages.forms.base import PlainForm
    from tests.bad_input.browser import Answers, Door

pytestmark = pytest.mark.django_db

MADE_AT_RANDOM = {
    "audit_entry": {"mac", "previous_mac", "request_id"},
    "caseload_search": {"id"},
    "core_dateofcasework": {"moved_at"},
    "documents_attachment": {"storage_key"},
    "documents_casekey": {"wrapped"},
    "jobs_job": {"arguments", "unique_key", "run_after", "created_at", "updated_at"},
    "notifications_message": {"reference"},
    "organisation_user": {"password"},
}
"""Columns that differ between two sendings: random ones, and those that tell the database's time."""

type Rows = dict[str, list[dict[str, Any]]]


def model_fields() -> dict[str, str]:
    """The name of every field of every model, with a value that it could take."""
    found: dict[str, str] = {"pk": "1"}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001 - the public way to a model's fields
            for name in (field.name, field.attname):
                found[name] = value_for(field)
    return found


def value_for(field: models.Field[Any, Any]) -> str:
    """Something else than what will be there."""
    if isinstance(field, models.BooleanField):
        return "true"
    if isinstance(field, models.DateField):
        return "2020-02-20"
    if isinstance(field, models.JSONField):
        return '{"forged": true}'
    if isinstance(field, models.UUIDField):
        return "00000000-0000-4000-8000-000000000000"
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return "2"
    return "closed" if field.name == "state" else "forged"


def own_names(form: PlainForm) -> set[str]:
    """The names that this form reads."""
    names = set(form.fields)
    return names | {f"{name}-{part}" for name in names for part in ("day", "month", "year")}


def content() -> Rows:
    """Every row of every table, without what is made at random."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table  # noqa: SLF001 - the public way to a model's table
            if table not in WRITTEN_BY_LOOKING:
                cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" AS t')  # noqa: S608 - the names are Django's
                left_out = MADE_AT_RANDOM.get(table, set())
                rows = [json.loads(row) for (row,) in cursor.fetchall()]
                kept = [{name: row[name] for name in row if name not in left_out} for row in rows]
                found[table] = sorted(kept, key=str)
    return found


def sequences() -> dict[str, int]:
    """Where the database goes on counting: putting rows back does not put this back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences")
        return dict(cursor.fetchall())


def count_on_from(where: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for name, last in where.items():
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', max(last, 1), last > 0])


def what_comes_of(door: Door, answers: Answers, counted: dict[str, int]) -> Rows:
    """The content of the database once these answers were sent; then everything is put back."""
    count_on_from(counted)
    cookies = deepcopy(door.browser.client.cookies)
    with put_back():
        assert door.send(answers).status == 302
        found = content()
    door.browser.client.cookies = cookies
    return found


@pytest.mark.parametrize("name", DOORS)
def test_what_was_not_asked_is_not_taken(name: str) -> None:
    with time_machine.travel(clock.actual_now(), tick=False):
        door = DOORS[name]()
        counted = sequences()
        with forms_made() as made:
            proper = what_comes_of(door, door.answers, counted)
        own = {one for form in made for one in own_names(form)} | {"next"}
        extra = {field: value for field, value in model_fields().items() if field not in own}
        assert len(extra) > 100
        forged = what_comes_of(door, door.answers | extra, counted)
    assert {table: rows for table, rows in forged.items() if rows != proper[table]} == {}
