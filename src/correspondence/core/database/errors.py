"""What may go wrong with the database and is no defect of ours."""

from __future__ import annotations

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError

MOVED = frozenset({"25006", "25P03", "25P04"})
"""Told by a server that takes no writes any more, or that ended a transaction which took too long."""


class Unconfirmed(OperationalError):
    """A commit of which nobody can say whether it will last.

    It stands on the server that said so, but the wait for the others that have to hold it was broken off:
    if that server is lost now, the change is lost with it.
    """


def is_passing(trouble: BaseException | None) -> bool:
    """Whether this is a failure of the database that trying again may well get past.

    A lost connection, a server that stops, starts or became a replica, a limit on time or on connections.
    """
    if isinstance(trouble, OperationalError | InterfaceError):
        return True
    if not isinstance(trouble, DatabaseError):
        return False
    cause = trouble.__cause__
    # Of a connection that broke in the middle of an answer psycopg knows no more than that it is an error.
    broke_off = type(cause) is psycopg.DatabaseError and cause.sqlstate is None
    return broke_off or getattr(cause, "sqlstate", None) in MOVED
