"""Whether this site is the one that dispatches.

Of two sites only the one whose database takes writes may send jobs out. ``ACTIVE_URL`` names the address
that says so; while it says anything but 200, or nothing, this site keeps still.
"""

from __future__ import annotations

import http.client
import ssl
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

LOOKED_EVERY_SECONDS = 2.0
TIME_LIMIT_SECONDS = 1.0


@dataclass(slots=True)
class Site:
    """What the address said when it was last asked.

    Attributes:
        url: empty when this is the only site.
        ca_file: who vouches for the address, when not the system's authorities.
    """

    url: str
    ca_file: Path | None = None
    _active: bool = field(default=False, init=False)
    _asked_at: float = field(default=float("-inf"), init=False)

    def is_active(self) -> bool:
        """Whether to dispatch now; asked anew every two seconds."""
        if not self.url:
            return True
        if time.monotonic() - self._asked_at >= LOOKED_EVERY_SECONDS:
            self._active = self._ask()
            self._asked_at = time.monotonic()
        return self._active

    def _ask(self) -> bool:
        """Ask directly: no proxy stands between, and being sent elsewhere is no yes."""
        parts = urlsplit(self.url)
        connection: http.client.HTTPConnection | None = None
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=self.ca_file)
                connection = http.client.HTTPSConnection(
                    parts.netloc, timeout=TIME_LIMIT_SECONDS, context=context
                )
            else:
                connection = http.client.HTTPConnection(parts.netloc, timeout=TIME_LIMIT_SECONDS)
            connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            if connection:
                connection.close()
