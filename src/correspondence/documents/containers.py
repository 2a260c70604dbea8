"""What the readers of containers have in common: why one is not taken, and what it is read from."""

from __future__ import annotations

from typing import Protocol

_AGAIN = "Open it in the program that made it, save it again and choose it again."
DAMAGED = f"cannot be read: it is damaged or cut off. {_AGAIN}"
TOO_MUCH_INSIDE = "unpacks to far more than a document needs. Save it as a PDF and choose that."
LOCKED = "is protected with a password. Remove the password and choose it again."
MACROS = "holds macros, which are not accepted. Save it without macros, or as a PDF, and choose that."
STRANGE_NAMES = f"holds parts that point outside the file. {_AGAIN}"


class Unsafe(Exception):
    """A container that is not taken. The message reads on from the file's name."""


class Seekable(Protocol):
    """A file that can be read from any place."""

    def read(self, size: int, /) -> bytes:
        """Up to this many bytes."""

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """The present place."""

    def seekable(self) -> bool:
        """Always: zipfile asks."""
