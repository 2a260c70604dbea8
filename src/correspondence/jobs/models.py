"""The job: one row, committed with the change that caused it."""

from __future__ import annotations

from django.db import models

from correspondence.core import clock
from correspondence.core.fields import MomentField


class State(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Job(models.Model):
    """Work to be done once, after the change that caused it is committed.

    All moments are actual ones: a moved date of case work neither hastens nor delays a job.

    Attributes:
        kind: a name registered in ``jobs.kinds``.
        arguments: ids and codes only.
        unique_key: what the job is for; a second one with the same key is not made.
        run_after: not before this moment.
        attempts: how often it was claimed since it was made or restarted.
        restarts: how often somebody restarted it after it had failed.
        sent_at: when its id last went to the broker.
        broker_id: the id under which the broker holds it.
        claim: the token of the worker that holds it.
        claimed_until: when that worker's lease ends.
    """

    kind = models.CharField(max_length=60)
    queue = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    unique_key = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - null repeats, "" would not
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    run_after = MomentField(told_by=clock.actual_now)
    attempts = models.PositiveSmallIntegerField(default=0)
    restarts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    broker_id = models.CharField(max_length=64, blank=True)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = MomentField(told_by=clock.actual_now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(claim__isnull=True, claimed_until__isnull=True)
                | models.Q(claim__isnull=False, claimed_until__isnull=False),
                name="job_claim_whole",
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="job_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["run_after"],
                condition=models.Q(state="waiting", sent_at__isnull=True),
                name="job_unsent",
            ),
            models.Index(
                fields=["id"], condition=models.Q(state="waiting", sent_at__isnull=False), name="job_sent"
            ),
            models.Index(
                fields=["claimed_until"],
                condition=models.Q(state="waiting", claim__isnull=False),
                name="job_claimed",
            ),
            models.Index(fields=["-finished_at"], condition=models.Q(state="failed"), name="job_failed"),
            models.Index(fields=["finished_at"], condition=models.Q(state="done"), name="job_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
