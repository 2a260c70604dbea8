"""Looking after jobs: what is shown, restarting, clearing away."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models.functions import Now

from correspondence.audit.models import Entry
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.jobs import actions, queries, tasks, worker
from correspondence.jobs.models import Job, State

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def failed(**fields: object) -> Job:
    values = {"attempts": 3, "last_error": "No paper.", "finished_at": clock.actual_now(), **fields}
    return Job.objects.create(
        kind="do_outside", queue="quick", arguments={"name": "a"}, state=State.FAILED, **values
    )


def restart(job: Job) -> Job:
    return actions.restart_job(job.pk, actor_id=7, actor_name="Ada Admin")


def test_a_failed_job_is_restarted_from_its_first_attempt_and_that_is_audited() -> None:
    job = restart(failed(sent_at=clock.actual_now(), broker_id="x"))

    assert (job.state, job.attempts, job.restarts) == (State.WAITING, 0, 1)
    assert (job.sent_at, job.broker_id, job.finished_at) == (None, "", None)
    entry = Entry.objects.get(stream="jobs")
    assert (entry.action, entry.actor_id, entry.actor_name) == ("restart_job", 7, "Ada Admin")
    assert (entry.subject, entry.data) == (f"job:{job.pk}", {"kind": "do_outside", "attempts": 3})


def test_a_restarted_job_knows_that_an_earlier_attempt_may_have_got_through() -> None:
    job = restart(failed())
    held = worker.claim(job.pk, "quick")

    assert held is not None
    assert (held.attempts, held.again) == (1, True)


@pytest.mark.parametrize(
    ("state", "words"), [(State.WAITING, "already restarted"), (State.DONE, "done meanwhile")]
)
def test_only_a_failed_job_is_restarted(state: State, words: str) -> None:
    job = failed()
    Job.objects.update(state=state)

    with pytest.raises(Refused, match=words):
        restart(job)
    assert not Entry.objects.filter(stream="jobs").exists()


def test_a_job_that_is_gone_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="no longer kept"):
        actions.restart_job(10**12, actor_id=7, actor_name="Ada Admin")


def test_failed_jobs_are_told_the_latest_first() -> None:
    older = failed(finished_at=clock.actual_now() - timedelta(days=1))
    newer = failed()
    Job.objects.create(kind="do_outside", queue="quick")

    assert list(queries.failed()) == [newer, older]


def test_the_overview_tells_how_each_queue_stands() -> None:
    now = clock.actual_now()
    due = Job.objects.create(kind="x", queue="quick", run_after=now - timedelta(minutes=5))
    Job.objects.create(kind="x", queue="quick", run_after=now + timedelta(hours=1))
    Job.objects.create(kind="x", queue="quick", claim=uuid.uuid4(), claimed_until=now + timedelta(seconds=20))
    Job.objects.create(kind="x", queue="batch", state=State.DONE)
    failed()

    quick, documents, batch = queries.overview()
    assert (quick.queue, documents.queue, batch.queue) == ("quick", "documents", "batch")
    assert (quick.ready, quick.running, quick.later, quick.failed) == (1, 1, 1, 1)
    assert quick.ready_since == due.run_after
    assert (batch.ready, batch.running, batch.later, batch.failed, batch.ready_since) == (0, 0, 0, 0, None)


def test_the_overview_counts_no_further_than_a_page_can_say(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(queries, "COUNTED_UP_TO", 3)
    Job.objects.bulk_create(Job(kind="x", queue="quick", run_after=clock.actual_now()) for _ in range(5))

    with django_assert_num_queries(15):
        assert queries.overview()[0].ready == 3


def test_what_was_done_long_ago_is_cleared_away_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    long_ago = clock.actual_now() - timedelta(days=31)
    for finished in (long_ago, long_ago, long_ago, clock.actual_now() - timedelta(days=29)):
        Job.objects.create(kind="x", queue="quick", state=State.DONE, finished_at=finished)
    failed(finished_at=long_ago)

    for _ in range(2):
        tasks.purge_finished_jobs()

    assert Job.objects.filter(state=State.DONE).count() == 1
    assert Job.objects.filter(state=State.FAILED).count() == 1
    # The first part asked for a second one; the second was the last.
    assert Job.objects.filter(kind="purge_finished_jobs", run_after__lte=Now()).count() == 1
