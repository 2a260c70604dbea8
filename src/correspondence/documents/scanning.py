"""Whether a file was checked for viruses, and asking clamd to do so.

Only clean files are given out, and unchecked ones in a demonstration, which has no scanner: the page says so.
"""

from __future__ import annotations

import socket
import ssl
import struct
from typing import TYPE_CHECKING

from correspondence.core import settings
from correspondence.documents.models import Scan

if TYPE_CHECKING:
    from collections.abc import Iterable

    from correspondence.documents.models import Attachment

KIND = "scan_attachment"
CONNECT_SECONDS = 2
ANSWER_SECONDS = 60
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """The scanner cannot be reached, or did not say whether the file is clean."""


def first_state() -> Scan:
    """The scan state of a file that just came."""
    return Scan.UNCHECKED if settings.current().scanner == "none" else Scan.WAITING


def is_to_be_scanned(attachment: Attachment) -> bool:
    """Whether the file waits for the scanner."""
    return attachment.scan == Scan.WAITING


def why_withheld(attachment: Attachment) -> str | None:
    """Why the file is not given out, in words; None when it is."""
    if attachment.scan == Scan.INFECTED:
        return (
            f"“{attachment.filename}” is infected and cannot be opened. Remove it and ask for a clean copy."
        )
    if attachment.scan == Scan.WAITING:
        return f"“{attachment.filename}” has not been checked for viruses yet. Try again in a few minutes."
    return None


def infection(pieces: Iterable[bytes]) -> str | None:
    """What clamd finds in a file: the name of an infection, or None when it is clean.

    Raises:
        ScannerAway: it gave no such answer.
    """
    try:
        with _connected() as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(b"zINSTREAM\0")
            for piece in pieces:
                connection.sendall(struct.pack(">L", len(piece)) + piece)
            connection.sendall(struct.pack(">L", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(
            f"The scanner cannot be reached ({error.strerror or type(error).__name__})."
        ) from error
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(f"The scanner answered {answer!r}.")


def _connected() -> socket.socket:
    """A connection to clamd, by TLS 1.3 where it is told who vouches for the scanner's name."""
    current = settings.current()
    address, _colon, port = current.clamd_address.rpartition(":")
    host = address.strip("[]")
    connection = socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS)
    if current.clamd_ca_file is None:
        return connection
    try:
        tls = ssl.create_default_context(cafile=current.clamd_ca_file)
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        return tls.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0").decode("utf-8", errors="replace").strip()
