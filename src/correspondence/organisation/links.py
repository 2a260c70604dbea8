"""The links that account mails carry. They are made when the mail is sent, and stored nowhere.

Each is bound to what it changes, so that it is dead once used: a reset link to the password that it
replaces, an unlock link to the lock that it ends.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing

from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.notifications import addresses
from correspondence.organisation.models import User

if TYPE_CHECKING:
    from datetime import datetime


class DeadLink(Refused):
    """The link was used, has run out, or was never one of ours."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more: it was used, or its time is over.")


class _ResetLinks(PasswordResetTokenGenerator):
    """Valid for six hours (``PASSWORD_RESET_TIMEOUT``), until the password changes or its owner signs in."""

    key_salt = "correspondence.password_reset"

    def _now(self) -> datetime:
        """The actual time by UTC: by local time a link would live an hour longer when the clocks go back."""
        return clock.actual_now().replace(tzinfo=None)


reset_links = _ResetLinks()

_unlock_signer = signing.Signer(salt="correspondence.account_unlock")


def unlock_token(person: User) -> str:
    """What ends the present lock of this account, and no later one."""
    return _unlock_signer.sign_object([person.pk, moment_of_lock(person)])


def moment_of_lock(person: User) -> str:
    """When the present lock began; empty when there is none."""
    return person.locked_at.astimezone(UTC).isoformat() if person.locked_at else ""


def locked_account(token: str) -> tuple[int, str]:
    """Whose lock a token ends, and when that lock began.

    Raises:
        DeadLink: it is not one of ours.
    """
    try:
        person_id, locked_at = _unlock_signer.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        raise DeadLink from None
    return int(person_id), str(locked_at)


def reset_path(person: User) -> str:
    """The path of a link by which this person chooses a password, once."""
    return f"/password/reset/{person.pk}/{reset_links.make_token(person)}/"


@addresses.made_by("password_reset_address")
def _password_reset(about: addresses.About) -> str:
    return reset_path(_recipient(about))


@addresses.made_by("account_unlock_address")
def _account_unlock(about: addresses.About) -> str:
    return f"/account/unlock/{unlock_token(_recipient(about))}/"


def _recipient(about: addresses.About) -> User:
    if about.recipient_id is None:
        raise ValueError("An account mail is for one person.")
    return User.objects.get(pk=about.recipient_id)
