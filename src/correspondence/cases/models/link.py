"""Links between cases."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from correspondence.cases.models.case import Case
from correspondence.core.models import BaseModel


class LinkKind(models.TextChoices):
    """What the linked case is to the case."""

    RELATED = "related", "Related"


class Link(BaseModel):
    """A link from one case to another; a related link is kept in both directions."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links", db_index=False)
    linked_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_to")
    kind = models.CharField(max_length=20, choices=LinkKind.choices, default=LinkKind.RELATED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "linked_case", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(case=F("linked_case")), name="link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.linked_case_id}"
