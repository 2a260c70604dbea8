"""Which team and which person hold a case, and in which role."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from correspondence.cases.models.case import Case
from correspondence.core.models import BaseModel
from correspondence.organisation.models import Team, User


class AssignmentRole(models.TextChoices):
    """What the team does with the case."""

    MANAGING = "managing", "Managing"
    RESPONDING = "responding", "Responding"
    APPROVING = "approving", "Approving"


class AssignmentState(models.TextChoices):
    """Pending and accepted assignments are live."""

    PENDING = "pending", "Pending"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    BYPASSED = "bypassed", "Bypassed"


LIVE = (AssignmentState.PENDING, AssignmentState.ACCEPTED)


class Assignment(BaseModel):
    """A team's part in a case.

    The managing assignment is made with the case. The current responding one is the newest that was
    not rejected. There is one approving assignment for each clearance level; removing the level
    deletes it, bypassing it keeps it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="assignments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="assignments", db_index=False
    )
    role = models.CharField(max_length=12, choices=AssignmentRole.choices)
    state = models.CharField(max_length=10, choices=AssignmentState.choices, default=AssignmentState.PENDING)
    approved = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(role="managing"), name="assignment_one_managing"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role="responding", state="pending"),
                name="assignment_one_pending_responding",
            ),
            models.UniqueConstraint(
                fields=["case", "team"], condition=Q(role="approving"), name="assignment_level_once"
            ),
            models.CheckConstraint(
                condition=Q(approved=False) | Q(role="approving"), name="assignment_approved_by_approving"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "role", "state", "case"], name="assignment_of_team"),
            models.Index(fields=["user", "state", "case"], name="assignment_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.role} {self.team_id}"

    @property
    def is_live(self) -> bool:
        """Pending or accepted."""
        return self.state in LIVE
