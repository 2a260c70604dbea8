"""Files on their way in, before anything has looked at them, and their names on the way out."""

from __future__ import annotations

import re
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

from correspondence.documents.sniffing import MAX_BYTES

if TYPE_CHECKING:
    from django.http import HttpRequest

IN_MEMORY_BYTES = 1024**2
MAX_REQUEST_BYTES = 120 * 1024**2
"""Six of the largest files at once, or any number of smaller ones."""


class NamesAsSent(MultiPartParser):
    """Leaves file names alone: what may be in them is decided, in words, where documents are kept.

    Django's own parser would drop joiners out of emoji, turn ``&amp;`` into ``&``, and leave out files whose
    names it does not like. Only what belongs to the transport is undone: browsers write a quotation mark as
    ``%22``.
    """

    def sanitize_file_name(self, file_name: str) -> str:
        return file_name.replace("%22", '"')


class ReceivedFile(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """A file as it came, in memory or, beyond 1 MiB, on the disk, where its name plays no part.

    ``size`` is what was sent. Of a file that is too large only the beginning is kept: it is refused for its
    size.
    """

    def __init__(self, file: IO[bytes], name: str, content_type: str, size: int) -> None:
        self._as_sent = name
        super().__init__(file, name, content_type, size)

    @property
    def name(self) -> str:
        """The base class would shorten it; it stays as it came, so that a refusal can tell of it."""
        return self._as_sent

    @name.setter
    def name(self, name: str) -> None:
        self._as_sent = name


class LimitedUploadHandler(FileUploadHandler):
    """Takes files in without letting them fill the memory or the disk.

    A single file is kept up to the largest size accepted and one byte more, the rest of it is only counted:
    so its form can say which file is too large. A request with more than 120 MiB of files is read to its end,
    since a browser shows no answer before that, but nothing of it is kept, and it is refused as a whole.
    """

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._total_bytes = 0
        self._kept: list[IO[bytes]] = []
        if request is not None:
            # The parser is chosen after the handlers were made.
            request.multipart_parser_class = NamesAsSent  # type: ignore[assignment]  # the stubs say: an instance

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - the request closes it
        self._kept.append(self.file)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._total_bytes += len(raw_data)
        if self._is_too_large:
            self._forget()
        elif (room := MAX_BYTES + 1 - start) > 0:
            self.file.write(raw_data[:room])

    def file_complete(self, file_size: int) -> ReceivedFile:
        self.file.seek(0)
        return ReceivedFile(self.file, self.file_name or "", self.content_type or "", file_size)

    def upload_complete(self) -> None:
        if self._is_too_large:
            raise RequestDataTooBig("The files of one request are more than 120 MiB.")

    def upload_interrupted(self) -> None:
        self.file.close()

    @property
    def _is_too_large(self) -> bool:
        return self._total_bytes > MAX_REQUEST_BYTES

    def _forget(self) -> None:
        for file in self._kept:
            file.seek(0)
            file.truncate()


def content_disposition(filename: str) -> str:
    """The header that has a browser save a file under its own name, never show it (RFC 6266).

    Old programs read the first name, which is plain ASCII; all others the second, which is exact.
    """
    plain = re.sub(r'[^ -~]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
