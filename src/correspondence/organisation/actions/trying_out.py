"""The account and the unit with which a deployment tries the service out."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import connection, transaction

from correspondence.audit.actions import record
from correspondence.organisation.actions.administrators import INSTALLATION
from correspondence.organisation.actions.sign_in import set_password
from correspondence.organisation.actions.teams import add_to_team
from correspondence.organisation.models import Kind, Role, Team, TeamCorrespondenceType, User

if TYPE_CHECKING:
    from datetime import datetime

NAME = "Smoke tests"
EMAIL = "smoke-tests@example.invalid"
"""An address that nobody can have (RFC 2606), should a message ever get past the rule against it."""

CORRESPONDENCE_TYPE = "FOI"
ONE_AT_A_TIME = "organisation:smoke_tests"


@transaction.atomic
def prepare_smoke_account(*, now: datetime) -> str:
    """Make the account and its unit, or make them fit for use again.

    Returns:
        A new password. The one before ends with all sessions that were begun with it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [ONE_AT_A_TIME])
    unit = _unit(now)
    person, is_new = User.objects.get_or_create(email=EMAIL, defaults={"full_name": NAME})
    if is_new:
        subject = f"user:{person.pk}"
        record(subject, "smoke_account_created", actor_id=None, actor_name=INSTALLATION, subject=subject)
    if person.deactivated_at is not None:
        person.deactivated_at = None
        person.save(update_fields=["deactivated_at"])
    add_to_team(user_id=person.pk, team_id=unit.pk, role=Role.MANAGER, acting_user=None, now=now)
    password = secrets.token_urlsafe(24)
    set_password(person=person, password=password, by=None)
    return password


def _unit(now: datetime) -> Team:
    parent: Team | None = None
    for kind in (Kind.BUSINESS_GROUP, Kind.DIRECTORATE, Kind.BUSINESS_UNIT):
        role = Role.MANAGER if kind == Kind.BUSINESS_UNIT else ""
        parent, _ = Team.objects.get_or_create(
            kind=kind,
            name=NAME,
            for_smoke_tests=True,
            defaults={"parent": parent, "role": role, "created_at": now},
        )
    if parent is None:
        raise RuntimeError("A unit has levels above it.")
    TeamCorrespondenceType.objects.get_or_create(team=parent, code=CORRESPONDENCE_TYPE)
    return parent
