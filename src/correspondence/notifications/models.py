"""The outbox: what people receive, and what became of it."""

from __future__ import annotations

import uuid

from django.db import models

from correspondence.core.models import BaseModel


class Message(BaseModel):
    """One message to one person or mailbox, written once with the change that caused it.

    Only anonymising touches it later. Its sending is a job; what became of it is in its deliveries.

    Attributes:
        reference: the idempotency key under which the provider knows this message. It is not made from the
            row's id, which a restored or emptied database would give out again.
        kind: the name of its wording in ``policy/wording/``.
        values: what the wording fills in.
        case_id: the case it tells of, if any; the wording makes the address from it.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    recipient_email = models.EmailField(max_length=254)
    recipient_name = models.CharField(max_length=200, blank=True)
    recipient_id = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    case_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case_id", "-id"], name="message_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Outcome(models.TextChoices):
    """What was learned about the delivery of a message."""

    ACCEPTED = "accepted", "Accepted by the provider"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Could not be delivered"
    WITHHELD = "withheld", "Not sent: it belongs to a trial of the service"


class Delivery(BaseModel):
    """One thing learned about the delivery of a message: appended, never changed."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    provider_id = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["message", "outcome"], name="delivery_outcome_once")]

    def __str__(self) -> str:
        return f"message {self.message_id}: {self.outcome}"
