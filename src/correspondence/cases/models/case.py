"""The case: our record of handling one request."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q

from correspondence.core.models import BaseModel
from correspondence.organisation.models import Team, User
from correspondence.rulebook.models import Edition


class Case(BaseModel):
    """One request and what became of it.

    Attributes:
        number: the received date as ``YYMMDD`` and a count of that date's cases; never changes.
        case_type: a row of ``policy/case_types.yaml``.
        workflow: ``standard``, ``trigger`` or ``full_approval``.
        edition: the policy edition under which the case began.
        received_date: the day of receipt, in London.
        escalation_deadline: the last day of the sensitivity window; on it the window is still open.
        draft_deadline: ours; shown and used while the case is flagged.
        statutory_deadline: the law's, without any extension; what a removed extension returns to.
        final_deadline: the last day on which the answer is in time.
        draft_compliant_date: when the first draft that met the standard was uploaded.
        version: grows with each event that changes the case; a form shown earlier is out of date.
        for_smoke_tests: made to try the service out; only those who do so see it.
        search: what is searched: name and number weigh most, then subject, then message.
    """

    number = models.CharField(max_length=20, unique=True)
    case_type = models.CharField(max_length=40)
    workflow = models.CharField(max_length=20)
    state = models.CharField(max_length=40)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+", db_index=False)
    creator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)

    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True)
    postal_address = models.TextField(max_length=1000, blank=True)
    requester_type = models.CharField(max_length=40)
    delivery_method = models.CharField(max_length=20)
    subject = models.CharField(max_length=100)
    message = models.TextField(max_length=100_000, blank=True)

    received_date = models.DateField()
    escalation_deadline = models.DateField()
    draft_deadline = models.DateField()
    statutory_deadline = models.DateField()
    final_deadline = models.DateField()
    pit_extended = models.BooleanField(default=False)
    draft_compliant_date = models.DateField(null=True, blank=True)

    response_date = models.DateField(null=True, blank=True)
    information_held = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    refusal_reason = models.CharField(max_length=40, blank=True)
    refusal_ground = models.CharField(max_length=40, blank=True)
    appeal_outcome = models.CharField(max_length=40, blank=True)
    late_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    version = models.PositiveIntegerField(default=0)
    last_transition_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    deletion_reason = models.TextField(max_length=2000, blank=True)
    for_smoke_tests = models.BooleanField(default=False, db_default=False)

    search = models.GeneratedField(
        expression=SearchVector("name", "number", weight="A", config="english")
        + SearchVector("subject", weight="C", config="english")
        + SearchVector("message", weight="D", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(pit_extended=True, final_deadline__gt=F("statutory_deadline"))
                | Q(pit_extended=False, final_deadline=F("statutory_deadline")),
                name="case_final_deadline_by_extension",
            ),
            models.CheckConstraint(
                condition=Q(response_date__isnull=True) | Q(response_date__gte=F("received_date")),
                name="case_response_after_receipt",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | ~Q(deletion_reason=""), name="case_deleted_with_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["final_deadline", "id"],
                condition=Q(deleted_at__isnull=True) & ~Q(state="closed"),
                name="case_open",
            ),
            models.Index(
                fields=["-last_transition_at", "-id"],
                condition=Q(deleted_at__isnull=True, state="closed"),
                name="case_closed",
            ),
            models.Index(
                fields=["escalation_deadline"],
                condition=Q(deleted_at__isnull=True) & ~Q(state="closed"),
                name="case_in_window",
            ),
            models.Index(fields=["-received_date", "-id"], name="case_received"),
            models.Index(fields=["id"], condition=Q(for_smoke_tests=True), name="case_for_smoke_tests"),
            GinIndex(fields=["search"], name="case_search", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_trigger(self) -> bool:
        """Whether the workflow has clearance in it."""
        return self.workflow in ("trigger", "full_approval")

    @property
    def is_closed(self) -> bool:
        """Whether the case is in its last state."""
        return self.state == "closed"


class NumberCounter(models.Model):
    """How many case numbers were given out for one received date, over all case types."""

    received_date = models.DateField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.received_date}: {self.last}"
