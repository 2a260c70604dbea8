"""The files of a case and the key that encrypts them."""

from __future__ import annotations

from django.db import models

from correspondence.cases.models import Case
from correspondence.core.models import BaseModel
from correspondence.organisation.models import Team, User


class Kind(models.TextChoices):
    """What a file is to its case. A draft is a response that was not sent yet."""

    REQUEST = "request", "Request"
    RESPONSE = "response", "Response"


class Scan(models.TextChoices):
    """What the virus scanner said; only clean and unchecked files are handed out.

    ``unchecked`` exists only in a demonstration, which has no scanner, and the page says so.
    """

    WAITING = "waiting", "Waiting to be checked"
    CLEAN = "clean", "Clean"
    INFECTED = "infected", "Infected"
    UNCHECKED = "unchecked", "Not checked for viruses"


class CaseKey(models.Model):
    """The key that encrypts the documents of one case, itself encrypted by the key provider.

    Destroying this row destroys every copy of every document of the case, backups included.

    Attributes:
        version: of the key itself; bound into every chunk that it encrypts.
        wrapped: the key as the provider encrypted it.
        provider_version: which of the provider's keys did so.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="document_key", primary_key=True)
    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField(max_length=200)
    provider_version = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"key of case {self.case_id}"


class Attachment(BaseModel):
    """A file of a case.

    Attributes:
        filename: as it came, any Unicode; never part of a storage key.
        size_bytes: of the file as it came, before encryption.
        sha256: of the file as it came.
        storage_key: random.
        upload_group: shared by the files uploaded together.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=120)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=64, unique=True)
    upload_group = models.UUIDField()
    scan = models.CharField(max_length=10, choices=Scan.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["case", "kind"], name="attachment_of_case")]

    def __str__(self) -> str:
        return f"attachment {self.pk} of case {self.case_id}"
