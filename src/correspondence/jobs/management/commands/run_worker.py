"""``manage.py run_worker``: a worker that does jobs."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from correspondence.jobs import kinds

if TYPE_CHECKING:
    from argparse import ArgumentParser

PROCESS = "correspondence.jobs.process"
SHUTDOWN_MILLISECONDS = 95_000
"""Longer than any job may take, and shorter than what a container is given to stop."""


def _queues(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or any(name not in kinds.QUEUES for name in names):
        raise ArgumentTypeError(f"queues are {', '.join(kinds.QUEUES)}")
    return names


def environment(threads: int) -> dict[str, str]:
    """The variables by which Dramatiq is set; those of whoever starts the worker go before."""
    return {"dramatiq_restart_delay": "500", "dramatiq_queue_prefetch": str(threads), **os.environ}


def command_line(queues: list[str], *, threads: int, processes: int, module: str = PROCESS) -> list[str]:
    """Dramatiq's own command, which starts and stops the processes, each of which loads the module."""
    return [
        sys.executable,
        "-m",
        "dramatiq",
        module,
        "--queues",
        *queues,
        "--processes",
        str(processes),
        "--threads",
        str(threads),
        "--worker-shutdown-timeout",
        str(SHUTDOWN_MILLISECONDS),
        "--skip-logging",
    ]


class Command(BaseCommand):
    """Becomes a worker: this process turns into Dramatiq's, so that signals reach it."""

    help = "Does jobs until told to stop; jobs in hand are finished or given back."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queues", type=_queues, default=list(kinds.QUEUES), help="names, comma separated"
        )
        parser.add_argument("--threads", type=int, default=4, help="threads of each process")
        parser.add_argument("--processes", type=int, default=1, help="processes")

    def handle(
        self, *_arguments: Any, queues: list[str], threads: int, processes: int, **_options: Any
    ) -> None:
        sys.stdout.flush()
        command = command_line(queues, threads=threads, processes=processes)
        os.execve(command[0], command, environment(threads))  # noqa: S606 - our own interpreter, no shell
