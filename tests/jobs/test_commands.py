"""The two commands, as they are started outside of tests."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from correspondence.jobs import actions
from correspondence.jobs.management.commands.run_worker import command_line
from correspondence.jobs.models import Job, State
from correspondence.notifications import actions as notifications
from tests.jobs.engines import alive, started, wait_until
from tests.jobs.kinds_for_tests import traces as traced

if TYPE_CHECKING:
    from tests.jobs.engines import OwnValkey
    from tests.stubs.running import RunningStub

MANAGE = [sys.executable, "manage.py"]
TOLD = {
    "event",
    "level",
    "logger",
    "timestamp",
    "job_id",
    "kind",
    "queue",
    "attempts",
    "milliseconds",
    "request_id",
}
TOLD |= {"error", "trace"}


def ended(
    process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM
) -> tuple[int, list[dict[str, str]]]:
    """The exit code after this signal, and the log lines."""
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    return process.returncode, [json.loads(line) for line in output.splitlines() if line.startswith("{")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("traces")
def test_a_message_goes_out_and_both_end_when_told_to(valkey: OwnValkey, stub: RunningStub) -> None:
    dispatcher = started([*MANAGE, "run_dispatcher"], REDIS_URL=valkey.url, LOG_LEVEL="INFO")
    worker = started(
        [*MANAGE, "run_worker", "--queues", "quick,batch", "--threads", "2"],
        REDIS_URL=valkey.url,
        NOTIFY_URL=stub.url,
        LOG_LEVEL="INFO",
    )
    # Written without the broker: only the dispatcher can send it.
    with transaction.atomic():
        message = notifications.enqueue(
            kind="case_closed",
            recipient_email="bmt@example.invalid",
            case_id=7,
            values=dict.fromkeys(("name", "number", "type", "subject", "received", "final_deadline"), "x"),
        )
        Job.objects.update(attempts=0)
    wait_until(lambda: message.deliveries.exists(), "the message to be sent")
    wait_until(
        lambda: Job.objects.filter(kind="purge_finished_jobs", state=State.DONE).exists(), "the scheduled job"
    )

    code, worker_lines = ended(worker)
    assert code == 0
    code, dispatcher_lines = ended(dispatcher)
    assert code == 0
    assert [sent["to"] for sent in stub.messages(reference=message.reference)] == ["bmt@example.invalid"]
    done = [line for line in worker_lines if line["event"] == "The job is done."]
    assert {"send_message", "purge_finished_jobs"} <= {line["kind"] for line in done}
    assert [line["event"] for line in dispatcher_lines][:: len(dispatcher_lines) - 1] == [
        "The dispatcher has started.",
        "The dispatcher has stopped.",
    ]
    assert {name for line in [*worker_lines, *dispatcher_lines] for name in line} <= TOLD
    assert "example.invalid" not in json.dumps([worker_lines, dispatcher_lines])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("traces")
def test_a_worker_that_is_told_to_end_finishes_what_it_holds_and_gives_back_the_rest(
    valkey: OwnValkey,
) -> None:
    for number in range(6):
        with transaction.atomic():
            actions.enqueue("leave_trace_slowly", arguments={"name": str(number), "milliseconds": 1500})
    command = command_line(["documents"], threads=2, processes=1, module="tests.jobs.process_for_tests")
    worker = started(command, REDIS_URL=valkey.url, LOG_LEVEL="INFO")
    wait_until(lambda: Job.objects.exclude(claim=None).count() == 2, "the worker to be busy")

    code, _ = ended(worker)
    assert code == 0
    assert sum(traced().values()) == Job.objects.filter(state=State.DONE).count() == 2
    assert Job.objects.filter(state=State.WAITING, claim=None, attempts=0).count() == 4
    assert valkey.client().llen("correspondence:documents") == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_parent_was_killed_does_not_stay_behind(valkey: OwnValkey) -> None:
    command = command_line(["batch"], threads=1, processes=1, module="tests.jobs.process_for_tests")
    worker = started(command, REDIS_URL=valkey.url)
    found: list[int] = []

    def child() -> bool:
        told = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, check=False)
        found[:] = [int(line) for line in told.stdout.split()]
        return bool(found) and valkey.client().zcard("correspondence:__heartbeats__") > 0

    wait_until(child, "the worker to start")
    worker.kill()
    worker.communicate(timeout=10)
    wait_until(lambda: not any(alive(process) for process in found), "its process to end", seconds=10)


@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_waits_for_the_broker_and_says_so_once(valkey: OwnValkey) -> None:
    valkey.stop()
    Job.objects.create(kind="leave_trace", queue="quick", arguments={"name": "a"})
    dispatcher = started([*MANAGE, "run_dispatcher"], REDIS_URL=valkey.url, LOG_LEVEL="INFO")
    wait_until(lambda: Job.objects.filter(kind="purge_finished_jobs").exists(), "the dispatcher to start")
    valkey.start()
    wait_until(lambda: Job.objects.exclude(sent_at=None).exists(), "the job to be sent")

    code, lines = ended(dispatcher, signal.SIGINT)
    assert code == 0
    told = [line["event"] for line in lines]
    assert told.count("The broker is away; the dispatcher waits for it.") == 1
    assert told.count("The broker is back.") == 1


def test_a_queue_that_there_is_not_is_refused() -> None:
    with pytest.raises(CommandError, match="quick, documents, batch"):
        call_command("run_worker", "--queues", "quick,telex")
