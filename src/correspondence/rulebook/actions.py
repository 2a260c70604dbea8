"""Publishing an edition of the policy tables."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import connection, transaction

from correspondence.audit import actions as audit
from correspondence.rulebook.models import Edition

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.rulebook.tables.rulebook import BoundTables


@transaction.atomic
def publish_edition(
    *, bound: BoundTables, publisher_id: int | None, publisher_name: str, now: datetime
) -> tuple[Edition, bool]:
    """Store what the tables say as the current edition, unless the current one says the same.

    Two processes that publish at once wait for each other, so that they do not both add the same content.

    Args:
        bound: checked tables, with every name registered.
        publisher_id: the person, or None when a deployment publishes.
        publisher_name: who that is, in words.
        now: the actual time.

    Returns:
        The current edition, and whether it is new.
    """
    content = bound.model_dump(mode="json", by_alias=True)
    digest = hashlib.sha256(_canonical(content).encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('rulebook:publish', 0))")
    last = Edition.objects.defer("content").order_by("-number").first()
    if last is not None and last.digest == digest:
        return last, False
    edition = Edition.objects.create(
        number=last.number + 1 if last else 1,
        published_at=now,
        publisher_id=publisher_id,
        publisher_name=publisher_name,
        digest=digest,
        content=content,
    )
    audit.record(
        "policy",
        "publish_edition",
        actor_id=publisher_id,
        actor_name=publisher_name,
        subject=f"edition:{edition.pk}",
        data={"number": edition.number, "digest": digest},
    )
    return edition, True


def _canonical(content: object) -> str:
    """One text for one content, whatever the order of its keys."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
