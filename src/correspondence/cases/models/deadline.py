"""Extensions of the final deadline."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from correspondence.cases.models.case import Case
from correspondence.core.models import BaseModel


class PitExtension(BaseModel):
    """More time for the public interest test (FOIA 2000 s.10(3)).

    Attributes:
        until: the new final deadline, that day included.
        before: the final deadline that it moved.
        exemption: the qualified exemption being weighed, by code; empty for a review.
        notice_date: when the requester was told under s.17; empty for a review.
        late_notice: made after the statutory date (s.17(1) is not moved by s.10(3)).
        long_reason: why more than 40 working days in all are needed; empty below that.
        removed_at: when all extensions were taken back.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pit_extensions")
    until = models.DateField()
    before = models.DateField()
    reason = models.TextField(max_length=2000)
    exemption = models.CharField(max_length=40, blank=True)
    notice_date = models.DateField(null=True, blank=True)
    late_notice = models.BooleanField(default=False)
    long_reason = models.TextField(max_length=2000, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("before")), name="pit_extension_extends")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} until {self.until}"
