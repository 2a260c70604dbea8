"""The first system administrator of a new installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from correspondence.audit.actions import record
from correspondence.core.errors import Refused
from correspondence.organisation.links import reset_path
from correspondence.organisation.models import Membership, Role, User

if TYPE_CHECKING:
    from datetime import datetime

INSTALLATION = "The installation"
"""Who acts when somebody at the servers does."""

ONE_AT_A_TIME = "organisation:first_administrator"
LONGEST_NAME, LONGEST_ADDRESS = 200, 254


@transaction.atomic
def create_first_administrator(*, full_name: str, email: str, now: datetime) -> str:
    """Make a system administrator where there is none, without a password.

    Returns:
        The path of a link by which they choose one: it works once, for six hours.

    Raises:
        Refused: there is an administrator, or it cannot be this person.
    """
    name, address = full_name.strip(), email.strip().lower()
    _check(name, address)
    with connection.cursor() as cursor:
        # Two at once: the second waits here, and then sees the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [ONE_AT_A_TIME])
    if administrators := _administrators():
        raise Refused(
            f"There is a system administrator already: {administrators[0].full_name}. "
            "They can have a new password by “Forgotten your password?” on the sign-in page."
        )
    if User.objects.filter(email=address).exists():
        raise Refused(f"{address} belongs to an account already: name another address.")
    person = User(full_name=name, email=address)
    person.set_unusable_password()
    person.save()
    Membership.objects.create(user=person, team=None, role=Role.ADMIN, created_at=now)
    _tell(person, "administrator_created")
    return reset_path(person)


@transaction.atomic
def new_link_for_administrator(*, email: str) -> str:
    """Another link for an administrator who never used theirs.

    Raises:
        Refused: nobody with this address is an administrator who has yet to choose a password.
    """
    address = email.strip().lower()
    person = next((one for one in _administrators() if one.email == address), None)
    if person is None or person.has_usable_password():
        raise Refused(f"Nobody with the address {address} is an administrator without a password.")
    _tell(person, "administrator_link_renewed")
    return reset_path(person)


def _administrators() -> list[User]:
    held = Membership.objects.filter(role=Role.ADMIN).values("user")
    return list(User.objects.filter(pk__in=held, deactivated_at__isnull=True).order_by("pk"))


def _check(name: str, address: str) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"Give a name of up to {LONGEST_NAME} characters.", field="full_name")
    try:
        validate_email(address)
    except ValidationError:
        raise Refused(f"“{address}” is no email address.", field="email") from None
    if len(address) > LONGEST_ADDRESS:
        raise Refused(f"An email address has up to {LONGEST_ADDRESS} characters.", field="email")


def _tell(person: User, action: str) -> None:
    subject = f"user:{person.pk}"
    record(subject, action, actor_id=None, actor_name=INSTALLATION, subject=subject)
