"""What every store of objects promises, whatever keeps them."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

KEY = re.compile(r"[0-9a-f]{64}")


class NotStored(Exception):
    """There is no object under this key."""


class StoreAway(Exception):
    """The store cannot be reached, or does not do what it is asked; later it may.

    The message is for whoever looks after the service.
    """


class Store(Protocol):
    """A place that keeps objects under random keys. An object is written once and never changed.

    Each of these may raise ``StoreAway``; reading from an open object may, too.
    """

    def prepare(self) -> Sequence[str]:
        """Make the place itself, where it is missing. Doing so twice does no harm.

        Returns:
            what was done or found, in words.
        """

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        """Keep an object. It is there whole once this returns, even if the machine then loses power."""

    def open(self, key: str) -> BinaryIO:
        """Read an object as a stream, which the caller closes.

        Raises:
            NotStored: there is none.
        """

    def delete(self, key: str) -> None:
        """Remove an object, finished or not. Where there is none, there is nothing to do."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The keys of all objects last written before this moment, the unfinished ones included."""


def new_key() -> str:
    """A key for a new object: random, so that it tells nothing and cannot be guessed."""
    return secrets.token_hex(32)


def checked(key: str) -> str:
    """The key itself: paths and names are made of keys, so nothing else may pass for one."""
    if not KEY.fullmatch(key):
        raise ValueError("A storage key is 64 hexadecimal digits.")
    return key
