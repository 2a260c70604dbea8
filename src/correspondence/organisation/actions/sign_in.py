"""Signing in with a password, and the ways back in.

Everything here is on actual time. All failures look alike: a wrong password, an unknown address, a
locked and a deactivated account give the same answer after the same work, and each leaves an entry
in the audit record.

The place of what comes later: a second factor stands between ``attempt``, which knows a person by
their password alone, and ``pages.sessions.enter``, which begins the session; single sign-on is a
further way to the same ``enter``, beside ``attempt``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, verify_password
from django.db import transaction

from correspondence.audit.actions import record
from correspondence.audit.queries import of_subject
from correspondence.core import logs
from correspondence.notifications.actions import enqueue
from correspondence.organisation import passwords
from correspondence.organisation.links import DeadLink, locked_account, moment_of_lock, reset_links
from correspondence.organisation.models import User

if TYPE_CHECKING:
    from datetime import datetime

    from correspondence.audit.actions import Told

FAILURES_TO_LOCK = 4
LOCKED_FOR = timedelta(hours=1)
RESET_MAILS_AN_HOUR = 3
"""More requests are answered alike and send nothing: nobody's mailbox is flooded from our page."""

NOBODY = "Nobody signed in"
STRANGERS = "sign_in"
"""The audit stream of attempts with addresses that are nobody's; those addresses are not kept."""
WAYS_IN = ("signed_in", "sign_in_failed", "locked", "password_reset_requested", "password_changed")
"""What is recorded together with the network address from which it was done."""


def attempt(*, email: str, password: str, now: datetime) -> User | None:
    """The person whose address and password these are, if they may come in; else nothing.

    Four wrong passwords lock an account for an hour, and one mail tells its owner how to unlock it.
    The password is compared before anything is locked, so that guessing at one account holds up
    nobody; what it is compared with is looked at again under the lock.
    """
    known = _by_address(email)
    encoded = known.password if known else UNUSABLE_PASSWORD_PREFIX
    matches, outdated = verify_password(passwords.normalised(password), encoded)
    with transaction.atomic():
        person = User.objects.select_for_update().filter(pk=known.pk if known else 0).first()
        if person is None:
            _tell_of_stranger("sign_in_failed")
            return None
        if why := _why_not(person, now, matches=matches and person.password == encoded):
            _tell(person, "sign_in_failed", data={"why": why})
            return None
        if outdated:
            person.set_password(passwords.normalised(password))
        person.failed_attempts = 0
        person.save()
        _tell(person, "signed_in", by=person)
        return person


def signed_out(*, person: User, why: str = "asked") -> None:
    """Record that somebody left: because they asked, or because the session was too old."""
    _tell(person, "signed_out", by=person, data={"why": why})


@transaction.atomic
def unlock(*, token: str, now: datetime) -> User:
    """End the lock that a mailed link speaks of.

    Raises:
        DeadLink: that lock is over, or the link was never ours.
    """
    person = _holder_of_unlock(token, now, lock=True)
    _open(person)
    person.save()
    _tell(person, "unlocked", data={"why": "link"})
    return person


def can_unlock(*, token: str, now: datetime) -> bool:
    """Whether this link would end a lock."""
    try:
        _holder_of_unlock(token, now, lock=False)
    except DeadLink:
        return False
    return True


def request_password_reset(*, email: str, now: datetime) -> None:
    """Mail a link to choose a new password, if the address is that of somebody who may sign in.

    What is done for an address that is nobody's looks the same from outside.
    """
    with transaction.atomic():
        person = _by_address(email)
        if person is None or not person.is_active:
            _tell_of_stranger("password_reset_requested")
            return
        mailed = of_subject(f"user:{person.pk}").filter(
            action="password_reset_requested", at__gt=now - timedelta(hours=1)
        )
        if mailed.count() >= RESET_MAILS_AN_HOUR:
            return
        _tell(person, "password_reset_requested")
        enqueue(
            kind="password_reset",
            recipient_email=person.email,
            recipient_name=person.full_name,
            recipient_id=person.pk,
            values={"name": person.full_name},
        )


def can_reset(*, person_id: int, token: str) -> bool:
    """Whether this link would let somebody choose a new password."""
    person = User.objects.filter(pk=person_id).first()
    return person is not None and person.is_active and reset_links.check_token(person, token)


@transaction.atomic
def reset_password(*, person_id: int, token: str, password: str) -> User:
    """Choose a new password by a mailed link, once.

    Raises:
        DeadLink: it was used, has run out, or was never ours.
        Refused: the password is too weak; the link stays good.
    """
    person = User.objects.select_for_update().filter(pk=person_id).first()
    if person is None or not person.is_active or not reset_links.check_token(person, token):
        raise DeadLink
    set_password(person=person, password=password, by=person)
    return person


@transaction.atomic
def set_password(*, person: User, password: str, by: User | None) -> None:
    """Give a person a new password. Their sessions end, mailed links die, and a lock is over.

    Raises:
        Refused: the password is too weak.
    """
    passwords.check(password, person)
    person.set_password(passwords.normalised(password))
    was_locked = person.locked_at is not None
    _open(person)
    person.save()
    _tell(person, "password_changed", by=by)
    if was_locked:
        _tell(person, "unlocked", data={"why": "password_changed"})


def _by_address(email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()


def _why_not(person: User, now: datetime, *, matches: bool) -> str:
    """What keeps this person out, in a word for the audit record; a wrong password is counted."""
    if person.locked_at is not None and now - person.locked_at >= LOCKED_FOR:
        _open(person)
        person.save()
        _tell(person, "unlocked", data={"why": "time"})
    if not person.is_active:
        return "deactivated"
    if person.locked_at is not None:
        return "locked"
    if matches:
        return ""
    person.failed_attempts += 1
    if person.failed_attempts >= FAILURES_TO_LOCK:
        _lock(person, now)
    person.save()
    return "wrong_password"


def _lock(person: User, now: datetime) -> None:
    person.locked_at = now
    _tell(person, "locked", data={"failures": person.failed_attempts})
    enqueue(
        kind="account_unlock",
        recipient_email=person.email,
        recipient_name=person.full_name,
        recipient_id=person.pk,
        values={"name": person.full_name},
    )


def _open(person: User) -> None:
    person.locked_at = None
    person.failed_attempts = 0


def _holder_of_unlock(token: str, now: datetime, *, lock: bool) -> User:
    person_id, locked_at = locked_account(token)
    people = User.objects.select_for_update() if lock else User.objects
    person = people.filter(pk=person_id, locked_at__gt=now - LOCKED_FOR).first()
    if person is None or moment_of_lock(person) != locked_at:
        raise DeadLink
    return person


def _tell_of_stranger(action: str) -> None:
    record(STRANGERS, action, actor_id=None, actor_name=NOBODY, subject=STRANGERS, data=_from_where(action))


def _tell(person: User, action: str, *, by: User | None = None, data: dict[str, Told] | None = None) -> None:
    record(
        f"user:{person.pk}",
        action,
        actor_id=by.pk if by else None,
        actor_name=by.full_name if by else NOBODY,
        subject=f"user:{person.pk}",
        data={**(data or {}), **_from_where(action)},
    )


def _from_where(action: str) -> dict[str, Told]:
    """The address of whoever tries to come in, which tells guessing from forgetting."""
    address = logs.client_address.get()
    return {"from": address} if address and action in WAYS_IN else {}
