"""Load the demonstration: an invented organisation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from correspondence.config.example import organisation
from correspondence.core import clock, settings
from correspondence.core.errors import Misconfigured

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Loads what is not there yet; running it again changes nothing."""

    help = "Load the invented people and teams of the demonstration, or list who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command can be asked for."""
        parser.add_argument(
            "--people", action="store_true", help="print who can sign in, as JSON, and load nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the organisation, or list its people."""
        del args
        if options["people"]:
            self.stdout.write(json.dumps(self._people(), indent=2, ensure_ascii=False))
            return
        try:
            organisation.load_people(clock.actual_now())
        except Misconfigured as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"The example organisation has {len(organisation.PEOPLE)} people.")

    def _people(self) -> list[dict[str, str]]:
        if not settings.current().demonstration:
            raise CommandError("There are example people only with DEMONSTRATION=true.")
        return [
            {
                "name": person.name,
                "email": person.email,
                "role": person.told_role,
                "unit": person.told_unit,
                "password": organisation.PASSWORD,
            }
            for person in organisation.PEOPLE
            if person.roles and not person.deactivated
        ]
