"""The example organisation: loaded once, never outside a demonstration."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from correspondence.config.example import organisation
from correspondence.core import clock
from correspondence.core import settings as core_settings
from correspondence.core.errors import Misconfigured
from correspondence.organisation.actions import sign_in
from correspondence.organisation.models import DefaultOfficer, Membership, Role, Team, User
from tests.factories import person


@pytest.fixture
def _no_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    real = core_settings.current().model_copy(update={"demonstration": False})
    monkeypatch.setattr(core_settings, "_current", real)


def test_everybody_of_the_journeys_is_there(db: None) -> None:
    held = {
        (held.user.full_name, held.role, held.team.code or held.team.name if held.team else "")
        for held in Membership.objects.select_related("user", "team")
    }
    assert held >= {
        ("Bea Manager", "manager", "DISCLOSURE-BMT"),
        ("Dora Disclosure", "approver", "DISCLOSURE"),
        ("Dan Disclosure", "approver", "DISCLOSURE"),
        ("Pete Press", "approver", "PRESS-OFFICE"),
        ("Vera Private", "approver", "PRIVATE-OFFICE"),
        ("Rhys Responder", "responder", "Unit A"),
        ("Rina Responder", "responder", "Unit A"),
        ("Bob Responder", "responder", "Unit B"),
        ("Tess Admin", "team_admin", "Unit B"),
        ("Adam System", "admin", ""),
    }
    assert set(DefaultOfficer.objects.values_list("team__code", "user__full_name")) == {
        ("PRESS-OFFICE", "Pete Press"),
        ("PRIVATE-OFFICE", "Vera Private"),
    }
    assert not Membership.objects.filter(user__full_name="Nora Newcomer").exists()


def test_every_kind_of_person_is_there(db: None) -> None:
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert User.objects.filter(deactivated_at__isnull=False).count() == 1


def test_every_unit_has_somebody_and_unit_b_no_mailbox(db: None) -> None:
    units = Team.objects.exclude(role="")
    assert not units.exclude(memberships__isnull=False).exists()
    assert list(units.filter(email="").values_list("name", flat=True)) == ["Unit B"]


def test_addresses_reach_nobody(db: None) -> None:
    addresses = [
        *User.objects.values_list("email", flat=True),
        *Team.objects.exclude(email="").values_list("email", flat=True),
    ]
    assert addresses
    assert all(address.endswith("@example.invalid") for address in addresses)


def test_loading_again_changes_nothing(db: None) -> None:
    bea = person("Bea Manager")
    sign_in.set_password(person=bea, password="seven quiet otters", by=bea)
    Membership.objects.filter(user__full_name="Mara Both", team__name="Unit B").delete()
    before = [
        list(model.objects.order_by("pk").values()) for model in (User, Team, Membership, DefaultOfficer)
    ]
    organisation.load_people(clock.actual_now())
    assert [
        list(model.objects.order_by("pk").values()) for model in (User, Team, Membership, DefaultOfficer)
    ] == before


def test_the_listed_password_signs_in(db: None) -> None:
    out = StringIO()
    call_command("load_demo", "--people", stdout=out)
    listed = json.loads(out.getvalue())
    assert {tuple(entry) for entry in listed} == {("name", "email", "role", "unit", "password")}
    bea = listed[0]
    assert (bea["name"], bea["role"], bea["unit"]) == ("Bea Manager", "Manager", "Disclosure BMT")
    assert sign_in.attempt(email=bea["email"], password=bea["password"], now=clock.actual_now()) is not None
    assert not {"Dean Departed", "Nora Newcomer"} & {entry["name"] for entry in listed}


@pytest.mark.usefixtures("_no_demonstration")
def test_outside_a_demonstration_nothing_is_loaded_or_listed(db: None) -> None:
    before = User.objects.count()
    with pytest.raises(Misconfigured, match="DEMONSTRATION"):
        organisation.load_people(clock.actual_now())
    for arguments in ((), ("--people",)):
        with pytest.raises(CommandError, match="DEMONSTRATION"):
            call_command("load_demo", *arguments)
    assert User.objects.count() == before
