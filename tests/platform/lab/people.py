"""Run inside the application by ``manage shell``: people for the ledger clients, with cases of their own.

A production site knows nobody and refuses the people of the demonstration, whose passwords are known. So
these are made here, by the application's own actions, with a password that the test thought up. What was
made is printed as one line of JSON behind ``MARK``.
"""

from __future__ import annotations

import json
import os
import sys

from django.contrib.auth.hashers import make_password
from django.db import transaction

from correspondence.cases import access, queries
from correspondence.cases.actions import assigning
from correspondence.cases.validation import RequestDetails
from correspondence.core import clock
from correspondence.documents.actions import uploading
from correspondence.organisation.actions.teams import add_to_team
from correspondence.organisation.models import (
    DISCLOSURE_BMT,
    Kind,
    Role,
    Team,
    TeamCorrespondenceType,
    User,
)

MARK = "PEOPLE "


def unit(name: str, role: Role, code: str | None = None) -> Team:
    """A business unit that deals with FOI."""
    made = clock.now()
    group, _ = Team.objects.get_or_create(
        kind=Kind.BUSINESS_GROUP, name="Ledgers", defaults={"created_at": made}
    )
    directorate, _ = Team.objects.get_or_create(
        kind=Kind.DIRECTORATE, name="Ledgers", defaults={"parent": group, "created_at": made}
    )
    there = (
        Team.objects.filter(code=code) if code else Team.objects.filter(name=name, kind=Kind.BUSINESS_UNIT)
    )
    team = there.first() or Team.objects.create(
        kind=Kind.BUSINESS_UNIT, name=name, role=role, code=code, parent=directorate, created_at=made
    )
    TeamCorrespondenceType.objects.get_or_create(team=team, code="FOI")
    return team


def person(name: str, team: Team, role: Role, password: str) -> User:
    """Somebody of the team."""
    user = User.objects.create(
        full_name=name, email=f"{name.lower().replace(' ', '.')}@example.invalid", password=password
    )
    add_to_team(user_id=user.pk, team_id=team.pk, role=role, acting_user=None, now=clock.now())
    return user


def case_of(manager: User, responder: User, team: Team) -> int:
    """A case that the responder has: a message of anybody else's there is told to them by mail."""
    case = uploading.open_case(
        files=[],
        case_type="foi",
        details=RequestDetails(
            name="Quentin Ledger",
            email="quentin.ledger@example.invalid",
            postal_address="",
            requester_type="member_of_the_public",
            delivery_method="sent_by_email",
            subject=f"Ledgers of {manager.full_name}",
            message="Please send me the ledgers.",
            received_date=clock.today(),
        ),
        flag_for_disclosure=False,
        user=manager,
        now=clock.now(),
    )
    assigning.assign_responder(
        case_id=case.pk,
        team_id=team.pk,
        acting=access.acting_on(queries.locked(case.pk), manager, event="assign_responder"),
        now=clock.now(),
    )
    held = queries.responding_assignment(case)
    assert held is not None
    assigning.accept_responder_assignment(
        case_id=case.pk,
        assignment_id=held.pk,
        acting=access.acting_on(queries.locked(case.pk), responder, event="accept_responder_assignment"),
        now=clock.now(),
    )
    return case.pk


def main(managers: int, cases: int, password: str, run: str) -> None:
    """Make them, and print who they are.

    Args:
        run: a part of their names, so that a site that was left standing can be gone on with.
    """
    encoded = make_password(password)
    bmt = unit("Disclosure BMT", Role.MANAGER, DISCLOSURE_BMT)
    answering = unit("Ledger Unit", Role.RESPONDER)
    responder = person(f"Lena Ledger {run}", answering, Role.RESPONDER, encoded)
    made = []
    for number in range(managers):
        manager = person(f"Ledger Manager {run} {number:02}", bmt, Role.MANAGER, encoded)
        held = [case_of(manager, responder, answering) for _ in range(cases)]
        made.append({"email": manager.email, "cases": held})
    sys.stdout.write(f"{MARK}{json.dumps(made)}\n")


with transaction.atomic():
    main(int(os.environ["MANAGERS"]), int(os.environ["CASES"]), os.environ["PASSWORD"], os.environ["RUN"])
