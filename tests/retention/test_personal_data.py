"""No text is stored without somebody having said whether it is about people."""

from __future__ import annotations

from collections import Counter

from django.apps import apps

from correspondence.retention.personal_data import FIELDS

HOLD_TEXT = {"CharField", "TextField", "JSONField", "BinaryField", "SearchVectorField"}


def stored_texts() -> set[tuple[str, str]]:
    return {
        (model._meta.label, field.name)  # noqa: SLF001 - the public way to a model's name
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields  # noqa: SLF001 - the public way to its fields
        if field.get_internal_type() in HOLD_TEXT and not field.is_relation
    }


def classed() -> Counter[tuple[str, str]]:
    return Counter(
        (table, field) for tables in FIELDS.values() for table, fields in tables.items() for field in fields
    )


def test_every_stored_text_has_a_class_and_the_list_names_nothing_else() -> None:
    stored, listed = stored_texts(), set(classed())
    assert stored - listed == set(), "say in retention/personal_data.py what these hold"
    assert listed - stored == set(), "these are no fields any more"
    assert ("cases.Case", "message") in stored


def test_no_text_has_two_classes() -> None:
    assert {field for field, times in classed().items() if times > 1} == set()
