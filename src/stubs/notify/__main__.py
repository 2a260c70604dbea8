"""``python -m stubs.notify --port 4000 --data folder``."""

from __future__ import annotations

import argparse
import os
import sys

from stubs.notify.relay import Relay, address
from stubs.notify.server import Stub
from stubs.notify.store import Store
from stubs.notify.tokens import Key
from stubs.serving import add_options, serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(
        prog="stubs.notify", description="A stand-in for GOV.UK Notify, on loopback."
    )
    add_options(parser)
    parser.add_argument(
        "--api-key", default=os.environ.get("NOTIFY_API_KEY", ""), help="else from NOTIFY_API_KEY"
    )
    parser.add_argument(
        "--template-id", default=os.environ.get("NOTIFY_TEMPLATE_ID", ""), help="else from NOTIFY_TEMPLATE_ID"
    )
    parser.add_argument(
        "--relay", type=address, metavar="HOST:PORT", help="a mail server that gets what is accepted, by SMTP"
    )
    given = parser.parse_args(arguments)
    try:
        key = Key.read(given.api_key)
    except ValueError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    given.data.mkdir(parents=True, exist_ok=True)
    store = Store(given.data / "notify.sqlite3")
    relay = Relay(store, *given.relay) if given.relay else None
    if relay:
        relay.start()
    try:
        return serve(
            given,
            lambda address: Stub(
                address,
                store=store,
                key=key,
                template_id=given.template_id,
                names=tuple(given.name),
                relay=relay,
            ),
        )
    finally:
        if relay:
            relay.stop()
        store.close()


if __name__ == "__main__":
    sys.exit(main())
