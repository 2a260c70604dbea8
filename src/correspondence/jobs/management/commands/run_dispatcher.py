"""``manage.py run_dispatcher``: the dispatcher and the schedule."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from correspondence.jobs import dispatcher


class Command(BaseCommand):
    """Runs the dispatcher until SIGTERM or Ctrl-C."""

    help = "Sends due jobs to the workers, and makes scheduled ones. Any number may run."
    requires_system_checks: list[str] = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        dispatcher.run(stop)
