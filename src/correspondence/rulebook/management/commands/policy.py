"""``manage.py policy check``. The other policy commands need no settings: see ``rulebook.console``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from correspondence.rulebook import loader, matrix
from correspondence.rulebook.files import PolicyError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Checks every table, and that each name in it stands for something. Needs no database."""

    help = "Check the policy tables; says what is wrong with file and line."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one thing this command does under Django."""
        parser.add_argument("command", choices=["check"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the policy folder, look its names up, and say what was found."""
        del args, options
        folder = loader.policy_folder()
        try:
            tables = loader.load(folder)
            loader.check_names(tables)
        except PolicyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{folder}: {len(tables.workflows)} workflows with {len(matrix.rows(tables))} rows, "
            f"{len(tables.clocks.clocks)} clocks, {len(tables.closure.exemptions)} exemptions, "
            f"bank holidays {tables.holidays.first_year} to {tables.holidays.last_year}: in order."
        )
