"""The policy editions that were published."""

from __future__ import annotations

from django.db import models

from correspondence.core import clock
from correspondence.core.fields import MomentField


class Edition(models.Model):
    """The tables that bind a case for its life, as they stood when they were published: immutable.

    Attributes:
        number: 1, 2, 3 …
        digest: SHA-256 of the content; the same tables are not published twice.
        content: workflows, clocks, closure and case types.
        publisher_id: who published it; by id and name, so that the entry outlives the person.
    """

    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()
    published_at = MomentField(told_by=clock.actual_now)
    publisher_id = models.BigIntegerField(null=True)
    publisher_name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"edition {self.number}"
