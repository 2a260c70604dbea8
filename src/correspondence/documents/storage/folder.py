"""Documents in a folder of the machine: for one machine, and for `make run`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from correspondence.documents.storage.objects import KEY, NotStored, StoreAway, checked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

UNFINISHED = ".part"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


class LocalFolder:
    """Objects as files of one folder, spread over two levels of folders by the first digits of their key."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def prepare(self) -> Sequence[str]:
        try:
            self._make_folders(self._root)
        except OSError as error:
            raise _away(error) from error
        return [f"Documents are kept in the folder {self._root}."]

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
        except OSError as error:
            raise _away(error) from error

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
        return self._root / checked(key)[:2] / key[2:4] / key

    def _make_folders(self, folder: Path) -> None:
        """Make what is missing of the way to this folder, and see that the new names are on the disk."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=FOLDER_MODE, exist_ok=True)
            _sync(one.parent)


def _away(error: OSError) -> StoreAway:
    return StoreAway(f"The folder of the documents cannot be used ({error.strerror}).")


def _sync(folder: Path) -> None:
    """Flush the folder itself: without it a new name can be lost although the file's content was kept."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
