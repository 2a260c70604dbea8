"""Which secrets a site has, how they are made, and as which files the containers read them."""

from __future__ import annotations

import base64
import json
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from operations.site import certificates
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from operations.platform.model import Platform
    from operations.site.values import Values

PASSWORDS = (
    "database_superuser",
    "database_replication",
    "database_rewind",
    "database_owner",
    "database_application",
    "patroni_api",
    "valkey",
    "s3_secret_key",
)
AUTHORITY_KEY = "ca_key"
AUTHORITY = "ca.pem"
FROM_OPERATOR = {"notify_api_key": "the API key of the GOV.UK Notify service"}
NOTIFY_KEY = re.compile(
    r"^.+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
)

IN_CONTAINERS = "/run/secrets/ca"


def _password() -> str:
    # Letters and digits only: it stands in addresses and in the files of several engines.
    return secrets.token_hex(24)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")


GENERATED: dict[str, Callable[[], str]] = {
    **dict.fromkeys(PASSWORDS, _password),
    "s3_access_key": lambda: secrets.token_hex(10).upper(),
    "secret_key": lambda: secrets.token_urlsafe(48),
    "audit_key": _key,
    "document_keys": lambda: json.dumps({"1": _key()}),
}
SETTABLE = (*GENERATED, *FROM_OPERATOR)


def made(platform: Platform, now: datetime) -> dict[str, str]:
    """Every secret that can be made without the operator; certificates of parts come with `certified`."""
    key, pem = certificates.authority(platform.platform.name, now)
    return {**{name: make() for name, make in GENERATED.items()}, AUTHORITY_KEY: key, AUTHORITY: pem}


def refuse_incomplete(kept: dict[str, str], where: Path) -> None:
    """See that no secret is missing.

    Raises:
        Trouble: names what is missing. It is never made anew, since something may be locked by it.
    """
    expected = (*GENERATED, *FROM_OPERATOR, AUTHORITY_KEY, AUTHORITY)
    if lacking := [name for name in expected if not kept.get(name)]:
        raise Trouble(
            f"Missing in {where}: {', '.join(lacking)}.",
            "\n".join(f"Give it with: ct-ops secret set {name} < FILE" for name in lacking),
        )


def checked(name: str, value: str) -> str:
    """A secret that the operator gives.

    Raises:
        Trouble: there is no such secret, or it is not of its form.
    """
    if name not in SETTABLE:
        raise Trouble(f"There is no secret '{name}'.", f"There are: {', '.join(sorted(SETTABLE))}.")
    value = value.strip()
    if not value:
        raise Trouble(
            f"The value of '{name}' is empty.", f"Give it like this: ct-ops secret set {name} < FILE"
        )
    if name == "notify_api_key" and not NOTIFY_KEY.match(value):
        raise Trouble("That is no API key of GOV.UK Notify: a name, then two identifiers, joined by hyphens.")
    if name == "document_keys":
        _refuse_bad_keys(value)
    return value


def _refuse_bad_keys(value: str) -> None:
    try:
        keys = json.loads(value)
        good = bool(keys) and all(len(base64.b64decode(key, validate=True)) == 32 for key in keys.values())  # noqa: PLR2004 - AES-256
    except (ValueError, AttributeError, TypeError):
        good = False
    if not good:
        raise Trouble('document_keys is JSON of versions and keys of 32 bytes in base64: {"1": "…"}.')


def certified(kept: dict[str, str], platform: Platform, host: str, now: datetime) -> dict[str, str]:
    """The same secrets with a good certificate for each part; those that stay good are kept."""
    pems = {}
    for part, names in platform.certificates.items():
        wanted = (host, *(name for name in names if name != host)) if part == "edge" else names
        pem = kept.get(f"{part}.pem", "")
        if not certificates.is_good(pem, wanted, kept[AUTHORITY], now):
            pem = certificates.issue(wanted, kept[AUTHORITY_KEY], kept[AUTHORITY], now)
        pems[f"{part}.pem"] = pem
    return {**kept, **pems}


def files(kept: dict[str, str], platform: Platform, values: Values, now: datetime) -> dict[str, str]:
    """What the containers read: the secrets, the addresses made of them, the edge's certificate."""
    found = {name: value for name, value in kept.items() if name != AUTHORITY_KEY}
    if values.certificate_file:
        found["edge.pem"] = certificates.of_operator(Path(values.certificate_file), values.host, now)
    database = platform.database
    options = f"sslmode=verify-full&sslrootcert={IN_CONTAINERS}"
    return {
        **found,
        "database_url": (
            f"postgresql://{database.application}:{kept['database_application']}"
            f"@{platform.names['db-rw']}/{database.name}?{options}"
        ),
        # Migrations go past the pool, straight to the primary.
        "migration_database_url": (
            f"postgresql://{database.owner}:{kept['database_owner']}@pg-rw:5432/{database.name}?{options}"
        ),
        "redis_url": (f"rediss://:{kept['valkey']}@{platform.names['redis']}/0?ssl_ca_certs={IN_CONTAINERS}"),
    }
