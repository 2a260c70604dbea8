"""Searches, kept so that a result has an address without personal data in it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

from correspondence.core.models import BaseModel
from correspondence.organisation.models import User


class Search(BaseModel):
    """What a person searched for: posted, stored, shown to them alone, deleted after a set period."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=200)

    class Meta:
        verbose_name_plural = "searches"
        indexes = [models.Index(fields=["created_at"], name="search_age")]

    def __str__(self) -> str:
        return str(self.pk)
