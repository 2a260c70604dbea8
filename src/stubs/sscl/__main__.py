"""``python -m stubs.sscl --port 4001 --data folder``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from stubs.serving import add_options, serve
from stubs.sscl.protocol import Protocol
from stubs.sscl.server import Stub
from stubs.sscl.store import Store


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="stubs.sscl", description="A stand-in for SSCL.")
    add_options(parser)
    parser.add_argument("--token", default=os.environ.get("SSCL_TOKEN", ""), help="else from SSCL_TOKEN")
    parser.add_argument("--in-progress-after", type=float, default=1, metavar="SECONDS")
    parser.add_argument("--complete-after", type=float, default=3, metavar="SECONDS")
    given = parser.parse_args(arguments)
    if not given.token:
        sys.stderr.write("A token is needed: --token or SSCL_TOKEN.\n")
        return 2
    given.data.mkdir(parents=True, exist_ok=True)
    store = Store(Path(given.data) / "sscl.sqlite3")
    try:
        return serve(
            given,
            lambda address: Stub(
                address,
                protocol=Protocol(store, given.in_progress_after, given.complete_after),
                token=given.token,
                names=tuple(given.name),
            ),
        )
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main())
