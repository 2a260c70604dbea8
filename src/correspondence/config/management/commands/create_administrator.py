"""``manage.py create_administrator``: the first person of a new installation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from correspondence.core import clock, settings
from correspondence.core.errors import Refused
from correspondence.organisation.actions import administrators

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Prints a link and nothing else: whoever has it chooses the password."""

    help = "Make the first system administrator, and print a link by which they choose a password."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="full name")
        parser.add_argument("email", help="email address, with which they sign in")
        parser.add_argument(
            "--again",
            action="store_true",
            help="another link for an administrator who never chose a password",
        )

    def handle(self, *_arguments: Any, name: str, email: str, again: bool, **_options: Any) -> None:
        try:
            path = (
                administrators.new_link_for_administrator(email=email)
                if again
                else administrators.create_first_administrator(
                    full_name=name, email=email, now=clock.actual_now()
                )
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(settings.current().base_url + path)
