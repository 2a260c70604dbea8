"""``python -m stubs.notify --port 4000 --data folder``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from stubs.notify.server import Stub
from stubs.notify.store import Store
from stubs.notify.tokens import Key


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(
        prog="stubs.notify", description="A stand-in for GOV.UK Notify, on loopback."
    )
    parser.add_argument("--port", type=int, required=True, help="0 takes any that is free")
    parser.add_argument("--data", type=Path, required=True, help="the folder that keeps the messages")
    parser.add_argument(
        "--api-key", default=os.environ.get("NOTIFY_API_KEY", ""), help="else from NOTIFY_API_KEY"
    )
    parser.add_argument(
        "--template-id", default=os.environ.get("NOTIFY_TEMPLATE_ID", ""), help="else from NOTIFY_TEMPLATE_ID"
    )
    given = parser.parse_args(arguments)
    try:
        key = Key.read(given.api_key)
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    given.data.mkdir(parents=True, exist_ok=True)
    store = Store(given.data / "notify.sqlite3")
    try:
        server = Stub(given.port, store=store, key=key, template_id=given.template_id)
    except OSError as problem:
        sys.stderr.write(f"Port {given.port} cannot be used: {problem.strerror}.\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"Listening on {server.url}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
