"""The order of the apps, as far as the imports alone do not show it: foreign keys follow it too."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.apps import apps
from django.db.models import ForeignObject

ROOT = Path(__file__).resolve().parents[1]


def _lines() -> dict[str, int]:
    """How far up each app stands, read from the contract that the imports are held to."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(one for one in project["tool"]["importlinter"]["contracts"] if one.get("exhaustive"))
    lines: dict[str, int] = {}
    for height, layer in enumerate(reversed(contract["layers"])):
        for name in layer.split("|"):
            lines[name.strip().strip("()")] = height
    return lines


def test_foreign_keys_point_down() -> None:
    lines = _lines()
    walked, wrong = 0, []
    for model in apps.get_models():
        if not model.__module__.startswith("correspondence."):
            continue
        for field in model._meta.get_fields():  # noqa: SLF001 - the public way to a model's fields
            if not isinstance(field, ForeignObject):
                continue
            walked += 1
            here, there = model._meta.app_label, field.related_model._meta.app_label  # noqa: SLF001 - likewise
            if here != there and lines[there] >= lines[here]:
                wrong.append(f"{model.__name__}.{field.name} points from {here} to {there}")
    assert wrong == []
    assert walked > 20


def test_every_app_stands_in_the_order() -> None:
    folder = ROOT / "src" / "correspondence"
    found = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert found <= set(_lines())
    for name in found:
        docstring = (folder / name / "__init__.py").read_text(encoding="utf-8")
        assert docstring.startswith('"""'), f"{name} does not say what it is"


def test_migrations_import_none_of_our_code() -> None:
    for path in (ROOT / "src" / "correspondence").glob("*/migrations/0*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import correspondence" not in text, path.name
        assert "from correspondence" not in text, path.name
        assert not path.stem.endswith("_initial"), f"{path.name} is not named for what it does"
        assert "_auto_" not in path.stem, f"{path.name} is not named for what it does"
