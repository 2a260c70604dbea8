"""Where encrypted documents are kept. What is stored here is never readable without the case's key."""

from __future__ import annotations

import os
import re
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Protocol

from correspondence.core import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KEY = re.compile(r"[0-9a-f]{64}")
UNFINISHED = ".part"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


class NotStored(Exception):
    """There is no object under this key."""


class Store(Protocol):
    """A place that keeps objects under random keys. An object is written once and never changed."""

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


def store() -> Store:
    """The store of this process."""
    return LocalFolder(settings.current().document_store)


class LocalFolder:
    """Objects as files of one folder, spread over two levels of folders by the first digits of their key."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, pieces: Iterable[bytes]) -> None:
        path = self._path(key)
        unfinished = path.with_suffix(UNFINISHED)
        self._make_folders(path.parent)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync(path.parent)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotStored(f"No document is stored under {key}.") from None

    def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        path.with_suffix(UNFINISHED).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        for path in self._root.glob("??/??/*"):
            if not KEY.fullmatch(path.stem) or path.suffix not in ("", UNFINISHED):
                continue
            try:
                written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:  # removed since it was listed
                continue
            if written_at < moment:
                yield path.stem

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError("A storage key is 64 hexadecimal digits.")
        return self._root / key[:2] / key[2:4] / key

    def _make_folders(self, folder: Path) -> None:
        """Make what is missing of the way to this folder, and see that the new names are on the disk."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=FOLDER_MODE, exist_ok=True)
            _sync(one.parent)


def _sync(folder: Path) -> None:
    """Flush the folder itself: without it a new name can be lost although the file's content was kept."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
