"""Where sessions are kept: a row of the database, and a copy in the cache that is believed for a second.

The row is the truth. A copy is written with the moment at which the row said so, and is worth nothing a
second later, whatever became of the cache meanwhile: losing the cache signs nobody out, and a session whose
row is gone is over within a second, also when the cache could not be told. The copy is signed and bound to
its session, so that whoever can write to the cache cannot make one, and it is kept under a digest, so that
whoever can read the cache learns no session's id.

Only what every session holds is copied. One that carries a notice, a reset link or a way back is read from
its row, so that what one page leaves for the next is never missed.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from django.contrib import auth
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as RowStore
from django.core import signing

from correspondence.core.cache import shared
from correspondence.core.database.errors import is_passing
from correspondence.pages import sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

BELIEVED_FOR_SECONDS = 1

COPIED = frozenset(
    {auth.SESSION_KEY, auth.BACKEND_SESSION_KEY, auth.HASH_SESSION_KEY, sessions.BEGAN, sessions.LAST_SEEN}
)
"""What a session of somebody signed in always holds."""


class SessionStore(RowStore):
    """The engine that ``SESSION_ENGINE`` names."""

    def load(self) -> dict[str, Any]:
        if self.session_key and (copied := _copied(self.session_key)):
            return copied
        read_at = time.time()
        data: dict[str, Any] = super().load()
        if data and self.session_key:
            # Only where there is none: one that was written meanwhile is newer than what was read here.
            _copy(self.session_key, data, read_at, replace=False)
        return data

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - as Django calls it
        written_at = time.time()
        try:
            super().save(must_create)
        except UpdateError as refused:
            # Django tells of a lost connection as if the session had been ended elsewhere.
            trouble = refused.__context__
            if trouble is not None and is_passing(trouble):
                raise trouble from None
            self._drop_copy(self.session_key)
            raise
        if self.session_key:
            _copy(self.session_key, dict(self.items()), written_at, replace=True)

    def delete(self, session_key: str | None = None) -> None:
        ended = session_key or self.session_key
        super().delete(session_key)
        self._drop_copy(ended)

    @staticmethod
    def _drop_copy(session_key: str | None) -> None:
        if session_key:
            shared().delete(_name(session_key))


def _copied(session_key: str) -> dict[str, Any] | None:
    kept = shared().get(_name(session_key))
    if not isinstance(kept, str):
        return None
    try:
        copy = signing.loads(kept, salt=_salt(session_key))
    except signing.BadSignature:
        return None
    age = time.time() - copy["at"]
    return dict(copy["data"]) if 0 <= age < BELIEVED_FOR_SECONDS else None


def _copy(session_key: str, data: Mapping[str, Any], at: float, *, replace: bool) -> None:
    name = _name(session_key)
    if not data.keys() <= COPIED:
        if replace:
            shared().delete(name)
        return
    write = shared().set if replace else shared().add
    write(name, signing.dumps({"at": at, "data": dict(data)}, salt=_salt(session_key)), BELIEVED_FOR_SECONDS)


def _name(session_key: str) -> str:
    return f"session:{hashlib.sha256(session_key.encode()).hexdigest()}"


def _salt(session_key: str) -> str:
    return f"session copy of {session_key}"
