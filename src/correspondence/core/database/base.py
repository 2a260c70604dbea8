"""Commits that were not confirmed are told from those that were.

With synchronous replication a commit answers once other servers hold it. When that wait is broken off,
PostgreSQL still answers with success, and a warning beside it. Here the warning becomes an error: "saved" is
said only of what was confirmed. The server sets no limit to that wait (its own limits end with the
statement), so that one is set here, as ``COMMIT_SECONDS`` of the database's settings: a page that waits for
ever helps nobody. A transaction of a single statement has none; what the pages change takes more than one.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql import base

from correspondence.core.database.errors import Unconfirmed
from correspondence.core.database.watch import watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection
    from psycopg.errors import Diagnostic

WAITS_FOR_OTHERS = "SyncRepWaitForLSN"
"""The function of the server that waits and warns: its name is the same in every language of the server."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that listens to the server's warnings and does not wait for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_unconfirmed = False
        self.execute_wrappers.append(self._statement)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        connection: Connection[Any] = super().get_new_connection(conn_params)
        self._is_unconfirmed = False
        connection.add_notice_handler(self._heard)
        return connection

    def _heard(self, notice: Diagnostic) -> None:
        if notice.source_function == WAITS_FOR_OTHERS:
            self._is_unconfirmed = True

    def _commit(self) -> None:
        seconds = self.settings_dict.get("COMMIT_SECONDS")
        limit = (
            watch.no_longer_than(seconds, self.connection) if seconds and self.connection else nullcontext()
        )
        with limit:
            super()._commit()  # type: ignore[misc]  # the stubs leave out what a backend overrides
        self._confirm()

    def _statement(self, execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any) -> Any:
        """Outside a transaction, a statement is a commit of its own."""
        answer = execute(sql, params, many, context)
        self._confirm()
        return answer

    def _confirm(self) -> None:
        if self._is_unconfirmed:
            self._is_unconfirmed = False
            raise Unconfirmed("The wait for the other database servers was broken off.")
