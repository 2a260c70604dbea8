"""``manage.py lint_migrations``: whether the new migrations may run beside the last release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.loader import MigrationLoader

from correspondence.core.migrating import baseline, linter

if TYPE_CHECKING:
    from argparse import ArgumentParser

REFUSED = 3


class Command(BaseCommand):
    """Reads the migrations on disk; needs no database."""

    help = "Refuse migrations that would break the release that still runs, or make it wait for a lock."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--record", action="store_true", help="write all of them down as released, once they are"
        )

    def handle(self, *_arguments: Any, record: bool, **_options: Any) -> None:
        loader = MigrationLoader(None)
        ours = baseline.ours(loader)
        new = ours - baseline.released()
        if wrong := linter.refusals(loader, new):
            raise CommandError("\n".join(str(one) for one in wrong), returncode=REFUSED)
        if record:
            baseline.record(ours)
        self.stdout.write(f"{len(new)} new migrations, nothing against them.")
