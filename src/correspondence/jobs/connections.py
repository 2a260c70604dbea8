"""Database connections of a process that is not answering requests: nobody else closes them."""

from __future__ import annotations

from django.db import close_old_connections, connections


def tidy() -> None:
    """Close what is broken or too old; the next statement opens a new connection."""
    close_old_connections()


def renew() -> None:
    """Make sure that the next statement is not caught in what went wrong before.

    A time limit may strike in the middle of opening or closing a transaction and leave the connection
    believing that it is inside one. Such a connection is thrown away.
    """
    for alias in connections:
        connection = connections[alias]
        if connection.in_atomic_block or connection.needs_rollback:
            raw, connection.connection = connection.connection, None
            if raw is not None:
                raw.close()
            del connections[alias]
        else:
            connection.close_if_unusable_or_obsolete()


def close() -> None:
    """Close all connections of this thread."""
    connections.close_all()
