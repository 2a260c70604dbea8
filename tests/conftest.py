"""What all tests share: a published policy, the people of the example organisation, and who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase, override_settings
from hypothesis import settings

from correspondence.config.example import organisation
from correspondence.core import clock
from tests.clients import signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from pytest_django import DjangoDbBlocker

# How long an example takes says nothing on a machine that runs other things as well.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

PLAIN_ASSETS = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


@pytest.fixture(scope="session", autouse=True)
def assets_without_hashes() -> Iterator[None]:
    """Pages name assets by their plain names: nobody has collected them."""
    with override_settings(STORAGES=PLAIN_ASSETS):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Publish the policy and load the example organisation, once for each database.

    A test with real transactions empties the database when it ends; what stood there before is put back
    then, under the same ids.
    """
    del django_db_setup
    # On the second: what is put back keeps no more than thousandths, and the audit record can tell.
    on_the_second = clock.actual_now().replace(microsecond=0)
    with django_db_blocker.unblock():
        with time_machine.travel(on_the_second, tick=False):
            call_command("publish_policy", verbosity=0)
            organisation.load_people(on_the_second)
        loaded = connection.creation.serialize_db_to_string()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", _emptied_and_refilled(loaded))
        yield


def _emptied_and_refilled(loaded: str) -> Callable[[TransactionTestCase], None]:
    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # noqa: SLF001 - the stubs leave Django's hooks out, and there is no public one

    def teardown(case: TransactionTestCase) -> None:
        # Audit entries can only be added; emptying the table takes its owner, who can set that aside.
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        try:
            empty(case)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        # Emptying makes the content types anew, under other ids.
        ContentType.objects.all().delete()
        connection.creation.deserialize_db_from_string(loaded)

    return teardown


@pytest.fixture
def as_manager(db: None) -> Client:
    """Bea Manager's browser: she logs, assigns and closes."""
    return signed_in("Bea Manager")


@pytest.fixture
def as_responder(db: None) -> Client:
    """Rhys Responder's browser: a responder of Unit A."""
    return signed_in("Rhys Responder")


@pytest.fixture
def as_colleague(db: None) -> Client:
    """Rina Responder's browser: she is in Unit A too."""
    return signed_in("Rina Responder")


@pytest.fixture
def as_other_unit(db: None) -> Client:
    """Bob Responder's browser: a responder of Unit B."""
    return signed_in("Bob Responder")


@pytest.fixture
def as_disclosure(db: None) -> Client:
    """Dora Disclosure's browser: an approver of Disclosure."""
    return signed_in("Dora Disclosure")


@pytest.fixture
def as_press(db: None) -> Client:
    """Pete Press's browser: an approver of the Press Office."""
    return signed_in("Pete Press")


@pytest.fixture
def as_private(db: None) -> Client:
    """Vera Private's browser: an approver of the Private Office."""
    return signed_in("Vera Private")
