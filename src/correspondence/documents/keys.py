"""The key of each case, and who keeps the keys that wrap it.

Every case has a data key of its own. The database holds it only as a *key provider* encrypted it; the
provider's keys are never in the database. Here the provider is a file; a key management service will stand
behind ``KeyProvider`` too.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from correspondence.core import settings
from correspondence.core.errors import Misconfigured
from correspondence.documents.models import CaseKey

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
NONCE_BYTES = 12
FIRST_VERSION = 1


class KeyRefused(Exception):
    """The provider cannot open this key: it is another's, another case's, or was changed."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one case, in the open. It is kept in memory for as long as one file needs it."""

    case_id: int
    version: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as a provider encrypted it, and which of its keys did so."""

    provider_version: str
    blob: bytes = field(repr=False)


class KeyProvider(Protocol):
    """Whoever keeps the keys that wrap the data keys."""

    def wrap(self, key: DataKey) -> Wrapped:
        """Encrypt a data key with the newest key of the provider."""

    def unwrap(self, wrapped: Wrapped, *, case_id: int, version: int) -> DataKey:
        """Decrypt a data key.

        Raises:
            KeyRefused: it was not wrapped by this provider for this case and version.
        """


class LocalKeyFile:
    """A JSON file of versions and keys: ``{"1": "<32 bytes in base64>", "2": …}``.

    The last version wraps; the earlier ones only open what they wrapped. The file is read anew each time, so
    that a version can be added without a restart.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def wrap(self, key: DataKey) -> Wrapped:
        version, provider_key = list(self._keys().items())[-1]
        nonce = os.urandom(NONCE_BYTES)
        bound = _bound(key.case_id, key.version, version)
        return Wrapped(version, nonce + AESGCM(provider_key).encrypt(nonce, key.secret, bound))

    def unwrap(self, wrapped: Wrapped, *, case_id: int, version: int) -> DataKey:
        provider_key = self._keys().get(wrapped.provider_version)
        if provider_key is None:
            raise KeyRefused(f"The document keys hold no version {wrapped.provider_version}.")
        nonce, sealed = wrapped.blob[:NONCE_BYTES], wrapped.blob[NONCE_BYTES:]
        bound = _bound(case_id, version, wrapped.provider_version)
        try:
            return DataKey(case_id, version, AESGCM(provider_key).decrypt(nonce, sealed, bound))
        except (InvalidTag, ValueError):
            raise KeyRefused(
                f"The key of case {case_id} is not one that these document keys wrapped."
            ) from None

    def _keys(self) -> dict[str, bytes]:
        try:
            read = json.loads(self._path.read_text("utf-8"))
            keys = {str(version): base64.b64decode(key, validate=True) for version, key in read.items()}
        except (OSError, ValueError, TypeError, AttributeError, binascii.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not JSON of versions and keys"
            raise Misconfigured(f"DOCUMENT_KEY_FILE: {self._path} cannot be used: {reason}.") from None
        wrong = [version for version, key in keys.items() if len(key) != KEY_BYTES]
        if wrong or not keys:
            raise Misconfigured(f"DOCUMENT_KEY_FILE: give at least one key, each of {KEY_BYTES} bytes.")
        return keys


def provider() -> KeyProvider:
    """The key provider of this process."""
    return LocalKeyFile(settings.current().document_key_file)


def new_key(case_id: int) -> DataKey:
    """A new key for a case; it exists once ``keep`` has stored it."""
    return DataKey(case_id, FIRST_VERSION, os.urandom(KEY_BYTES))


def keep(key: DataKey) -> None:
    """Store the key of a case, unless the case has one by now: the first one stays."""
    wrapped = provider().wrap(key)
    row = CaseKey(
        case_id=key.case_id,
        version=key.version,
        wrapped=wrapped.blob,
        provider_version=wrapped.provider_version,
    )
    # A second writer waits here for the first one's commit, and then does nothing.
    CaseKey.objects.bulk_create([row], ignore_conflicts=True)


def case_key(case_id: int) -> DataKey:
    """The key of a case, for encrypting; made when it has none. Two first uploads at once get the same one.

    Raises:
        KeyRefused: the provider cannot open the stored key.
    """
    if not CaseKey.objects.filter(pk=case_id).exists():
        keep(new_key(case_id))
    return kept_key(case_id)


def kept_key(case_id: int) -> DataKey:
    """The key of a case, for decrypting: none is made here, since it would open nothing.

    Raises:
        KeyRefused: the case has no key, or no longer; or the provider cannot open it.
    """
    row = CaseKey.objects.filter(pk=case_id).first()
    if row is None:
        raise KeyRefused(f"There is no key of case {case_id}.")
    wrapped = Wrapped(row.provider_version, bytes(row.wrapped))
    return provider().unwrap(wrapped, case_id=case_id, version=row.version)


def _bound(case_id: int, version: int, provider_version: str) -> bytes:
    """What a wrapped key is tied to: moved to another case or version, it does not open."""
    return f"correspondence case key\0{case_id}\0{version}\0{provider_version}".encode()
