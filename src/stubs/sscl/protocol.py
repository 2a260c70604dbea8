"""What SSCL answers, as ``openapi.yaml`` says it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from stubs.sscl import records
from stubs.sscl.problems import Problem

if TYPE_CHECKING:
    from stubs.sscl.records import Record
    from stubs.sscl.store import Kept, Store

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
KINDS = ("staff_number", "national_insurance_number", "date_of_birth", "previous_name", "place_of_work")
DATES = ("records_from", "records_to", "needed_by")
LONGEST_REFERENCE, LONGEST_VALUE, MOST_IDENTIFIERS = 64, 200, 20
REASON = "Nobody of this name was found under these identifiers."


@dataclass(frozen=True, slots=True)
class Protocol:
    """The answers of the stand-in.

    A request goes on by itself: received, in progress, complete. The value of an identifier may say
    otherwise: ``reject`` is rejected, ``never`` stays in progress, and see ``records.found``.
    """

    store: Store
    in_progress_after_seconds: float
    complete_after_seconds: float

    def submit(self, key: str, data: Any) -> tuple[HTTPStatus, dict[str, Any]]:
        """``POST /v1/requests``.

        Raises:
            Problem: it has another shape, or its key stands for another request.
        """
        if not KEY.fullmatch(key):
            raise Problem(HTTPStatus.BAD_REQUEST, "Idempotency-Key is 16 to 64 letters, digits, _ or -.")
        _check(data)
        kept, new = self.store.keep(key, data)
        if kept.body != data:
            raise Problem(HTTPStatus.CONFLICT, "This Idempotency-Key stands for another request.")
        return (HTTPStatus.ACCEPTED if new else HTTPStatus.OK), self._told(kept)

    def one(self, request_id: str) -> dict[str, Any]:
        """``GET /v1/requests/{request_id}``.

        Raises:
            Problem: there is none.
        """
        return self._told(self._kept(request_id))

    def files(self, request_id: str) -> list[Record]:
        """``GET /v1/requests/{request_id}/files``.

        Raises:
            Problem: there is no such request, or it is not complete.
        """
        kept = self._kept(request_id)
        status, _ = self._status(kept)
        if status != "complete":
            raise Problem(HTTPStatus.CONFLICT, f"The request is {status.replace('_', ' ')}.")
        return records.found(kept.id, kept.body["subject"]["full_name"], _wishes(kept))

    def file(self, request_id: str, file_id: str) -> Record:
        """``GET /v1/requests/{request_id}/files/{file_id}``.

        Raises:
            Problem: there is no such file.
        """
        for record in self.files(request_id):
            if record.id == file_id:
                return record
        raise Problem(HTTPStatus.NOT_FOUND, "The request has no such file.")

    def _kept(self, request_id: str) -> Kept:
        kept = self.store.get(request_id)
        if kept is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is no such request.")
        return kept

    def _told(self, kept: Kept) -> dict[str, Any]:
        status, changed_at = self._status(kept)
        told = {
            "id": kept.id,
            "reference": kept.body["reference"],
            "status": status,
            "received_at": _moment(kept.received_at),
            "changed_at": _moment(changed_at),
        }
        return {**told, "reason": REASON} if status == "rejected" else told

    def _status(self, kept: Kept) -> tuple[str, float]:
        wishes = _wishes(kept)
        begun = kept.received_at + self.in_progress_after_seconds
        ended = kept.received_at + self.complete_after_seconds
        if time.time() >= ended and "never" not in wishes:
            return ("rejected" if "reject" in wishes else "complete"), ended
        if time.time() >= begun:
            return "in_progress", begun
        return "received", kept.received_at


def _wishes(kept: Kept) -> list[str]:
    return [str(one["value"]) for one in kept.body["subject"]["identifiers"]]


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check(data: Any) -> None:
    """Refuse what has another shape than ``Submission``."""
    _fields(data, "The request", needed={"reference", "subject"}, more=set(DATES))
    _text(data["reference"], "reference", LONGEST_REFERENCE)
    for name in DATES:
        if name in data:
            _date(data[name], name)
    subject = data["subject"]
    _fields(subject, "subject", needed={"full_name", "identifiers"})
    _text(subject["full_name"], "full_name", LONGEST_VALUE)
    identifiers = subject["identifiers"]
    if not isinstance(identifiers, list) or not 1 <= len(identifiers) <= MOST_IDENTIFIERS:
        raise _wrong(f"identifiers is a list of 1 to {MOST_IDENTIFIERS}.")
    for identifier in identifiers:
        _fields(identifier, "An identifier", needed={"kind", "value"})
        if identifier["kind"] not in KINDS:
            raise _wrong(f"The kind of an identifier is one of {', '.join(KINDS)}.")
        _text(identifier["value"], "value", LONGEST_VALUE)


def _fields(data: Any, what: str, *, needed: set[str], more: set[str] | None = None) -> None:
    if not isinstance(data, dict) or not needed <= set(data) <= needed | (more or set()):
        raise _wrong(f"{what} is an object with {', '.join(sorted(needed))} and no field of another name.")


def _text(value: Any, name: str, longest: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise _wrong(f"{name} is a text of 1 to {longest} characters.")


def _date(value: Any, name: str) -> None:
    try:
        if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
            raise _wrong(f"{name} is a date.")
    except ValueError:
        raise _wrong(f"{name} is a date.") from None


def _wrong(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, detail)
