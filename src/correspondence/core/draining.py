"""Whether this instance of the web server is being taken out of service.

Its parent process (``config.serve``) says so by a file, which every process of the server can see.
"""

from __future__ import annotations

import os

VARIABLE = "DRAINING_FILE"
"""Names the file that is there while the server drains; set by the parent process alone."""


def has_begun() -> bool:
    """Whether new requests should go to other instances. What still comes is served."""
    path = os.environ.get(VARIABLE)
    return path is not None and os.path.exists(path)  # noqa: PTH110 - asked on every request
