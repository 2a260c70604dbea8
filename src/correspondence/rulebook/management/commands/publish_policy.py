"""Publish the policy tables as the current edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from correspondence.core import clock
from correspondence.rulebook import actions, loader
from correspondence.rulebook.files import PolicyError

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Run after the migrations of every deployment; it adds nothing when nothing changed."""

    help = "Check the policy tables and store them as the current edition."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command can be told."""
        parser.add_argument("--publisher", default="deployment", help="who publishes, in words")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, store, and say which edition is current."""
        del args
        try:
            tables = loader.load(loader.policy_folder())
            loader.check_names(tables)
        except PolicyError as error:
            raise CommandError(str(error)) from error
        edition, new = actions.publish_edition(
            bound=tables.bound,
            publisher_id=None,
            publisher_name=options["publisher"],
            now=clock.actual_now(),
        )
        self.stdout.write(
            f"Published edition {edition.number}." if new else f"Edition {edition.number} is current already."
        )
