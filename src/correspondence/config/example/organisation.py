"""The people and teams of the demonstration. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from correspondence.core import settings
from correspondence.core.errors import Misconfigured
from correspondence.organisation.actions.teams import add_to_team
from correspondence.organisation.models import (
    DISCLOSURE,
    DISCLOSURE_BMT,
    PRESS_OFFICE,
    PRIVATE_OFFICE,
    DefaultOfficer,
    Kind,
    Membership,
    Role,
    Team,
    TeamArea,
    TeamCorrespondenceType,
    User,
)

if TYPE_CHECKING:
    from datetime import datetime

PASSWORD = "paper-lantern-42"  # noqa: S105 - everybody's in the demonstration, printed at its start; refused elsewhere
FOI = "FOI"


@dataclass(frozen=True, slots=True)
class Unit:
    """A business unit, its place in the tree and what it covers."""

    name: str
    group: str
    directorate: str
    role: Role
    lead: str
    code: str | None = None
    email: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be signed in as, with their roles by unit; a system administrator's has no unit."""

    name: str
    email: str
    roles: tuple[tuple[Role, str | None], ...] = ()
    default_officer: bool = False
    deactivated: bool = False

    @property
    def told_role(self) -> str:
        """The first of their roles, in words."""
        return self.roles[0][0].label if self.roles else "No role"

    @property
    def told_unit(self) -> str:
        """The unit of that role."""
        return (self.roles[0][1] or "") if self.roles else ""


LEADS = {
    "Policy and Strategy": "Ingrid Vale",
    "Operations": "Tobias Renn",
    "Corporate Services": "Amara Quill",
    "Strategic Policy": "Colm Everly",
    "Regional Operations": "Petra Lind",
    "Estates and Contracts": "Hugo Marsh",
    "Information Rights": "Selma Oakes",
    "Communications and Private Offices": "Yusuf Tern",
    "Finance and People": "Lena Brook",
}

UNITS = (
    Unit(
        "Disclosure BMT",
        "Corporate Services",
        "Information Rights",
        Role.MANAGER,
        "Nils Arden",
        DISCLOSURE_BMT,
        "disclosure-bmt@example.invalid",
    ),
    Unit(
        "Disclosure",
        "Corporate Services",
        "Information Rights",
        Role.APPROVER,
        "Orla Finch",
        DISCLOSURE,
        "disclosure@example.invalid",
    ),
    Unit(
        "Press Office",
        "Corporate Services",
        "Communications and Private Offices",
        Role.APPROVER,
        "Kit Larkin",
        PRESS_OFFICE,
        "press-office@example.invalid",
    ),
    Unit(
        "Private Office",
        "Corporate Services",
        "Communications and Private Offices",
        Role.APPROVER,
        "Maeve Stone",
        PRIVATE_OFFICE,
        "private-office@example.invalid",
    ),
    Unit(
        "Unit A",
        "Policy and Strategy",
        "Strategic Policy",
        Role.RESPONDER,
        "Ruth Calder",
        email="unit-a@example.invalid",
        areas=("Sentencing policy", "Youth justice", "Consultations and impact papers"),
    ),
    Unit(
        "Unit B",
        "Operations",
        "Regional Operations",
        Role.RESPONDER,
        "Emil Hart",
        areas=("Local offices and opening hours", "Complaints statistics"),
    ),
    Unit(
        "Courts Reform",
        "Policy and Strategy",
        "Strategic Policy",
        Role.RESPONDER,
        "Jonas Reed",
        email="courts-reform@example.invalid",
        areas=("Court closures", "Digital hearings", "Jury service"),
    ),
    Unit(
        "Legal Aid Policy",
        "Policy and Strategy",
        "Strategic Policy",
        Role.RESPONDER,
        "Dilys Crane",
        email="legal-aid-policy@example.invalid",
        areas=("Fees", "Eligibility", "Contracts with providers"),
    ),
    Unit(
        "Field Services North",
        "Operations",
        "Regional Operations",
        Role.RESPONDER,
        "Bruno Keel",
        email="field-services-north@example.invalid",
        areas=("Northern offices", "Staff safety", "Vehicle fleet"),
    ),
    Unit(
        "Property and Maintenance",
        "Operations",
        "Estates and Contracts",
        Role.RESPONDER,
        "Wanda Pike",
        email="property@example.invalid",
        areas=("Buildings", "Leases and rents", "Energy use"),
    ),
    Unit(
        "Contracts and Suppliers",
        "Operations",
        "Estates and Contracts",
        Role.RESPONDER,
        "Farid Moss",
        email="contracts@example.invalid",
        areas=("Tenders", "Spending over £25,000", "Consultancy"),
    ),
    Unit(
        "Pay and Workforce",
        "Corporate Services",
        "Finance and People",
        Role.RESPONDER,
        "Greta Sund",
        email="workforce@example.invalid",
        areas=("Staff numbers", "Sickness absence", "Gender pay gap"),
    ),
    Unit(
        "Finance Reporting",
        "Corporate Services",
        "Finance and People",
        Role.RESPONDER,
        "Otis Vane",
        email="finance-reporting@example.invalid",
        areas=("Budgets and outturn", "Travel and expenses"),
    ),
)

PEOPLE = (
    Person("Bea Manager", "bea.manager@example.invalid", ((Role.MANAGER, "Disclosure BMT"),)),
    Person("Dora Disclosure", "dora.disclosure@example.invalid", ((Role.APPROVER, "Disclosure"),)),
    Person("Dan Disclosure", "dan.disclosure@example.invalid", ((Role.APPROVER, "Disclosure"),)),
    Person(
        "Pete Press", "pete.press@example.invalid", ((Role.APPROVER, "Press Office"),), default_officer=True
    ),
    Person(
        "Vera Private",
        "vera.private@example.invalid",
        ((Role.APPROVER, "Private Office"),),
        default_officer=True,
    ),
    Person("Rhys Responder", "rhys.responder@example.invalid", ((Role.RESPONDER, "Unit A"),)),
    Person("Rina Responder", "rina.responder@example.invalid", ((Role.RESPONDER, "Unit A"),)),
    Person("Bob Responder", "bob.responder@example.invalid", ((Role.RESPONDER, "Unit B"),)),
    Person(
        "Mara Both", "mara.both@example.invalid", ((Role.RESPONDER, "Unit B"), (Role.APPROVER, "Disclosure"))
    ),
    Person("Tess Admin", "tess.admin@example.invalid", ((Role.TEAM_ADMIN, "Unit B"),)),
    Person("Adam System", "adam.system@example.invalid", ((Role.ADMIN, None),)),
    Person("Nora Newcomer", "nora.newcomer@example.invalid"),
    Person("Dean Departed", "dean.departed@example.invalid", ((Role.RESPONDER, "Unit A"),), deactivated=True),
    *(
        Person(name, f"{name.lower().replace(' ', '.')}@example.invalid", ((Role.RESPONDER, unit),))
        for name, unit in (
            ("Cleo Frost", "Courts Reform"),
            ("Leon Abbot", "Legal Aid Policy"),
            ("Fay North", "Field Services North"),
            ("Piotr Wall", "Property and Maintenance"),
            ("Carla Stock", "Contracts and Suppliers"),
            ("Paul Wage", "Pay and Workforce"),
            ("Fern Ledger", "Finance Reporting"),
        )
    ),
)


@transaction.atomic
def load_people(now: datetime) -> None:
    """Make the teams and people that are not there yet; what is there stays as it is.

    Raises:
        Misconfigured: this is not a demonstration.
    """
    if not settings.current().demonstration:
        raise Misconfigured(
            "The example organisation has known passwords: it is loaded only with DEMONSTRATION=true."
        )
    units = {unit.name: _unit(unit, now) for unit in UNITS}
    for person in PEOPLE:
        if not User.objects.filter(email=person.email).exists():
            _person(person, units, now)


def _unit(unit: Unit, now: datetime) -> Team:
    group = _branch(unit.group, Kind.BUSINESS_GROUP, None, now)
    directorate = _branch(unit.directorate, Kind.DIRECTORATE, group, now)
    key = {"code": unit.code} if unit.code else {"kind": Kind.BUSINESS_UNIT, "name": unit.name}
    team, is_new = Team.objects.get_or_create(
        **key,
        defaults={
            "kind": Kind.BUSINESS_UNIT,
            "name": unit.name,
            "parent": directorate,
            "role": unit.role,
            "email": unit.email,
            "lead": unit.lead,
            "created_at": now,
        },
    )
    if is_new:
        TeamCorrespondenceType.objects.create(team=team, code=FOI)
        TeamArea.objects.bulk_create(TeamArea(team=team, text=text) for text in reversed(unit.areas))
    return team


def _branch(name: str, kind: Kind, parent: Team | None, now: datetime) -> Team:
    team, _ = Team.objects.get_or_create(
        kind=kind, name=name, defaults={"parent": parent, "lead": LEADS[name], "created_at": now}
    )
    return team


def _person(person: Person, units: dict[str, Team], now: datetime) -> None:
    user = User(full_name=person.name, email=person.email)
    user.set_password(PASSWORD)
    user.save()
    for role, unit in person.roles:
        if unit is None:
            Membership.objects.create(user=user, team=None, role=role, created_at=now)
        else:
            add_to_team(user_id=user.pk, team_id=units[unit].pk, role=role, acting_user=None, now=now)
            if person.default_officer:
                DefaultOfficer.objects.create(team=units[unit], correspondence_type=FOI, user=user)
    if person.deactivated:
        user.deactivated_at = now
        user.save(update_fields=["deactivated_at"])
