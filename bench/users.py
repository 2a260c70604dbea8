"""What people do while it is measured: a file for locust, one class a scenario."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import gevent
from locust import HttpUser, events, task

from correspondence.config.example.requests import COMMON_WORD, RARE_WORD

if TYPE_CHECKING:
    from requests import Response

COUNT_HEADER = "X-SQL-Statements"
CREATE = "/cases/foi/new/"
PAGES = 20
SIGNING_IN = "signing in"
LOOKING_ROUND = "looking round"

_statements: dict[str, list[int]] = {}
_waiting = int(os.environ.get("BENCH_USERS", "1"))
"""How many people are not yet at work."""


def count(name: str, response: Response | None, **_more: Any) -> None:
    """Note how many SQL statements an answer took, those of a redirect before it included."""
    if response is not None:
        answers = (*response.history, response)
        _statements.setdefault(name, []).append(sum(int(one.headers.get(COUNT_HEADER, 0)) for one in answers))


def answer(environment: Any, **_more: Any) -> None:
    """Write the figures of what was measured; signing in and looking round are not."""
    measured = [
        one for one in environment.stats.entries.values() if one.name not in (SIGNING_IN, LOOKING_ROUND)
    ]
    if not measured:
        return
    (stats,) = measured
    counted = _statements.get(stats.name) or [0]
    figures = {
        "name": stats.name,
        "requests": stats.num_requests,
        "failures": environment.stats.total.num_failures,
        "per_second": stats.total_rps,
        "p50_ms": stats.get_response_time_percentile(0.5),
        "p95_ms": stats.get_response_time_percentile(0.95),
        "statements": sum(counted) / len(counted),
        "statements_most": max(counted),
    }
    Path(os.environ["BENCH_ANSWER"]).write_text(json.dumps(figures), encoding="utf-8")


for hook, listener in ((events.request, count), (events.quitting, answer)):
    hook.add_listener(listener)  # type: ignore[no-untyped-call]  # locust leaves its hooks untyped


def begin(environment: Any) -> None:
    """Measure from the moment on which the last of the people is at work, and for so many seconds."""
    global _waiting  # noqa: PLW0603 - locust makes the people; this counts them
    _waiting -= 1
    if _waiting == 0:
        environment.stats.reset_all()
        _statements.clear()
        gevent.spawn_later(float(os.environ["BENCH_SECONDS"]), environment.runner.quit)


def hidden(page: str) -> dict[str, str]:
    """What the form of a page carries unseen."""
    main = page[page.index("<main") :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))


class Manager(HttpUser):
    """A manager at work, without a pause."""

    abstract = True

    def on_start(self) -> None:
        """Sign in."""
        people = json.loads(Path(os.environ["BENCH_PEOPLE"]).read_text(encoding="utf-8"))
        manager = next(person for person in people if person["role"] == "Manager")
        form = hidden(self.client.get("/sign-in/", name=SIGNING_IN).text)
        form |= {"email": manager["email"], "password": manager["password"]}
        self.client.post("/sign-in/", form, name=SIGNING_IN)
        self.prepare()
        begin(self.environment)

    def prepare(self) -> None:
        """What has to be known before it begins."""


class CaseList(Manager):
    """Pages of the open cases."""

    @task
    def look(self) -> None:
        """One of the first pages."""
        self.client.get(f"/cases/open/?page={random.randint(1, PAGES)}", name="case list")  # noqa: S311 - no secret


class CasePage(Manager):
    """Cases, open and closed."""

    def prepare(self) -> None:
        """Find some."""
        found: set[str] = set()
        for kind in ("open", "closed"):
            for number in range(1, 6):
                page = self.client.get(f"/cases/{kind}/?page={number}", name=LOOKING_ROUND).text
                found |= set(re.findall(r'href="(/cases/\d+/)"', page))
        self.addresses = sorted(found)

    @task
    def look(self) -> None:
        """One of them."""
        self.client.get(random.choice(self.addresses), name="case page")  # noqa: S311 - no secret


class Search(Manager):
    """A search, from the button to its result."""

    abstract = True
    word = ""
    called = ""

    def prepare(self) -> None:
        """Open the page of the search."""
        self.form = hidden(self.client.get("/search/", name=LOOKING_ROUND).text)

    @task
    def find(self) -> None:
        """Post the word, follow to what is found."""
        self.client.post("/search/", {**self.form, "text": self.word}, name=self.called)


class SearchRare(Search):
    """A word in a few letters of the whole."""

    word = RARE_WORD
    called = "search, rare word"


class SearchCommon(Search):
    """A word in nearly every letter."""

    word = COMMON_WORD
    called = "search, common word"


class Create(Manager):
    """Logging requests that came by email today."""

    def prepare(self) -> None:
        """Open the form once: its token stays, its key is made anew for each case."""
        page = self.client.get(CREATE, name=LOOKING_ROUND).text
        year, month, day = re.findall(r'data-today="(\d+)-(\d+)-(\d+)"', page)[0]
        self.form = {
            **hidden(page),
            "case_type": "foi",
            "flag_for_disclosure": "no",
            "name": "Quentin Measure",
            "email": "quentin.measure@example.invalid",
            "requester_type": "member_of_the_public",
            "received_date-day": day,
            "received_date-month": month,
            "received_date-year": year,
            "delivery_method": "sent_by_email",
            "subject": "Cost of measuring",
            "message": "Please send me the information that you hold on the cost of measuring. " * 10,
        }

    @task
    def create(self) -> None:
        """Send the form."""
        form = {**self.form, "form_key": str(uuid4())}
        self.client.post(CREATE, form, name="create", allow_redirects=False)
