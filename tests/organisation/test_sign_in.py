"""Signing in with a password: who is let in, what is counted, what is told to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING

import argon2
import pytest
import time_machine
from django.db import connection

from correspondence.audit.models import Entry
from correspondence.audit.queries import breaks
from correspondence.config.example.organisation import PASSWORD
from correspondence.core import clock
from correspondence.core.errors import Refused
from correspondence.notifications import addresses
from correspondence.notifications.models import Message
from correspondence.organisation.actions import sign_in
from correspondence.organisation.links import DeadLink
from tests.factories import person

if TYPE_CHECKING:
    from correspondence.organisation.models import User

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
RHYS = "rhys.responder@example.invalid"
NEW_PASSWORD = "seven quiet otters"


def attempt(password: str = PASSWORD, *, email: str = RHYS, now: datetime = NOON) -> User | None:
    return sign_in.attempt(email=email, password=password, now=now)


def fail(times: int, *, now: datetime = NOON) -> None:
    for _ in range(times):
        assert attempt("not the password", now=now) is None


def told(subject: str | None = None) -> list[str]:
    """What the audit record says of Rhys, oldest first, without what came before the test."""
    entries = Entry.objects.filter(subject=subject or f"user:{person('Rhys Responder').pk}").order_by(
        "sequence"
    )
    return [entry.action for entry in entries if entry.action != "added_to_team"]


def link(kind: str) -> str:
    """The path in the newest mail of this kind."""
    message = Message.objects.filter(kind=kind).order_by("-pk")[0]
    full = addresses.address(f"{kind}_address", message)
    return full.removeprefix("http://").partition("/")[2].strip("/")


def unlock_token() -> str:
    return link("account_unlock").rpartition("/")[2]


def reset_link() -> tuple[int, str]:
    person_id, token = link("password_reset").split("/")[-2:]
    return int(person_id), token


def test_the_right_password_signs_in_and_is_recorded() -> None:
    assert attempt() == person("Rhys Responder")
    assert told() == ["signed_in"]
    assert Entry.objects.get(action="signed_in").actor_name == "Rhys Responder"


@pytest.mark.parametrize("email", ["RHYS.Responder@Example.Invalid", f"  {RHYS} "])
def test_an_address_is_known_whatever_its_case(email: str) -> None:
    assert attempt(email=email) is not None


def test_a_wrong_password_is_counted_and_a_right_one_clears_the_count() -> None:
    fail(3)
    assert person("Rhys Responder").failed_attempts == 3
    assert attempt() is not None
    assert person("Rhys Responder").failed_attempts == 0
    assert told() == ["sign_in_failed"] * 3 + ["signed_in"]


def test_the_fourth_wrong_password_locks_and_one_mail_is_sent() -> None:
    fail(4)
    assert person("Rhys Responder").locked_at == NOON
    assert attempt() is None
    fail(3)
    mail = Message.objects.get(kind="account_unlock")
    assert (mail.recipient_email, mail.values) == (RHYS, {"name": "Rhys Responder"})
    assert told() == ["sign_in_failed"] * 3 + ["locked", "sign_in_failed"] + ["sign_in_failed"] * 4


def test_a_lock_ends_after_an_hour_to_the_second() -> None:
    fail(4)
    assert attempt(now=NOON + timedelta(minutes=59, seconds=59)) is None
    assert attempt(now=NOON + timedelta(hours=1)) is not None
    assert told()[-2:] == ["unlocked", "signed_in"]


def test_after_a_lock_four_more_failures_lock_again_with_another_mail() -> None:
    fail(4)
    later = NOON + timedelta(hours=1)
    fail(3, now=later)
    assert person("Rhys Responder").locked_at is None
    fail(1, now=later)
    assert person("Rhys Responder").locked_at == later
    assert Message.objects.filter(kind="account_unlock").count() == 2


def test_an_unlock_link_works_once() -> None:
    fail(4)
    token = unlock_token()
    assert sign_in.can_unlock(token=token, now=NOON)
    sign_in.unlock(token=token, now=NOON)
    assert attempt() is not None
    assert not sign_in.can_unlock(token=token, now=NOON)
    with pytest.raises(DeadLink):
        sign_in.unlock(token=token, now=NOON)


def test_an_unlock_link_of_an_earlier_lock_does_not_end_a_later_one() -> None:
    fail(4)
    token = unlock_token()
    later = NOON + timedelta(hours=2)
    fail(4, now=later)
    with pytest.raises(DeadLink):
        sign_in.unlock(token=token, now=later)
    assert attempt(now=later) is None


@pytest.mark.parametrize("token", ["", "x", "WzEsICIiXQ:forged", "W10:" + "a" * 43, "\udcff", "a" * 5000])
def test_a_forged_unlock_link_does_nothing(token: str) -> None:
    with pytest.raises(DeadLink):
        sign_in.unlock(token=token, now=NOON)


def test_an_unlock_link_cannot_be_made_from_a_reset_link() -> None:
    sign_in.request_password_reset(email=RHYS, now=NOON)
    with pytest.raises(DeadLink):
        sign_in.unlock(token=reset_link()[1], now=NOON)


def test_nobody_else_is_locked_out() -> None:
    fail(4)
    assert attempt(email="rina.responder@example.invalid") is not None


def test_an_unknown_address_leaves_an_entry_that_does_not_name_it() -> None:
    assert attempt(email="stranger@example.invalid") is None
    entry = Entry.objects.get(stream="sign_in")
    assert (entry.action, entry.data) == ("sign_in_failed", {})
    assert not Message.objects.exists()


def test_a_deactivated_person_is_refused_with_the_right_password() -> None:
    assert attempt(email="dean.departed@example.invalid") is None
    assert Entry.objects.get(action="sign_in_failed").data == {"why": "deactivated"}


def test_a_deactivated_person_is_neither_locked_nor_mailed() -> None:
    for _ in range(5):
        assert attempt("wrong", email="dean.departed@example.invalid") is None
    assert person("Dean Departed").locked_at is None
    assert not Message.objects.exists()


def test_an_account_without_a_password_cannot_be_entered() -> None:
    rhys = person("Rhys Responder")
    rhys.set_unusable_password()
    rhys.save()
    assert attempt(rhys.password) is None
    assert attempt("") is None


@pytest.mark.parametrize("typed", ["crème brûlée 42", "cre\u0300me bru\u0302le\u0301e 42"])
def test_an_accent_typed_either_way_signs_in(typed: str) -> None:
    sign_in.set_password(person=person("Rhys Responder"), password="crème brûlée 42", by=None)
    assert attempt(typed) is not None


def test_an_outdated_hash_is_renewed_on_signing_in() -> None:
    rhys = person("Rhys Responder")
    cheaper = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    rhys.password = "argon2" + cheaper.hash(PASSWORD)
    rhys.save()
    assert attempt() is not None
    assert "m=19456,t=2,p=1" in person("Rhys Responder").password
    assert attempt() is not None


def test_a_reset_mail_goes_to_a_known_active_person_alone() -> None:
    for email in ("stranger@example.invalid", "dean.departed@example.invalid"):
        sign_in.request_password_reset(email=email, now=NOON)
    assert not Message.objects.exists()
    sign_in.request_password_reset(email="RHYS.responder@example.invalid", now=NOON)
    mail = Message.objects.get()
    assert (mail.kind, mail.recipient_email, mail.values) == (
        "password_reset",
        RHYS,
        {"name": "Rhys Responder"},
    )


def test_no_more_than_three_reset_mails_an_hour() -> None:
    for _ in range(5):
        sign_in.request_password_reset(email=RHYS, now=clock.actual_now())
    assert Message.objects.count() == 3
    sign_in.request_password_reset(email=RHYS, now=clock.actual_now() + timedelta(hours=1, seconds=1))
    assert Message.objects.count() == 4


def test_a_reset_link_works_once() -> None:
    sign_in.request_password_reset(email=RHYS, now=NOON)
    person_id, token = reset_link()
    assert sign_in.can_reset(person_id=person_id, token=token)
    sign_in.reset_password(person_id=person_id, token=token, password=NEW_PASSWORD)
    assert attempt(NEW_PASSWORD) is not None
    assert attempt(PASSWORD) is None
    assert not sign_in.can_reset(person_id=person_id, token=token)
    with pytest.raises(DeadLink):
        sign_in.reset_password(person_id=person_id, token=token, password="another quiet otter")


def test_a_reset_link_lives_six_hours() -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        sign_in.request_password_reset(email=RHYS, now=NOON)
        person_id, token = reset_link()
        traveller.shift(timedelta(hours=6))
        assert sign_in.can_reset(person_id=person_id, token=token)
        traveller.shift(timedelta(seconds=1))
        assert not sign_in.can_reset(person_id=person_id, token=token)


@pytest.mark.parametrize(
    "night", [datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 3, 28, 22, 0, tzinfo=UTC)]
)
def test_a_reset_link_lives_six_hours_when_the_clocks_change(night: datetime) -> None:
    with time_machine.travel(night, tick=False) as traveller:
        sign_in.request_password_reset(email=RHYS, now=night)
        person_id, token = reset_link()
        traveller.shift(timedelta(hours=5, minutes=59, seconds=59))
        assert sign_in.can_reset(person_id=person_id, token=token)
        traveller.shift(timedelta(seconds=2))
        assert not sign_in.can_reset(person_id=person_id, token=token)


def test_a_weak_password_is_refused_and_the_link_stays_good() -> None:
    sign_in.request_password_reset(email=RHYS, now=NOON)
    person_id, token = reset_link()
    with pytest.raises(Refused) as refused:
        sign_in.reset_password(person_id=person_id, token=token, password="password123")
    assert refused.value.field == "password"
    assert sign_in.can_reset(person_id=person_id, token=token)


def test_a_reset_link_of_somebody_else_opens_nothing() -> None:
    sign_in.request_password_reset(email=RHYS, now=NOON)
    _, token = reset_link()
    other = person("Bea Manager").pk
    assert not sign_in.can_reset(person_id=other, token=token)
    with pytest.raises(DeadLink):
        sign_in.reset_password(person_id=other, token=token, password=NEW_PASSWORD)


def test_a_reset_link_dies_when_its_owner_is_deactivated() -> None:
    sign_in.request_password_reset(email=RHYS, now=NOON)
    person_id, token = reset_link()
    rhys = person("Rhys Responder")
    rhys.deactivated_at = NOON
    rhys.save()
    with pytest.raises(DeadLink):
        sign_in.reset_password(person_id=person_id, token=token, password=NEW_PASSWORD)


def test_a_new_password_ends_a_lock() -> None:
    fail(4)
    sign_in.request_password_reset(email=RHYS, now=NOON)
    person_id, token = reset_link()
    sign_in.reset_password(person_id=person_id, token=token, password=NEW_PASSWORD)
    assert attempt(NEW_PASSWORD) is not None
    assert "unlocked" in told()


def test_links_are_kept_nowhere() -> None:
    fail(4)
    sign_in.request_password_reset(email=RHYS, now=NOON)
    secrets = (unlock_token(), reset_link()[1])
    kept = str(list(Message.objects.values())) + str(list(Entry.objects.values("data", "subject")))
    assert not any(secret in kept for secret in secrets)


def test_every_entry_follows_from_the_one_before() -> None:
    fail(4)
    attempt(email="stranger@example.invalid")
    sign_in.request_password_reset(email=RHYS, now=NOON)
    assert list(breaks()) == []


def test_an_unknown_address_takes_as_long_as_a_wrong_password() -> None:
    """A coarse guard that the same hash is computed: without it an unknown address takes a tenth of it."""

    def milliseconds(email: str) -> float:
        began = perf_counter()
        attempt("not the password", email=email)
        return (perf_counter() - began) * 1000

    milliseconds(RHYS)
    known = [
        "bea.manager",
        "dora.disclosure",
        "pete.press",
        "vera.private",
        "rina.responder",
        "bob.responder",
    ]
    by_known = [milliseconds(f"{name}@example.invalid") for name in known * 2]
    by_unknown = [milliseconds(f"{name}.smith@example.invalid") for name in known * 2]
    assert median(by_unknown) == pytest.approx(median(by_known), rel=0.6)


@pytest.mark.django_db(transaction=True)
def test_guessing_in_parallel_gets_no_more_than_four_tries() -> None:
    outcomes: list[User | None] = []

    def guess() -> None:
        try:
            outcomes.append(attempt("not the password"))
        finally:
            connection.close()

    threads = [Thread(target=guess) for _ in range(12)]
    _run(threads)
    assert outcomes == [None] * 12
    assert person("Rhys Responder").failed_attempts == 4
    assert Message.objects.filter(kind="account_unlock").count() == 1
    assert attempt() is None


@pytest.mark.django_db(transaction=True)
def test_two_uses_of_a_reset_link_at_once_set_one_password() -> None:
    sign_in.request_password_reset(email=RHYS, now=NOON)
    person_id, token = reset_link()
    done: list[str] = []

    def use(password: str) -> None:
        try:
            sign_in.reset_password(person_id=person_id, token=token, password=password)
            done.append(password)
        except DeadLink:
            pass
        finally:
            connection.close()

    threads = [Thread(target=use, args=(f"{NEW_PASSWORD} {number}",)) for number in range(6)]
    _run(threads)
    assert len(done) == 1
    assert attempt(done[0]) is not None


def _run(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
