"""Files as the pages hand them on, and the stores in which tests look for them."""

from __future__ import annotations

import io
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Self

from correspondence.core import settings
from tests.documents.samples import sample

if TYPE_CHECKING:
    from pathlib import Path


class Sent(io.BytesIO):
    """A file as it was sent, under this name."""

    def __init__(self, name: str = "Answer.pdf", content: bytes | None = None) -> None:
        content = sample(name.rpartition(".")[2].lower()) if content is None else content
        super().__init__(content)
        self._name, self._size = name, len(content)

    @property
    def name(self) -> str:
        return self._name

    @property
    def size(self) -> int:
        return self._size


class OnDisk:
    """A file as large ones are sent: on the disk, not in memory."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.size = name, len(content)
        self._file = TemporaryFile()  # noqa: SIM115 - closed by the with statement of the test
        self._file.write(content)
        self.read, self.seek, self.tell = self._file.read, self._file.seek, self._file.tell
        self.seekable = self._file.seekable

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()


def folder() -> Path:
    """The folder of this test's documents."""
    path = settings.current().document_store
    assert path is not None
    return path


def objects() -> set[Path]:
    """Every object in the store, finished or not."""
    return {path for path in folder().rglob("*") if path.is_file()}
