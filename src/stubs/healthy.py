"""``python -m stubs.healthy``: ends with 0 when the stub on the port named by PORT answers."""

from __future__ import annotations

import http.client
import os
import sys


def main() -> int:
    """Ask it."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=2)
    try:
        connection.request("GET", "/healthz")
        return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
