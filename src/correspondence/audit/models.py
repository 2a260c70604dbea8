"""The audit entry: append-only, chained per stream."""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """Who did what, when: one link of the chain of its stream.

    Rows are inserted and never changed: a trigger refuses update, delete and truncate, and the
    application's role has no right to them. Nothing here points to another table, so that an entry
    outlives what it tells of. It holds ids and codes, no personal values of requesters.

    Attributes:
        stream: what is chained together: ``case:17``, ``user:4``, ``system``.
        sequence: 1, 2, 3 … without a gap within the stream.
        at: the actual time, never the moved one.
        mac: HMAC-SHA256 over this entry and the previous one's MAC.
    """

    stream = models.CharField(max_length=80)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    subject = models.CharField(max_length=80)
    data = models.JSONField()
    request_id = models.CharField(max_length=40, blank=True)
    previous_mac = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="entry_place_in_stream")]
        indexes = [
            models.Index(fields=["subject", "at"], name="entry_subject_at"),
            models.Index(fields=["actor_id", "at"], name="entry_actor_at"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.sequence}: {self.action}"
