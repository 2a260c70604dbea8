"""How much one person or one address may ask for, and who is counted as whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client, RequestFactory

from correspondence.audit.models import Entry
from correspondence.core import cache as core_cache
from correspondence.core import settings as core_settings
from correspondence.core.cache import Breaker
from correspondence.core.settings import Settings
from correspondence.pages import client_address
from tests.clients import form, signed_in
from tests.own_valkey import OwnValkey, as_cache

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db

type Setter = Callable[..., None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnValkey]:
    with OwnValkey(tmp_path_factory.mktemp("valkey")) as valkey:
        yield valkey


@pytest.fixture
def valkey(running: OwnValkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnValkey]:
    monkeypatch.setattr(core_cache, "breaker", Breaker())
    with as_cache(running.url):
        running.tell("FLUSHALL")
        yield running


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Setter:
    def change(**values: int) -> None:
        monkeypatch.setattr(core_settings, "_current", core_settings.current().model_copy(update=values))

    return change


def statuses(client: Client, address: str, times: int) -> list[int]:
    return [client.get(address).status_code for _ in range(times)]


def test_one_page_more_than_allowed_is_refused_in_words(valkey: OwnValkey, set_to: Setter) -> None:
    set_to(rate_limit_pages=5)
    client = signed_in("Bea Manager")
    assert statuses(client, "/teams/", 5) == [200] * 5
    refused = client.get("/teams/")
    assert refused.status_code == 429
    assert 55 <= int(refused.headers["Retry-After"]) <= 60
    page = refused.content.decode()
    assert f"Wait {refused.headers['Retry-After']} seconds" in page
    assert refused.headers["X-Request-Id"] in page
    # Another person is not in the way, nor is whoever is nobody; and the minute ends.
    assert statuses(signed_in("Rhys Responder"), "/teams/", 1) == [200]
    assert statuses(Client(), "/sign-in/", 1) == [200]
    valkey.tell("FLUSHALL")
    assert statuses(client, "/teams/", 1) == [200]


@pytest.mark.usefixtures("valkey")
def test_a_person_is_one_person_in_all_their_browsers(set_to: Setter) -> None:
    set_to(rate_limit_pages=3)
    assert statuses(signed_in("Bea Manager"), "/teams/", 2) == [200, 200]
    assert statuses(signed_in("Bea Manager"), "/teams/", 2) == [200, 429]


@pytest.mark.usefixtures("valkey")
def test_forms_and_searches_have_limits_of_their_own(set_to: Setter) -> None:
    set_to(rate_limit_changes=4, rate_limit_searches=2)
    client = signed_in("Bea Manager")
    searches = [client.post("/search/", form(text="roads")).status_code for _ in range(3)]
    assert searches == [302, 302, 429]
    others = [client.post("/demonstration/date/", form(how="0")).status_code for _ in range(2)]
    assert others[0] != 429
    assert others[1] == 429
    assert client.get("/teams/").status_code == 200


@pytest.mark.usefixtures("valkey")
def test_strangers_are_counted_by_address(set_to: Setter) -> None:
    set_to(rate_limit_strangers=2)
    assert statuses(Client(REMOTE_ADDR="192.0.2.1"), "/sign-in/", 3) == [200, 200, 429]
    assert statuses(Client(REMOTE_ADDR="192.0.2.2"), "/sign-in/", 1) == [200]
    # One network of IPv6 is one address, however many a client makes up within it.
    made_up = [Client(REMOTE_ADDR=f"2001:db8::{number}").get("/sign-in/").status_code for number in (1, 2, 3)]
    assert made_up == [200, 200, 429]
    assert statuses(Client(REMOTE_ADDR="2001:db8:0:1::1"), "/sign-in/", 1) == [200]


@pytest.mark.usefixtures("valkey")
def test_machines_that_look_after_us_are_not_counted(set_to: Setter) -> None:
    set_to(rate_limit_strangers=1)
    for address in ("/healthz/live", "/healthz/ready", "/healthz/active", "/ping"):
        assert statuses(Client(), address, 3) == [200] * 3


def test_without_the_cache_nobody_is_turned_away(valkey: OwnValkey, set_to: Setter) -> None:
    set_to(rate_limit_pages=1)
    client = signed_in("Bea Manager")
    valkey.kill()
    try:
        assert statuses(client, "/teams/", 3) == [200] * 3
    finally:
        valkey.start()


def test_as_shipped_there_are_limits() -> None:
    shipped = {name: field.default for name, field in Settings.model_fields.items() if "rate_limit" in name}
    assert shipped == {
        "rate_limit_pages": 600,
        "rate_limit_changes": 60,
        "rate_limit_searches": 30,
        "rate_limit_strangers": 120,
    }


# --- who asks -------------------------------------------------------------------------------------

REMOTE = "10.0.0.9"


@pytest.mark.parametrize(
    ("proxies", "header", "found"),
    [
        (0, "", REMOTE),
        (0, "192.0.2.1", REMOTE),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        (3, "198.51.100.7, 192.0.2.1, 10.0.0.1, 10.0.0.2", "192.0.2.1"),
        (3, "192.0.2.1, 10.0.0.2", REMOTE),
        (1, "", REMOTE),
        (1, "192.0.2.1, unknown", REMOTE),
        (1, "192.0.2.1, <script>", REMOTE),
        (1, "192.0.2.300", REMOTE),
        (1, "192.0.2.1:4711", REMOTE),
        (1, "fe80::1%eth0", REMOTE),
        (1, "2001:DB8::0:1", "2001:db8::1"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_an_address_is_believed_as_far_as_our_own_proxies_reach(
    set_to: Setter, proxies: int, header: str, found: str
) -> None:
    set_to(trusted_proxies=proxies)
    headers = {"X-Forwarded-For": header} if header else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=REMOTE)
    assert client_address.of(request) == found


@pytest.mark.usefixtures("valkey")
def test_a_forged_header_does_not_help(set_to: Setter) -> None:
    set_to(rate_limit_strangers=2, trusted_proxies=1)
    answers = [
        Client().get("/sign-in/", headers={"X-Forwarded-For": f"203.0.113.{number}, 192.0.2.1"}).status_code
        for number in (1, 2, 3)
    ]
    assert answers == [200, 200, 429]


@pytest.mark.usefixtures("valkey")
def test_the_audit_record_of_signing_in_tells_from_where(set_to: Setter) -> None:
    set_to(trusted_proxies=1)
    wrong = {"email": "rhys.responder@example.invalid", "password": "wrong"}
    Client().post("/sign-in/", wrong, headers={"X-Forwarded-For": "203.0.113.1, 192.0.2.1"})
    assert Entry.objects.get(action="sign_in_failed").data == {"why": "wrong_password", "from": "192.0.2.1"}
