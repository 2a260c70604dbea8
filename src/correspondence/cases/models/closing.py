"""What an answer relied on."""

from __future__ import annotations

from django.db import models

from correspondence.cases.models.case import Case


class ReliedExemption(models.Model):
    """An exemption relied on when a case was closed.

    Attributes:
        code: a row of the exemptions of ``policy/closure.yaml``.
        public_interest_reasons: why the public interest favours maintaining a qualified exemption
            (FOIA 2000 s.2(2)(b)); empty for an absolute one.
        opinion: what the qualified person (s.36(5)) holds, where section 36 needs it.
        opinion_date: the date of that opinion (s.36(2)).
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exemptions", db_index=False)
    code = models.CharField(max_length=40)
    public_interest_reasons = models.TextField(max_length=5000, blank=True)
    opinion = models.TextField(max_length=5000, blank=True)
    opinion_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="exemption_once")]
        indexes = [models.Index(fields=["code"], name="exemption_code")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.code}"
