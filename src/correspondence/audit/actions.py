"""Writing to the audit record."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django.db import connection, transaction

from correspondence.audit.chain import NOTHING_BEFORE, mac_of
from correspondence.audit.models import Entry
from correspondence.core import clock, logs

if TYPE_CHECKING:
    from collections.abc import Mapping

type Told = str | int | bool | list[str] | list[int] | None
"""What an entry may hold: codes, counts and ids."""


@transaction.atomic
def record(
    stream: str,
    action: str,
    *,
    actor_id: int | None,
    actor_name: str,
    subject: str,
    data: Mapping[str, Told] | None = None,
) -> Entry:
    """Append one entry to a stream, in the transaction of what it tells of.

    The stream is locked until that transaction ends, so that two writers never take one place.

    Args:
        stream: what is chained together, such as ``case:17``.
        action: the event or action, by its name.
        actor_id: the person, or None when the system acts.
        actor_name: the name at that moment: it is kept as it was.
        subject: what it was done to, such as ``case:17``.
        data: ids and codes that say more; never a requester's personal data.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit:{stream}"])
    last = Entry.objects.filter(stream=stream).order_by("-sequence").values_list("sequence", "mac").first()
    sequence, previous_mac = (last[0], bytes(last[1])) if last else (0, NOTHING_BEFORE)
    entry = Entry(
        stream=stream,
        sequence=sequence + 1,
        at=clock.actual_now().astimezone(UTC),
        action=action,
        actor_id=actor_id,
        actor_name=actor_name,
        subject=subject,
        data=dict(data or {}),
        request_id=logs.request_id.get(),
        previous_mac=previous_mac,
    )
    entry.mac = mac_of(entry)
    entry.save(force_insert=True)
    return entry
