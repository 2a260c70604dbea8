"""One site, brought up once, on which the drills run in one order; at the end nothing of it is left."""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.platform.lab import engine
from tests.platform.lab.report import Fault, Report
from tests.platform.lab.site import GOOD, HOST, NAME, Lab, Site, left_behind, remove
from tests.platform.ledger.load import Account, Load, Person
from tests.platform.ledger.verdict import compare, longest_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.platform.ledger.verdict import Verdict

# What only looks comes first; what kills comes later; a restart from half-way comes last.
ORDER = (
    "test_developing",
    "test_refusing",
    "test_standing",
    "test_inside",
    "test_reach",
    "test_transport",
    "test_ledger",
    "test_pool",
    "test_parts",
    "test_deploying",
    "test_valkey",
    "test_database",
    "test_half_up",
)
PROJECT = "ctdrills"
PEOPLE = 40
CASES_EACH = 2
RESULTS = Path(os.environ.get("DRILLS_RESULTS", "test-results"))
TAG = os.environ.get("DRILLS_TAG", "drills")
SEED = int(os.environ.get("DRILLS_SEED", "0")) or int(time.time())
SETTLE_SECONDS = 3


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The drills build on each other: one order."""
    items.sort(key=lambda item: ORDER.index(item.path.stem))


def pytest_report_header() -> str:
    """The seed, so that a failing run can be repeated."""
    return f"drills: tag {TAG}, DRILLS_SEED={SEED}"


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    """What is measured."""
    kept = Report(RESULTS / "report.json")
    yield kept
    (RESULTS / "report.txt").write_text(kept.text(), encoding="utf-8")


@pytest.fixture(scope="session")
def images(report: Report) -> str:
    """All images, built from this checkout; their tag."""
    if os.environ.get("DRILLS_BUILD"):
        site = Site.planned(RESULTS / "nowhere", project=PROJECT, tag=TAG)
        began = time.monotonic()
        built = json.loads(
            site.must("build", "--everything", "--tag", TAG, "--release", TAG, "--json", seconds=1800)
        )
        report.note("build", f"{time.monotonic() - began:.0f} s for all images")
        for one in built:
            report.note(
                f"image {one['image']}", f"{one['bytes'] / 1e6:.0f} MB, built in {one['seconds']:.0f} s"
            )
    return TAG


@pytest.fixture(scope="session")
def site(images: str, report: Report) -> Iterator[Site]:
    """A production site that stands, its way out leading to the stand-ins."""
    kept = RESULTS / "site.json"
    folder = RESULTS / "site"
    if os.environ.get("DRILLS_AGAIN"):
        told = json.loads(kept.read_text(encoding="utf-8"))
        found = Site(**{**told, "folder": folder})
    else:
        found = Site.planned(folder, project=PROJECT, tag=images)
        kept.write_text(json.dumps({name: getattr(found, name) for name in NAMES}), encoding="utf-8")
        assert not left_behind(PROJECT), "an earlier run has left something"
        prepare(found)
    try:
        if not os.environ.get("DRILLS_AGAIN"):
            began = time.monotonic()
            found.must("up", "production")
            report.note("site up", f"{time.monotonic() - began:.0f} s")
        Lab(found).up()
        yield found
    finally:
        if not os.environ.get("DRILLS_KEEP"):
            for one in engine.containers(PROJECT, every=True):
                log = engine.run("docker", "logs", one.ident)
                (RESULTS / f"{one.name}.log").write_text(log.stdout + log.stderr, encoding="utf-8")
            Lab(found).down()
            found.operate("down", "--volumes", "--yes", "--timeout", "10")
            remove(folder)
            engine.run("docker", "rmi", *(f"{NAME}/{part}:{TAG}-{GOOD}" for part in ("app", "worker-long")))
            left = left_behind(PROJECT, Lab(found).project)
            assert not left, f"left behind: {left}"


NAMES = ("project", "tag", "https", "http", "notify_key", "template_id")


def prepare(site: Site) -> None:
    """What an operator decides: the state folder, the key to Notify, the values of the site."""
    site.folder.mkdir(parents=True)
    site.must("secret", "set", "notify_api_key", "--key", str(site.folder / "age.key"), given=site.notify_key)
    values = {
        "project": site.project,
        "host": HOST,
        "bind": "127.0.0.1",
        "https_port": site.https,
        "http_port": site.http,
        "tag": site.tag,
        "notify_url": "http://notify:3010",
        "notify_template_id": site.template_id,
        "signatures": "local",
        "egress_allowed": ["notify:3010", "sscl:3020"],
        "disk_encryption": "elsewhere",
    }
    path = site.folder / "site.toml"
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        text, found = re.subn(rf"(?m)^{name} = .*$", f"{name} = {json.dumps(value)}", text)
        assert found == 1, f"site.toml has no line for {name}"
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def lab(site: Site) -> Lab:
    """The stand-ins beside the site."""
    return Lab(site)


@pytest.fixture(scope="session")
def crowd(site: Site) -> Iterator[list[Person]]:
    """The people whose browsers the ledger clients use, each signed in once for the whole run."""
    password = f"{uuid4()}"
    script = Path(__file__).with_name("people.py").read_text(encoding="utf-8")
    given = {"MANAGERS": PEOPLE, "CASES": CASES_EACH, "PASSWORD": password, "RUN": uuid4().hex[:6]}
    environment = [word for name, value in given.items() for word in ("-e", f"{name}={value}")]
    command = ("python", "manage.py", "shell", "--no-imports")
    app = site.container("app").ident
    told = engine.must("docker", "exec", "-i", *environment, app, *command, given=script, seconds=300)
    (line,) = (one for one in told.splitlines() if one.startswith("PEOPLE "))
    made = json.loads(line.removeprefix("PEOPLE "))
    entered = [
        Person.entered(Account(one["email"], password, tuple(one["cases"])), site.door) for one in made
    ]
    yield entered
    for person in entered:
        person.browser.close()


@dataclass(slots=True)
class Drill:
    """A fault under load, and what the ledger says of it."""

    fault: Fault
    load: Load
    windows: list[tuple[float, float]]

    def struck(self, began: float, proof: str) -> None:
        """Count a fault that was seen to strike, from then until now."""
        self.fault.struck += 1
        self.fault.proof.append(proof)
        self.windows.append((began, time.time()))

    def wait_for_write(self, *, seconds: float, since: float | None = None) -> None:
        """Until a write that was sent from now on is acknowledged."""
        moment = time.time() if since is None else since
        engine.wait_for(
            "a write is acknowledged",
            lambda: self.load.last_sent_and_acknowledged > moment,
            seconds=seconds,
            pause=0.1,
        )


@pytest.fixture
def drilled(site: Site, crowd: list[Person], report: Report) -> Drilling:
    """Begins a drill: ``with drilled("name", rate=20) as drill``."""
    return Drilling(site, crowd, report)


class Drilling:
    """Runs the load, then holds the ledger to the service."""

    def __init__(self, site: Site, crowd: list[Person], report: Report) -> None:
        self.site, self.crowd, self.report = site, crowd, report
        self.verdict: Verdict | None = None

    @contextmanager
    def __call__(self, name: str, *, rate: float = 20, writes: float = 0.5) -> Iterator[Drill]:
        """The context of one drill; what broke is asserted when it is left."""
        folder = RESULTS / "ledger" / re.sub(r"\W+", "-", name)
        load = Load(self.crowd, folder, rate=rate, writes=writes, seed=SEED)
        drill = Drill(Fault(name), load, [])
        try:
            with load:
                time.sleep(SETTLE_SECONDS)
                yield drill
                time.sleep(SETTLE_SECONDS)
        finally:
            self._judge(drill)
        assert self.verdict is not None
        assert self.verdict.holds, str(self.verdict)
        assert self.verdict.acknowledged > 0, "Nothing was written: the drill proves nothing."
        assert not self.broken(), self.broken()
        assert not any(person.signed_out for person in self.crowd), "Somebody was signed out."

    def _judge(self, drill: Drill) -> None:
        fault, entries = drill.fault, drill.load.entries
        engine.wait_for("a primary", self.site.database.has_primary, seconds=60)
        self.verdict = compare(entries, self.site.database.ask, [one.browser for one in self.crowd])
        fault.acknowledged, fault.lost = self.verdict.acknowledged, len(self.verdict.lost)
        fault.twice, fault.unknown = len(self.verdict.twice), self.verdict.unknown
        fault.failed = len(drill.load.failed("GET"))
        fault.rate = round(len(drill.load.requests) / (drill.load.ended - drill.load.began), 1)
        fault.gaps = [
            round(longest_gap(entries, since=since, until=until), 1) for since, until in drill.windows
        ]
        repeated = (
            f"{self.verdict.repeated} writes repeated with their form_key" if self.verdict.repeated else ""
        )
        told = [fault.note, repeated, drill.load.failures_in_words()]
        fault.note = "; ".join(one for one in told if one)
        self.report.add(fault)

    def broken(self) -> dict[str, int]:
        """The invariants that do not hold; the application checks the audit record with its key, too."""
        found = self.site.database.broken_invariants()
        script = "from correspondence.audit.queries import breaks\nprint('BREAKS', len(list(breaks())))\n"
        app = self.site.container("app")
        told = app.execute("python", "manage.py", "shell", "--no-imports", "-c", script)
        breaks = int(told.split("BREAKS")[1].split()[0])
        return {**found, "a break in the audit record": breaks} if breaks else found
