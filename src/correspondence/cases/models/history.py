"""What happened to a case, and who has seen it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from correspondence.cases.models.case import Case
from correspondence.core.models import BaseModel
from correspondence.organisation.models import Team, User

MESSAGE = "add_message_to_case"
"""The event that is a message of the conversation, not an entry of the history."""


class Transition(BaseModel):
    """One event of a case: written once, numbered in steps of 20 within the case.

    Attributes:
        event: a row of ``policy/events.yaml``, or ``create``.
        acting_user: who did it; empty when the system did.
        acting_team: the team for which they acted.
        message: what the person wrote, such as a reason or a message.
        data: file names, dates and numbers that the history shows.
        form_key: the key of the form that caused it: a second sending finds it here.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transitions", db_index=False)
    event = models.CharField(max_length=60)
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40)
    to_workflow = models.CharField(max_length=20)
    acting_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    acting_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    acting_role = models.CharField(max_length=20, blank=True)
    target_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    target_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    message = models.TextField(max_length=50_000, blank=True)
    data = models.JSONField(default=dict, blank=True)
    form_key = models.UUIDField(null=True, unique=True)
    sort_key = models.PositiveIntegerField()
    most_recent = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "sort_key"], name="transition_place_in_case"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(most_recent=True), name="transition_one_most_recent"
            ),
        ]
        indexes = [models.Index(fields=["case", "event", "-sort_key"], name="transition_by_event")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.sort_key}: {self.event}"


class Seen(models.Model):
    """The newest message of a case that a person has seen."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sort_key = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "seen"
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}: {self.sort_key}"
