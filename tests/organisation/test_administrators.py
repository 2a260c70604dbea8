"""The first administrator of a new installation."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from correspondence.audit.queries import of_subject
from correspondence.core import clock, settings
from correspondence.core.errors import Refused
from correspondence.organisation.actions import administrators
from correspondence.organisation.models import Membership, Role, User

if TYPE_CHECKING:
    from django.test import Client

PASSWORD = "a lantern made of paper"
EMAIL = "ada.first@example.org"


@pytest.fixture
def empty(db: None) -> None:
    """An installation in which nobody is an administrator."""
    Membership.objects.filter(role=Role.ADMIN).delete()


def created(capsys: pytest.CaptureFixture[str], *more: str, email: str = EMAIL) -> str:
    call_command("create_administrator", "Ada First", email, *more)
    return capsys.readouterr().out.strip()


@pytest.mark.usefixtures("empty")
def test_the_link_lets_them_choose_a_password_once(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    link = created(capsys)
    base = settings.current().base_url
    assert link.startswith(f"{base}/password/reset/")
    person = User.objects.get(email=EMAIL)
    assert not person.has_usable_password()
    assert person.is_a(Role.ADMIN)
    assert [entry.action for entry in of_subject(f"user:{person.pk}")] == ["administrator_created"]

    path = link.removeprefix(base)
    assert client.get(path, follow=True).status_code == 200
    answer = client.post("/password/new/", {"password": PASSWORD, "confirmation": PASSWORD})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert client.get(path).status_code == 410


@pytest.mark.usefixtures("empty")
def test_there_is_only_one_first(capsys: pytest.CaptureFixture[str]) -> None:
    created(capsys)
    with pytest.raises(CommandError, match="There is a system administrator already: Ada First") as refused:
        created(capsys, email="bert@example.org")
    assert refused.value.returncode == 1
    assert not User.objects.filter(email="bert@example.org").exists()


@pytest.mark.usefixtures("empty")
def test_a_deactivated_administrator_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    created(capsys)
    User.objects.filter(email=EMAIL).update(deactivated_at=clock.actual_now())
    assert "/password/reset/" in created(capsys, email="bert@example.org")


@pytest.mark.usefixtures("empty")
def test_a_lost_link_is_replaced_until_there_is_a_password(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    created(capsys)
    link = created(capsys, "--again")
    assert client.get(link.removeprefix(settings.current().base_url)).status_code == 302
    User.objects.get(email=EMAIL)
    person = User.objects.get(email=EMAIL)
    person.set_password(PASSWORD)
    person.save()
    with pytest.raises(CommandError, match="is an administrator without a password"):
        created(capsys, "--again")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("name", "email", "words"),
    [
        ("Ada First", "ada", "no email address"),
        ("  ", EMAIL, "Give a name"),
        ("A" * 201, EMAIL, "Give a name"),
        ("Bea Again", "BEA.manager@example.invalid", "belongs to an account already"),
    ],
)
def test_what_cannot_be_is_refused(name: str, email: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        administrators.create_first_administrator(full_name=name, email=email, now=clock.actual_now())
    assert not Membership.objects.filter(role=Role.ADMIN).exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one() -> None:
    Membership.objects.filter(role=Role.ADMIN).delete()
    together, outcomes = threading.Barrier(2), list[str]()

    def make(email: str) -> None:
        together.wait()
        try:
            administrators.create_first_administrator(
                full_name="Ada First", email=email, now=clock.actual_now()
            )
            outcomes.append("made")
        except Refused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make, args=(f"{name}@example.org",)) for name in ("ada", "bert")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["made", "refused"]
    assert Membership.objects.filter(role=Role.ADMIN).count() == 1
