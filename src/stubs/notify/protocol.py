"""What GOV.UK Notify answers, for the part of its protocol that sends e-mails."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from stubs.notify.errors import NotifyError

if TYPE_CHECKING:
    from stubs.notify.store import Message, Store

EMAIL = re.compile(r"[^@\s,;<>()\[\]\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
ALLOWED = (
    "email_address",
    "template_id",
    "personalisation",
    "reference",
    "email_reply_to_id",
    "one_click_unsubscribe_url",
    "sanitise_content_for",
)
FIELDS = ("subject", "body")
"""The fields of the one template: its subject is ((subject)), its body ((body))."""

PAGE = 250
LONGEST_BYTES = 2_000_000
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Protocol:
    """The answers of one service with one template, at one address."""

    store: Store
    template_id: str
    url: str

    def send(self, data: Any) -> dict[str, Any]:
        """``POST /v2/notifications/email``.

        Raises:
            NotifyError: the request has another shape than the real service wants.
        """
        if not isinstance(data, dict):
            raise _bad("Invalid JSON supplied in POST data")
        if problems := _problems_of_shape(data):
            raise NotifyError(HTTPStatus.BAD_REQUEST, "ValidationError", *problems)
        if self.template_id and data["template_id"] != self.template_id:
            raise _bad("Template not found")
        values = {name.lower(): value for name, value in (data.get("personalisation") or {}).items()}
        if missing := [name for name in FIELDS if values.get(name) is None]:
            raise _bad(f"Missing personalisation: {', '.join(missing)}")
        subject, body = " ".join(str(values["subject"]).split()), str(values["body"])
        if len(body.encode()) > LONGEST_BYTES:
            raise _bad("Your message is too long. Emails cannot be longer than 2000000 bytes.")
        message = self.store.add(
            reference=data.get("reference"),
            email_address=data["email_address"],
            template_id=data["template_id"],
            subject=subject,
            body=body,
        )
        return {
            "id": message.id,
            "reference": message.reference,
            "content": {
                "subject": message.subject,
                "body": message.body,
                "from_email": "correspondence@notifications.example.invalid",
                "one_click_unsubscribe_url": None,
            },
            "uri": f"{self.url}/v2/notifications/{message.id}",
            "template": self._template(message),
            "scheduled_for": None,
        }

    def one(self, message_id: str) -> dict[str, Any]:
        """``GET /v2/notifications/<id>``.

        Raises:
            NotifyError: the id is none, or nothing was sent under it.
        """
        if not _is_uuid(message_id):
            raise NotifyError(HTTPStatus.BAD_REQUEST, "ValidationError", "id is not a valid UUID")
        message = self.store.get(message_id)
        if message is None:
            raise NotifyError(HTTPStatus.NOT_FOUND, "NoResultFound", "No result found")
        return self._told(message)

    def many(self, *, reference: str | None, older_than: str | None) -> dict[str, Any]:
        """``GET /v2/notifications``: newest first, 250 at most."""
        found = self.store.newest(limit=PAGE, reference=reference, older_than=older_than)
        links = {"current": f"{self.url}/v2/notifications"}
        if found:
            links["next"] = f"{self.url}/v2/notifications?older_than={found[-1].id}"
        return {"notifications": [self._told(message) for message in found], "links": links}

    def _template(self, message: Message) -> dict[str, Any]:
        return {
            "id": message.template_id,
            "version": 1,
            "uri": f"{self.url}/v2/template/{message.template_id}",
        }

    def _told(self, message: Message) -> dict[str, Any]:
        settled = message.settled.strftime(TIME) if message.settled else None
        lines = {f"line_{number}": None for number in range(1, 8)}
        return {
            **lines,
            "id": message.id,
            "reference": message.reference,
            "email_address": message.email_address,
            "phone_number": None,
            "postcode": None,
            "postage": None,
            "type": "email",
            "status": message.status,
            "template": self._template(message),
            "body": message.body,
            "subject": message.subject,
            "created_at": message.created.strftime(TIME),
            "created_by_name": None,
            "sent_at": None if message.status == "created" else message.created.strftime(TIME),
            "completed_at": settled,
            "scheduled_for": None,
            "one_click_unsubscribe_url": None,
            "is_cost_data_ready": True,
            "cost_in_pounds": 0.0,
            "cost_details": {},
        }


def _problems_of_shape(data: dict[str, Any]) -> list[str]:
    problems = [
        f"{name} is a required property" for name in ("email_address", "template_id") if name not in data
    ]
    if unexpected := [name for name in data if name not in ALLOWED]:
        problems.append(f"Additional properties are not allowed ({', '.join(unexpected)} was unexpected)")
    if "email_address" in data and not (
        isinstance(data["email_address"], str) and EMAIL.fullmatch(data["email_address"])
    ):
        problems.append("email_address Not a valid email address")
    if "template_id" in data and not _is_uuid(data["template_id"]):
        problems.append("template_id is not a valid UUID")
    if not isinstance(data.get("personalisation", {}), dict):
        problems.append(f"personalisation {data['personalisation']} is not of type object")
    if not isinstance(data.get("reference"), str | None):
        problems.append(f"reference {data['reference']} is not of type string")
    return problems


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value.lower()
    except ValueError:
        return False


def _bad(message: str) -> NotifyError:
    return NotifyError(HTTPStatus.BAD_REQUEST, "BadRequestError", message)
