"""The base of every table, and the row that moves the date of case work."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

from correspondence.core.fields import MomentField


class BaseModel(models.Model):
    """A table with the moment of case work at which each row was made."""

    created_at = MomentField()

    class Meta:
        abstract = True


class DateOfCaseWork(models.Model):
    """By how many days the date of case work is ahead of the actual date: one row, or none.

    Only a demonstration may have it; it can only grow.
    """

    only = models.BooleanField(primary_key=True, default=True, editable=False)
    days_ahead = models.PositiveIntegerField()
    moved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(only=True), name="date_of_case_work_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.days_ahead} days ahead"


def read_shift() -> timedelta:
    """The shift of the date of case work as the database holds it."""
    days = DateOfCaseWork.objects.values_list("days_ahead", flat=True).first()
    return timedelta(days=days or 0)
