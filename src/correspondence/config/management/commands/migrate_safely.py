"""``manage.py migrate_safely``: change the database's tables while the last release works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from correspondence.core.migrating import applying

if TYPE_CHECKING:
    from argparse import ArgumentParser

REFUSED, FAILED = 3, 1


class Command(BaseCommand):
    """Exit codes: 0 done, 3 refused before anything was changed, 1 failed."""

    help = "Check the migrations that wait, and apply them without making anybody wait for a lock."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--attempts",
            type=int,
            default=applying.ATTEMPTS,
            help="how often to try when a lock cannot be had (default %(default)s)",
        )

    def handle(self, *_arguments: Any, attempts: int, verbosity: int, **_options: Any) -> None:
        try:
            if wrong := applying.refused():
                said = "\n  ".join(["These migrations are refused; nothing was changed:", *map(str, wrong)])
                raise CommandError(said, returncode=REFUSED)
            applying.apply(tell=self.stdout.write, attempts=attempts, verbosity=verbosity)
        except applying.LocksHeld as held:
            raise CommandError(str(held), returncode=FAILED) from None
        except DatabaseError as trouble:
            said = str(trouble).partition("\n")[0]
            raise CommandError(f"A migration failed: {said}", returncode=FAILED) from trouble
