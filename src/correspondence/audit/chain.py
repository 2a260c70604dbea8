"""How an entry is bound to the one before it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from correspondence.core import settings

if TYPE_CHECKING:
    from correspondence.audit.models import Entry

NOTHING_BEFORE = bytes(32)
"""What the first entry of a stream has as its previous MAC."""


def mac_of(entry: Entry) -> bytes:
    """HMAC-SHA256, under the audit key, over every field of the entry and the MAC before it."""
    told = json.dumps(
        [
            entry.stream,
            entry.sequence,
            entry.at.isoformat(timespec="microseconds"),
            entry.action,
            entry.actor_id,
            entry.actor_name,
            entry.subject,
            entry.data,
            entry.request_id,
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    key = settings.current().audit_key.get_secret_value().encode()
    return hmac.digest(key, bytes(entry.previous_mac) + told.encode(), hashlib.sha256)
