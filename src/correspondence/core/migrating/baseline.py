"""The migrations that some release has already applied: they are not judged again.

The list is a file of ours, one migration a line. A release adds its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.migrations.loader import MigrationLoader

    from correspondence.core.migrating.linter import Key

FILE = Path(__file__).with_name("baseline.txt")
OURS = "correspondence."


def released(file: Path | None = None) -> set[Key]:
    """What the file names."""
    found: set[Key] = set()
    for line in (file or FILE).read_text(encoding="utf-8").splitlines():
        app, _dot, name = line.strip().partition(".")
        if name and not line.startswith("#"):
            found.add((app, name))
    return found


def ours(loader: MigrationLoader) -> set[Key]:
    """The migrations of our own apps; those that Django brings are Django's business."""
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith(OURS)}
    return {key for key in loader.disk_migrations or () if key[0] in labels}


def record(keys: Iterable[Key], file: Path | None = None) -> None:
    """Write these down as released, after the lines that say what the file is."""
    where = file or FILE
    head = [line for line in where.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    names = sorted(f"{app}.{name}" for app, name in keys)
    where.write_text("\n".join([*head, *names, ""]), encoding="utf-8")
