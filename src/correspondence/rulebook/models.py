"""The editions: what the policy tables said, from when on, and who published it."""

from __future__ import annotations

from django.db import models


class Edition(models.Model):
    """One published state of the tables that bind a case: case types, workflows, clocks, closure.

    A case keeps the edition it began under. Rows are written once; a trigger refuses to change or delete
    one. The publisher is named by id and name without a foreign key, so that an edition stands on its own.

    Attributes:
        number: 1, 2, 3 …; the highest is the current one.
        published_at: the actual time, never the moved one.
        digest: SHA-256 of the content. Going back to an earlier content is a new edition with its digest.
    """

    number = models.PositiveIntegerField(unique=True)
    published_at = models.DateTimeField()
    publisher_id = models.BigIntegerField(null=True)
    publisher_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    content = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_number_from_one"),
            models.CheckConstraint(
                condition=~models.Q(publisher_name=""), name="edition_names_its_publisher"
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.number}"
