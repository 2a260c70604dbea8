"""TLS for the web server: version 1.3 only, and nobody waits for a silent client.

The limit that a socket of the kernel has (``SO_RCVTIMEO``) is of no use here: Python's TLS takes it for
"try again" and waits on. Its own time limits hold, so each connection is given them.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import ReadableBuffer

HANDSHAKE_SECONDS = 4
SILENCE_SECONDS = 8
"""For so long a request may say nothing in the middle: a thread that waits for more serves nobody else."""
SENDING_SECONDS = 65
"""For so long a client may take nothing of an answer: as long as a request may take."""


class _Connection(ssl.SSLSocket):
    """A connection on which waiting ends. Where gunicorn wants to wait for ever, it waits a while."""

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - the standard library's signature
        self.settimeout(SILENCE_SECONDS if flag else 0.0)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        reading = self.gettimeout()
        if not reading:
            return super().send(data, flags)
        self.settimeout(SENDING_SECONDS)
        try:
            return super().send(data, flags)
        finally:
            self.settimeout(reading)


class Context(ssl.SSLContext):
    """Ends a handshake that is not done in time."""

    sslsocket_class = _Connection

    def wrap_socket(self, sock: Any, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        sock.settimeout(HANDSHAKE_SECONDS)
        connection = super().wrap_socket(sock, *args, **kwargs)
        connection.settimeout(SILENCE_SECONDS)
        return connection


def context(tls_file: Path) -> Context:
    """What the server speaks, with the key, certificate and chain of one PEM file.

    Raises:
        OSError: the file cannot be read, or holds no key that fits its certificate.
    """
    made = Context(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    # A ticket would let a later connection skip the key exchange.
    made.num_tickets = 0
    made.load_cert_chain(tls_file)
    return made
