"""Load the demonstration: an invented organisation and its cases."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from correspondence.cases.models import Case
from correspondence.config.example import bulk, cases, organisation
from correspondence.core import clock, settings
from correspondence.core.errors import Misconfigured

if TYPE_CHECKING:
    from argparse import ArgumentParser


SMALL = 40
"""A demonstration to look around in."""

SEED = 1
TOLD_EVERY = 1_000


class Command(BaseCommand):
    """Loads what is not there yet; running it again changes nothing."""

    help = "Load the invented people, teams and cases of the demonstration, or list who can sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command can be asked for."""
        parser.add_argument(
            "--people", action="store_true", help="print who can sign in, as JSON, and load nothing"
        )
        parser.add_argument(
            "--cases",
            type=_number,
            default=SMALL,
            metavar="N",
            help=f"how many cases there are to be in all (default {SMALL})",
        )
        parser.add_argument(
            "--seed",
            type=int,
            default=SEED,
            help="decides about all that chance decides (default %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the organisation, or list its people."""
        del args
        if options["people"]:
            self.stdout.write(json.dumps(self._people(), indent=2, ensure_ascii=False))
            return
        try:
            organisation.load_people(clock.actual_now())
            self.stdout.write(f"The example organisation has {len(organisation.PEOPLE)} people.")
            with clock.one_reading():
                self._load_cases(options["cases"], seed=options["seed"])
        except Misconfigured as problem:
            raise CommandError(str(problem)) from None

    def _load_cases(self, wanted: int, *, seed: int) -> None:
        """Make as many cases as are missing: first those that can be gone on with, then the many."""
        if not Case.objects.exists():
            cases.load(wanted)
        there = Case.objects.count()
        if there < wanted:
            bulk.load(wanted, seed=seed, now=clock.now(), first=there, tell=self._tell)
        self.stdout.write(f"There are {max(there, wanted):,} cases.")

    def _tell(self, made: int) -> None:
        if made % TOLD_EVERY == 0:
            self.stdout.write(f"{made:,} cases …")
            self.stdout.flush()

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


def _number(given: str) -> int:
    number = int(given)
    if number < 0:
        raise ArgumentTypeError("there cannot be fewer cases than none")
    return number
