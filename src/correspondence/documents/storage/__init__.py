"""Where encrypted documents are kept. What is stored here is never readable without the case's key."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from correspondence.core import settings
from correspondence.documents.storage.folder import LocalFolder
from correspondence.documents.storage.objects import KEY, NotStored, Store, StoreAway, new_key
from correspondence.documents.storage.s3 import Bucket

if TYPE_CHECKING:
    from correspondence.core.settings import Settings

__all__ = ["KEY", "Bucket", "LocalFolder", "NotStored", "Store", "StoreAway", "new_key", "store"]


def store() -> Store:
    """The store of this process."""
    current = settings.current()
    return LocalFolder(current.document_store) if current.document_store else _bucket(current)


@lru_cache(maxsize=1)
def _bucket(current: Settings) -> Bucket:
    """One for the process: its connections are kept, and shared by all threads."""
    return Bucket(
        url=current.s3_url,
        name=current.s3_bucket,
        region=current.s3_region,
        access_key_id=current.s3_access_key_id.get_secret_value(),
        secret_access_key=current.s3_secret_access_key.get_secret_value(),
        ca_file=current.s3_ca_file,
    )
