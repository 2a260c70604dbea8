"""GOV.UK Notify, by its official client.

One template serves every kind of message: its subject is ``((subject))`` and its body ``((body))``.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from notifications_python_client.errors import APIError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from correspondence.core import settings
from correspondence.jobs.errors import GiveUp, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from correspondence.notifications.wording import Text

TIME_LIMITS_SECONDS = (2, 5)
"""To connect, and to wait for an answer: several calls fit into a job's time limit."""

WORTH_REPEATING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)

# It quotes the answers of the provider, which may hold an address. What failed is in the job's row.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)


def send(text: Text, *, email: str, reference: str) -> str:
    """Hand a message to Notify.

    Returns:
        The id that Notify gave it.

    Raises:
        TryAgain: it is not known whether Notify has it, or Notify cannot take it now.
        GiveUp: Notify refuses it.
    """
    with _client() as client:
        answer = client.send_email_notification(
            email_address=email,
            template_id=settings.current().notify_template_id,
            personalisation={"subject": text.subject, "body": text.body},
            reference=reference,
        )
    return str(answer["id"])


def sent_before(reference: str) -> str | None:
    """The id of the message that Notify already has under this reference, if it has one.

    Raises:
        TryAgain: Notify cannot say so now; nothing may be sent before it does.
        GiveUp: Notify refuses to say so.
    """
    with _client() as client:
        found = client.get_all_notifications(reference=reference)["notifications"]
    return str(found[-1]["id"]) if found else None


def status(provider_id: str) -> str:
    """What became of a message, in Notify's words, such as sending, delivered or permanent-failure.

    Raises:
        TryAgain: Notify cannot say so now.
        GiveUp: Notify knows no such message, or refuses to say so.
    """
    with _client() as client:
        return str(client.get_notification_by_id(provider_id)["status"])


@contextmanager
def _client() -> Iterator[Any]:
    """A client for one call: it is not safe to share between threads."""
    current = settings.current()
    client = NotificationsAPIClient(  # type: ignore[no-untyped-call]  # it has no annotations
        current.notify_api_key.get_secret_value(), base_url=current.notify_url, timeout=TIME_LIMITS_SECONDS
    )
    if urlsplit(current.notify_url).hostname in settings.LOOPBACK:
        # What stands in for Notify on this machine is not reached through an organisation's proxy.
        client.request_session.trust_env = False
    try:
        yield client
    except APIError as error:
        raise _in_words(error) from error
    finally:
        client.request_session.close()


def _in_words(error: APIError) -> TryAgain | GiveUp:
    if isinstance(error, InvalidResponse):
        return TryAgain("The answer of GOV.UK Notify could not be read.")
    if error.response is None:
        return TryAgain("GOV.UK Notify could not be reached, or did not answer in time.")
    code = error.status_code
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR or code in WORTH_REPEATING:
        return TryAgain(f"GOV.UK Notify answered with {code}.")
    return GiveUp(f"GOV.UK Notify refused with {code}: {_reasons(error)}")


def _reasons(error: APIError) -> str:
    said = error.message
    if isinstance(said, list):
        said = "; ".join(
            f"{one.get('error', '')}: {one.get('message', '')}" for one in said if isinstance(one, dict)
        )
    return str(said)[:400]
