"""One service and one browser for all journeys, and a window for each person of a journey."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import sync_playwright

pytest.register_assert_rewrite(
    "tests.journeys.browser", "tests.journeys.people", "tests.journeys.groundwork", "tests.journeys.service"
)

from tests.journeys.browser import launch  # noqa: E402 - their assertions are rewritten only after that line
from tests.journeys.groundwork import Groundwork  # noqa: E402
from tests.journeys.people import Person  # noqa: E402
from tests.journeys.service import Inbox, Service  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser


LONDON = ZoneInfo("Europe/London")
LONGEST_JOURNEY_SECONDS = 60


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole service."""
    with Service(tmp_path_factory.mktemp("service") / "data") as running:
        yield running


@pytest.fixture(scope="package")
def groundwork(service: Service) -> Groundwork:
    """What a journey begins with, made quickly."""
    return Groundwork(service)


@pytest.fixture(autouse=True)
def not_across_midnight() -> None:
    """A journey reckons with one day: close to its end in London, it begins on the next."""
    now = datetime.now(LONDON)
    left = (24 * 60 - now.hour * 60 - now.minute) * 60 - now.second
    if left < LONGEST_JOURNEY_SECONDS:
        time.sleep(left + 1)


@pytest.fixture
def inbox(service: Service) -> Inbox:
    """The messages that the service sends during the journey."""
    return Inbox(service.stack.inbox_url)


@pytest.fixture
def somebody(chromium: Browser, service: Service) -> Iterator[Callable[..., Person]]:
    """Opens a window for a person, who is signed out; all are closed at the end. See ``browser.Window``."""
    windows: list[Person] = []

    def at_a_window(name: str, **window: Any) -> Person:
        windows.append(Person(chromium, service, name, **window))
        return windows[-1]

    yield at_a_window
    for window in windows:
        window.close()


@pytest.fixture
def signed_in(somebody: Callable[..., Person]) -> Callable[..., Person]:
    """Opens a window for a person and signs them in."""

    def at_work(name: str, **window: Any) -> Person:
        person = somebody(name, **window)
        person.signs_in()
        return person

    return at_work
