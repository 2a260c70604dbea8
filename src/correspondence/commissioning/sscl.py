"""SSCL, which holds the records of staff: asking it for the records of a person, and fetching what it found.

It has no public specification. ``stubs/sscl/openapi.yaml`` says what is expected of it; this module is all
that would change with the real one. Only jobs call it, which try again: no page waits for it.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal
from urllib.parse import quote, urlsplit
from uuid import UUID

import requests
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from correspondence.core import settings
from correspondence.core.breaker import Breaker, Open
from correspondence.jobs.errors import GiveUp, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIME_LIMITS_SECONDS = (2, 5)
"""To connect, and to wait for the next piece of an answer."""

LONGEST_CALL_SECONDS = 15
LONGEST_FETCH_SECONDS = 75
"""The whole of an answer, within the time limit of a job on the queue for documents."""

LONGEST_ANSWER_BYTES = 1_000_000
PIECE_BYTES = 64 * 1024
WORTH_REPEATING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)

breaker = Breaker("SSCL")


class _Border(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Identifier(_Border):
    """What tells one person from another of the same name."""

    kind: Literal[
        "staff_number", "national_insurance_number", "date_of_birth", "previous_name", "place_of_work"
    ]
    value: str


class Subject(_Border):
    """Whose records are asked for. A name alone finds nobody."""

    full_name: str
    identifiers: tuple[Identifier, ...]


class Request(_Border):
    """A request as SSCL tells of it."""

    id: UUID
    reference: str
    status: Literal["received", "in_progress", "complete", "rejected"]
    received_at: datetime
    changed_at: datetime
    reason: str = ""

    @model_validator(mode="after")
    def _says_why(self) -> Request:
        if self.status == "rejected" and not self.reason:
            raise ValueError("A rejected request says why.")
        return self


class File(_Border):
    """A file that was found."""

    id: UUID
    name: str
    media_type: str
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Files(_Border):
    files: tuple[File, ...]


_REQUEST = TypeAdapter(Request)
_FILES = TypeAdapter(_Files)


def submit(
    *,
    reference: str,
    subject: Subject,
    key: str,
    records_from: date | None = None,
    records_to: date | None = None,
    needed_by: date | None = None,
) -> Request:
    """Ask for the records of a person.

    Args:
        reference: the number of our case.
        key: kept before the first attempt and given at each later one: SSCL takes one request for a key.
        records_from: only records made on this day or later.
        records_to: only records made on this day or earlier.

    Raises:
        TryAgain: it is not known whether SSCL has it, or SSCL cannot take it now.
        GiveUp: SSCL refuses it.
    """
    days = {"records_from": records_from, "records_to": records_to, "needed_by": needed_by}
    body = {
        "reference": reference,
        "subject": subject.model_dump(mode="json"),
        **{name: day.isoformat() for name, day in days.items() if day},
    }
    return _ask(_REQUEST, "POST", "/v1/requests", json=body, headers={"Idempotency-Key": key})


def status(request_id: UUID) -> Request:
    """How far a request has come.

    Raises:
        TryAgain: SSCL cannot say so now.
        GiveUp: SSCL knows no such request, or refuses to say so.
    """
    return _ask(_REQUEST, "GET", _path(request_id))


def files(request_id: UUID) -> tuple[File, ...]:
    """What was found for a complete request; it may be nothing.

    Raises:
        TryAgain: SSCL cannot say so now.
        GiveUp: there is no such request, it is not complete, or SSCL refuses to say so.
    """
    return _ask(_FILES, "GET", f"{_path(request_id)}/files").files


def fetch(request_id: UUID, file: File, into: BinaryIO) -> None:
    """Write the content of a file, in pieces. What is not the file that was told of is taken out again.

    Raises:
        TryAgain: SSCL cannot give it now, or what came was not the whole of it.
        GiveUp: there is no such file, or SSCL refuses to give it.
    """
    start = into.tell()
    try:
        with _answer("GET", f"{_path(request_id)}/files/{file.id}") as answer:
            _copy(answer, file, into)
    except BaseException:
        into.seek(start)
        into.truncate()
        raise


def _copy(answer: requests.Response, file: File, into: BinaryIO) -> None:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(answer, LONGEST_FETCH_SECONDS):
        size += len(piece)
        if size > file.size_bytes:
            raise TryAgain("SSCL sent more than the file that it had told of.")
        digest.update(piece)
        into.write(piece)
    if size != file.size_bytes or digest.hexdigest() != file.sha256:
        raise TryAgain("SSCL sent another content than it had told of.")


def _path(request_id: UUID) -> str:
    return f"/v1/requests/{quote(str(request_id), safe='')}"


def _ask[T](shape: TypeAdapter[T], method: str, path: str, **parts: Any) -> T:
    """One call that is answered in JSON."""
    with _answer(method, path, **parts) as answer:
        content = bytearray()
        for piece in _pieces(answer, LONGEST_CALL_SECONDS):
            content += piece
            if len(content) > LONGEST_ANSWER_BYTES:
                raise TryAgain("The answer of SSCL is too long to be one.")
        try:
            return shape.validate_json(bytes(content))
        except ValidationError:
            # It would quote the answer, which is about a person.
            raise TryAgain("The answer of SSCL could not be read.") from None


@contextmanager
def _answer(method: str, path: str, **parts: Any) -> Iterator[requests.Response]:
    """The answer to one call on a connection of its own, read inside.

    Raises:
        TryAgain: there is none, or it says that there will be one later.
        GiveUp: it is no.
    """
    try:
        with breaker.call(TryAgain), _session() as (session, url):
            try:
                with session.request(
                    method,
                    url + path,
                    timeout=TIME_LIMITS_SECONDS,
                    stream=True,
                    allow_redirects=False,
                    **parts,
                ) as answer:
                    _refuse(answer)
                    yield answer
            except requests.RequestException as error:
                raise TryAgain(f"SSCL could not be reached, or broke off ({type(error).__name__}).") from None
    except Open as error:
        raise TryAgain(str(error)) from error


@contextmanager
def _session() -> Iterator[tuple[requests.Session, str]]:
    current = settings.current()
    if not current.sscl_url:
        raise GiveUp("SSCL_URL is not set: this service does not ask SSCL.")
    with requests.Session() as session:
        # What is left over on a connection is never taken for the answer to the next call.
        session.headers.update({"Authorization": f"Bearer {current.sscl_token.get_secret_value()}"})
        session.headers["Connection"] = "close"
        if urlsplit(current.sscl_url).hostname in settings.LOOPBACK:
            # What stands in for SSCL on this machine is not reached through an organisation's proxy.
            session.trust_env = False
        yield session, current.sscl_url


def _pieces(answer: requests.Response, longest_seconds: float) -> Iterator[bytes]:
    until = time.monotonic() + longest_seconds
    for piece in answer.iter_content(PIECE_BYTES):
        if time.monotonic() > until:
            raise TryAgain(f"SSCL did not finish its answer within {longest_seconds} seconds.")
        yield piece


def _refuse(answer: requests.Response) -> None:
    """Raise what an answer other than success means."""
    code = answer.status_code
    if code in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
        return
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR or code in WORTH_REPEATING:
        if seconds := _seconds(answer.headers):
            breaker.hold(seconds)
        raise TryAgain(f"SSCL answered with {code}.")
    raise GiveUp(f"SSCL refused with {code}: {_detail(answer)}")


def _seconds(headers: Mapping[str, str]) -> int:
    after = headers.get("Retry-After", "")
    return int(after) if after.isdecimal() else 0


def _detail(answer: requests.Response) -> str:
    try:
        told = json.loads(b"".join(_pieces(answer, LONGEST_CALL_SECONDS))[:LONGEST_ANSWER_BYTES])
    except ValueError:
        return "without a reason"
    return (
        str(told.get("detail") or told.get("title"))[:400] if isinstance(told, dict) else "without a reason"
    )
