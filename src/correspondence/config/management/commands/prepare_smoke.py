"""``manage.py prepare_smoke``: an account with which a deployment tries the service out."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from correspondence.core import clock
from correspondence.organisation.actions import trying_out


class Command(BaseCommand):
    """Run again, it gives the same account another password."""

    help = "Make the smoke tests' account and unit, and print its address and a new password as JSON."
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        password = trying_out.prepare_smoke_account(now=clock.actual_now())
        self.stdout.write(json.dumps({"email": trying_out.EMAIL, "password": password}))
