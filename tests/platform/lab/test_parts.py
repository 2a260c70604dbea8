"""One container of each part dies, one after the other, while people work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.platform.lab import engine
from tests.platform.lab.figures import PLATFORM

if TYPE_CHECKING:
    from tests.platform.lab.conftest import Drill, Drilling
    from tests.platform.lab.site import Lab, Site

REDUNDANT = ("web-2", "app", "worker-quick", "worker-long", "sentinel-1", "valkey-2", "dcs-2", "db replica")
"""Of which another one carries on, or which no request needs: nobody may notice."""

SINGLE = ("pool-rw", "pool-ro", "endpoints", "edge", "dispatcher", "egress", "objects", "scanner")
"""There is one of each: it restarts by itself, and until then requests that need it wait or fail."""

LOOK_AFTER_SECONDS = 6
BACK_SECONDS = 120


def test_redundant_parts_killed(site: Site, drilled: Drilling) -> None:
    with drilled("one of each redundant part killed, one after the other", rate=20) as drill:
        for part in REDUNDANT:
            _kill(site, drill, _replica(site) if part == "db replica" else part)
    assert drill.fault.struck == len(REDUNDANT)
    assert drill.fault.failed == 0, drill.fault.note
    assert drill.fault.unknown == 0, "a write was never answered, however often it was repeated"


def test_single_parts_killed(site: Site, drilled: Drilling) -> None:
    with drilled("each single part killed, one after the other", rate=20) as drill:
        missed = []
        for part in SINGLE:
            before = len(drill.load.failed("GET"))
            _kill(site, drill, part)
            if failed := len(drill.load.failed("GET")) - before:
                missed.append(f"{part}: {failed} reads failed")
        drill.fault.note = "; ".join(missed)
    assert drill.fault.struck == len(SINGLE)
    assert drill.fault.unknown == 0, "a write was never answered, however often it was repeated"


def _kill(site: Site, drill: Drill, service: str) -> None:
    victim = site.container(service)
    began = time.time()
    victim.kill_first_process()
    engine.wait_for(
        "it was started again", lambda: victim.again().began != victim.began, seconds=30, pause=0.2
    )
    proof = f"{victim.name}: started anew at {victim.again().began}"
    time.sleep(LOOK_AFTER_SECONDS)
    back = engine.wait_for("it is well again", lambda: victim.again().runs, seconds=BACK_SECONDS)
    drill.fault.back.append(round(LOOK_AFTER_SECONDS + back, 1))
    drill.wait_for_write(seconds=60)
    drill.struck(began, proof)


def test_which_parts_are_single() -> None:
    told = {name for name, part in PLATFORM.parts.items() if not part.instances and not part.replicas}
    assert told == set(SINGLE)


def test_no_job_was_lost(site: Site, lab: Lab) -> None:
    """After all of these: what was to be sent was sent, each message once."""
    engine.wait_for(
        "all mail is sent",
        lambda: (
            site.database.ask(
                "SELECT count(*) FROM jobs_job WHERE kind = 'send_message' AND state = 'waiting'"
            )
            == [["0"]]
        ),
        seconds=180,
        pause=2,
    )
    wanted = {row[0] for row in site.database.ask("SELECT reference FROM notifications_message")}
    sent = lab.sent()
    assert set(sent) >= wanted, f"{len(wanted - set(sent))} messages were never sent"
    assert not {one: count for one, count in sent.items() if count > 1}, "sent twice"
    assert len(wanted) > 10


def _replica(site: Site) -> str:
    primary = site.database.primary().service
    return next(node.service for node in site.database.nodes() if node.service != primary)
