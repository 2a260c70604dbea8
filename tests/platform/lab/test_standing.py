"""The site as it stands: its status, its smoke test, its first administrator, and a second ``up``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.platform.lab import engine

if TYPE_CHECKING:
    from tests.platform.lab.report import Report
    from tests.platform.lab.site import Lab, Site
    from tests.platform.ledger.load import Person

ADMINISTRATOR = ("Ada Operator", "ada.operator@example.invalid")


def test_status(site: Site) -> None:
    shown = site.must("status")
    told = site.status()
    services = {one.service for one in site.containers()}
    for service in sorted(services):
        assert service in shown, f"{service} is not in the status"
    assert "no backup" in shown.lower()
    assert str(told).count("healthy") >= len(services)


def test_first_administrator_once(site: Site) -> None:
    told = site.must("administrator", *ADMINISTRATOR)
    link = re.search(r"https://\S+", told)
    assert link, told
    again = site.operate("administrator", "Second Person", "second.person@example.invalid")
    assert again.returncode != 0, "a second first administrator was made"
    rows = site.database.ask("SELECT password FROM organisation_user WHERE email LIKE 'ada.operator%'")
    assert rows
    assert rows[0][0].startswith("!"), "the first administrator has a password that nobody chose"


def test_smoke(site: Site, lab: Lab) -> None:
    cases = site.database.ask("SELECT count(*) FROM cases_case WHERE deleted_at IS NULL")
    sent = sum(lab.sent().values())
    told = site.must("smoke", seconds=180)
    assert told.strip(), "the smoke test says nothing"
    assert site.database.ask("SELECT count(*) FROM cases_case WHERE deleted_at IS NULL") == cases
    assert sum(lab.sent().values()) == sent, "the smoke test sent a real message"


def test_second_up_changes_nothing(site: Site) -> None:
    before = {one.ident: one.began for one in site.containers()}
    site.must("up", "production")
    assert {one.ident: one.began for one in site.containers()} == before


def test_memory(site: Site, crowd: list[Person], report: Report) -> None:
    for person in crowd:
        assert person.browser.get("/cases/open/").status == 200
    idents = [one.ident for one in site.containers()]
    lines = engine.must(
        "docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *idents
    ).splitlines()
    used = {line.split()[0]: _megabytes(line.split()[1]) for line in lines}
    report.note("memory of the site", f"{sum(used.values()):.0f} MB in {len(used)} containers")
    largest = sorted(used.items(), key=lambda one: -one[1])[:6]
    report.note("largest", ", ".join(f"{name} {size:.0f} MB" for name, size in largest))
    assert sum(used.values()) < 24_000


def _megabytes(shown: str) -> float:
    number, unit = re.match(r"([\d.]+)(\w+)", shown).groups()  # type: ignore[union-attr]  # Docker always writes it so
    return float(number) * {"B": 1e-6, "KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}[unit]
