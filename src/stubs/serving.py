"""Starting and stopping a stub."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


class Server(Protocol):
    """What is served."""

    url: str

    def serve_forever(self, poll_interval: float) -> None: ...

    def shutdown(self) -> None: ...

    def server_close(self) -> None: ...


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that all stubs have."""
    port = os.environ.get("PORT")
    parser.add_argument(
        "--port",
        type=int,
        default=port,
        required=port is None,
        help="0 takes any; else from PORT",
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder that keeps what it remembers")
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS", help="loopback unless given")
    parser.add_argument(
        "--name", action="append", default=[], help="a further host name to answer to; may be repeated"
    )


def serve(given: argparse.Namespace, make: Callable[[tuple[str, int]], Server]) -> int:
    """Serve until told to stop. Returns the exit code."""
    try:
        server = make((given.listen, given.port))
    except OSError as problem:
        sys.stderr.write(f"Port {given.port} cannot be used: {problem.strerror}.\n")
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: threading.Thread(target=server.shutdown).start())
    sys.stdout.write(f"Listening on {server.url}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0
