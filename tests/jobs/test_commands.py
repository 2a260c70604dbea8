"""The two commands, as they are started outside of tests."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from correspondence.jobs import actions
from correspondence.jobs.management.commands.run_worker import command_line
from correspondence.jobs.models import Job, State
from correspondence.notifications import actions as notifications
from tests.jobs.engines import alive, children, started, wait_until
from tests.jobs.kinds_for_tests import traces as traced

if TYPE_CHECKING:
    import subprocess

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
    settings = {"REDIS_URL": valkey.url, "NOTIFY_URL": stub.url, "LOG_LEVEL": "INFO"}
    with (
        started([*MANAGE, "run_dispatcher"], **settings) as dispatcher,
        started([*MANAGE, "run_worker", "--queues", "quick,batch", "--threads", "2"], **settings) as worker,
    ):
        message = notifications.enqueue(
            kind="case_closed",
            recipient_email="bmt@example.invalid",
            case_id=7,
            values=dict.fromkeys(("name", "number", "type", "subject", "received", "final_deadline"), "x"),
        )
        wait_until(message.deliveries.exists, "the message to be sent")
        done = Job.objects.filter(kind="purge_finished_jobs", state=State.DONE)
        wait_until(done.exists, "the scheduled job to be done")
        worker_code, worker_lines = ended(worker)
        dispatcher_code, dispatcher_lines = ended(dispatcher)

    assert (worker_code, dispatcher_code) == (0, 0)
    assert [sent["to"] for sent in stub.messages(reference=str(message.reference))] == ["bmt@example.invalid"]
    kinds_done = {line["kind"] for line in worker_lines if line["event"] == "The job is done."}
    assert {"send_message", "purge_finished_jobs"} <= kinds_done
    assert dispatcher_lines[0]["event"] == "The dispatcher has started."
    assert dispatcher_lines[-1]["event"] == "The dispatcher has stopped."
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
    with started(command, REDIS_URL=valkey.url, LOG_LEVEL="INFO") as worker:
        wait_until(lambda: Job.objects.exclude(claim=None).count() == 2, "the worker to be busy")
        code, _ = ended(worker)

    assert code == 0
    assert sum(traced().values()) == Job.objects.filter(state=State.DONE).count() == 2
    assert Job.objects.filter(state=State.WAITING, claim=None, attempts=0).count() == 4
    assert valkey.client().llen("correspondence:documents") == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_parent_was_killed_does_not_stay_behind(valkey: OwnValkey) -> None:
    command = command_line(["batch"], threads=1, processes=1, module="tests.jobs.process_for_tests")
    with started(command, REDIS_URL=valkey.url) as worker:
        wait_until(lambda: valkey.client().zcard("correspondence:__heartbeats__") > 0, "the worker to start")
        of_worker = children(worker.pid)
        assert of_worker
        worker.kill()
        wait_until(lambda: not any(alive(process) for process in of_worker), "its process to end", seconds=20)


@pytest.mark.django_db(transaction=True)
def test_the_dispatcher_waits_for_the_broker_and_says_so_once(valkey: OwnValkey) -> None:
    valkey.stop()
    Job.objects.create(kind="leave_trace", queue="quick", arguments={"name": "a"})
    with started([*MANAGE, "run_dispatcher"], REDIS_URL=valkey.url, LOG_LEVEL="INFO") as dispatcher:
        scheduled = Job.objects.filter(kind="purge_finished_jobs")
        wait_until(scheduled.exists, "the dispatcher to start")
        valkey.start()
        sent = Job.objects.exclude(sent_at=None)
        wait_until(sent.exists, "the job to be sent")
        code, lines = ended(dispatcher, signal.SIGINT)

    assert code == 0
    told = [line["event"] for line in lines]
    assert told.count("The broker is away; the dispatcher waits for it.") == 1
    assert told.count("The broker is back.") == 1


def test_a_queue_that_there_is_not_is_refused() -> None:
    with pytest.raises(CommandError, match="quick, documents, batch"):
        call_command("run_worker", "--queues", "quick,telex")
