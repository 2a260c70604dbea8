"""A site that is half there: ``up`` once more brings all of it, and leaves alone what is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.platform.lab import engine

if TYPE_CHECKING:
    from tests.platform.lab.site import Site
    from tests.platform.ledger.load import Person

REMOVED = ("web-2", "endpoints", "worker-quick", "pool-rw", "sentinel-2")
STOPPED = ("db-2", "valkey-2", "scanner", "edge")


def test_second_up_converges(site: Site, crowd: list[Person]) -> None:
    for service in REMOVED:
        for one in engine.containers(site.project, service=service):
            engine.must("docker", "rm", "--force", one.ident)
    for service in STOPPED:
        engine.must("docker", "stop", "--time", "5", site.container(service).ident)
    untouched = {one.ident: one.began for one in site.containers()}
    told = site.operate("status")
    assert told.returncode != 0, "status says that all is well while half of it is gone"
    for service in (*REMOVED, *STOPPED):
        assert service in told.stdout, f"status does not name {service}"

    site.must("up", "production")
    assert site.all_well()
    services = {one.service for one in site.containers()}
    assert {*REMOVED, *STOPPED} <= services
    now = {one.ident: one.began for one in site.containers()}
    assert untouched.items() <= now.items(), "what was well was started anew"
    site.must("smoke", seconds=180)
    assert crowd[0].browser.get("/cases/open/").status == 200


def test_down_keeps_the_data(site: Site, crowd: list[Person]) -> None:
    count = "SELECT count(*), coalesce(max(id), 0) FROM cases_transition"
    before = site.database.ask(count)
    site.must("down", "--timeout", "20")
    assert not engine.containers(site.project, every=True)
    assert not site.secret("database_superuser").exists(), "the secrets lie open while the site is down"
    site.must("up", "production")
    assert site.database.ask(count)[0][0] >= before[0][0]
    assert not site.database.broken_invariants()
    for person in crowd[:3]:
        assert person.browser.get("/cases/open/").status == 200, "a restart of the site signed somebody out"
