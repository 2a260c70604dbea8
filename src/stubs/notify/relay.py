"""What was accepted goes on to a mail server, in the order in which it came, in the background.

A message is noted as sent once the server has said that it has it. Whoever stops this process between the two
sends it again, under the same Message-ID: mail knows no better.
"""

from __future__ import annotations

import smtplib
import threading
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from stubs.notify.store import WAITING

if TYPE_CHECKING:
    from stubs.notify.store import Message, Store

FROM = "correspondence@notifications.example.invalid"
TIME_LIMIT_SECONDS = 10
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30
FOR_GOOD = 500
"""A mail server's answer from here on will not be another one later."""


def address(text: str) -> tuple[str, int]:
    """The host and the port of ``HOST:PORT``.

    Raises:
        ValueError: it has another form.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(text)
    return host, int(port)


class Refused(Exception):
    """The mail server will never take this message."""


class Relay(threading.Thread):
    """The one thread that relays."""

    def __init__(self, store: Store, host: str, port: int) -> None:
        super().__init__(name="relay", daemon=True)
        self._store = store
        self._host, self._port = host, port
        self._due = threading.Event()
        self._stopping = threading.Event()

    def wake(self) -> None:
        """Say that there may be something to relay."""
        self._due.set()

    def stop(self) -> None:
        """Stop after the message that is on its way."""
        self._stopping.set()
        self._due.set()
        self.join(TIME_LIMIT_SECONDS)

    def run(self) -> None:
        """Relay what waits, then wait for more."""
        wait = FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            self._due.clear()
            message = self._store.next_to_relay()
            if message is None:
                self._due.wait()
                continue
            try:
                self._hand_over(message)
            except Refused as refusal:
                self._store.note_relay(message, "refused", str(refusal))
            except (OSError, smtplib.SMTPException) as problem:
                self._store.note_relay(message, WAITING, str(problem))
                self._stopping.wait(wait)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            else:
                self._store.note_relay(message, "sent")
                wait = FIRST_WAIT_SECONDS

    def _hand_over(self, message: Message) -> None:
        """Send one message.

        Raises:
            Refused: for good.
            OSError: the mail server cannot be reached, or is gone in the middle.
            smtplib.SMTPException: it does not take the message now.
        """
        try:
            mail = _mail(message)
            with smtplib.SMTP(self._host, self._port, timeout=TIME_LIMIT_SECONDS) as server:
                server.send_message(mail, from_addr=FROM, to_addrs=[message.email_address])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, said = next(iter(refusal.recipients.values()))
            raise _judged(code, said, refusal) from refusal
        except smtplib.SMTPResponseException as refusal:
            raise _judged(refusal.smtp_code, refusal.smtp_error, refusal) from refusal
        except (smtplib.SMTPNotSupportedError, ValueError) as problem:
            raise Refused(str(problem)) from problem


def _judged(code: int, said: bytes | str, refusal: smtplib.SMTPException) -> Exception:
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return Refused(f"{code} {words}") if code >= FOR_GOOD else refusal


def _mail(message: Message) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = FROM
    mail["To"] = message.email_address
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.created)
    mail["Message-ID"] = f"<{message.id}@notify.example.invalid>"
    if message.reference:
        mail["X-Notify-Reference"] = message.reference
    mail.set_content(message.body)
    return mail
