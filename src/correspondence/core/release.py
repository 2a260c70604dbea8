"""Which version of the service runs."""

from __future__ import annotations

from functools import cache
from importlib import metadata

from correspondence.core import settings

PACKAGE = "correspondence-tool"


def release() -> str:
    """The release that the deployment named, else the version of the package, else "unknown"."""
    return settings.current().release or _version() or "unknown"


@cache
def _version() -> str:
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return ""
