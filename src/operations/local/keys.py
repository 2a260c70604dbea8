"""Passwords and keys of a local service: made on its first start, kept in its data folder, never printed."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.local.folder import DataFolder

SECRETS = "secrets.json"
DOCUMENT_KEYS = "document-keys.json"


def _password() -> str:
    return secrets.token_urlsafe(24)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Every secret that one data folder has."""

    database_superuser: str
    database_owner: str
    database_application: str
    valkey: str
    secret_key: str
    audit_key: str
    notify_api_key: str
    """In the form of GOV.UK Notify: a name, the service's identifier, the secret's."""


def of(folder: DataFolder) -> Keys:
    """The secrets of this folder; the missing ones are made."""
    kept = folder.read(SECRETS)
    made = {
        "database_superuser": _password(),
        "database_owner": _password(),
        "database_application": _password(),
        "valkey": _password(),
        "secret_key": secrets.token_urlsafe(48),
        "audit_key": _key(),
        "notify_api_key": f"demonstration-{uuid.uuid4()}-{uuid.uuid4()}",
    }
    keys = Keys(**{name.name: str(kept.get(name.name, made[name.name])) for name in fields(Keys)})
    if asdict(keys) != kept:
        folder.write(SECRETS, asdict(keys))
    if not (folder.path / DOCUMENT_KEYS).exists():
        folder.write_text(DOCUMENT_KEYS, json.dumps({"1": _key()}))
    return keys
