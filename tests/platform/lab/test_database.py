"""The database's primary dies under write load, its process first, then its whole container."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

from tests.platform.lab import engine
from tests.platform.lab.conftest import SEED
from tests.platform.lab.database import is_gone, postmaster
from tests.platform.lab.figures import TARGETS

if TYPE_CHECKING:
    from tests.platform.lab.conftest import Drill, Drilling
    from tests.platform.lab.engine import Container
    from tests.platform.lab.site import Site

TIMES = 5
REJOIN_SECONDS = 180
WRITES = 0.6
NOTICED_SECONDS = 3


def test_process_killed(site: Site, drilled: Drilling) -> None:
    with drilled("kill -9 of the primary's postmaster", writes=WRITES) as drill:
        for seed in range(TIMES):
            _whole_then_pause(site, seed)
            _kill_process(site, drill)
    assert drill.fault.struck == TIMES
    assert max(drill.fault.gaps) <= TARGETS["process_killed_seconds"], drill.fault.gaps


def _kill_process(site: Site, drill: Drill) -> None:
    node = site.database.primary()
    pid = postmaster(node)
    began = time.time()
    os.kill(pid, signal.SIGKILL)
    engine.wait_for("the process is gone", lambda: is_gone(pid), seconds=5, pause=0.02)
    gone = time.time()
    drill.wait_for_write(seconds=60, since=gone)
    # Patroni needs a moment to notice; until then the cluster still looks whole.
    time.sleep(NOTICED_SECONDS)
    whole = _wait_until_whole(site)
    drill.fault.back.append(round(NOTICED_SECONDS + whole, 1))
    drill.struck(began, f"{node.service}: process {pid} gone after {gone - began:.2f} s")


def test_container_killed(site: Site, drilled: Drilling) -> None:
    with drilled("kill of the primary's container", writes=WRITES) as drill:
        for seed in range(TIMES):
            _whole_then_pause(site, seed)
            _kill_container(site, drill)
    assert drill.fault.struck == TIMES
    assert max(drill.fault.gaps) <= TARGETS["node_killed_seconds"], drill.fault.gaps


def _kill_container(site: Site, drill: Drill) -> None:
    """It stays away until another leads and takes writes; then it is there again, as after a power cut."""
    database = site.database
    node = database.primary()
    began = time.time()
    engine.must("docker", "kill", node.ident)
    gone = time.time()
    assert not node.again().about["State"]["Running"]
    engine.wait_for("another node leads", database.has_primary, seconds=90, pause=0.5)
    leader = database.primary()
    assert leader.ident != node.ident
    drill.wait_for_write(seconds=60)
    drill.struck(
        began, f"{node.service} not running {gone - began:.2f} s after the kill; {leader.service} leads"
    )
    engine.must("docker", "start", node.ident)
    drill.fault.back.append(round(_wait_until_whole(site), 1))


def test_container_returns_by_itself(site: Site, drilled: Drilling) -> None:
    with drilled("death of the primary's container, restarted by its policy", writes=WRITES) as drill:
        _whole_then_pause(site, 0)
        node = site.database.primary()
        began = time.time()
        _take_away(node)
        drill.wait_for_write(seconds=60)
        time.sleep(NOTICED_SECONDS)
        drill.fault.back.append(round(NOTICED_SECONDS + _wait_until_whole(site), 1))
        drill.struck(began, f"{node.service}: started anew at {node.again().began}")
    assert drill.fault.struck == 1
    assert max(drill.fault.gaps) <= TARGETS["node_killed_seconds"], drill.fault.gaps


def _take_away(node: Container) -> None:
    node.kill_first_process()
    engine.wait_for("it was started again", lambda: node.again().began != node.began, seconds=30)


def _whole_then_pause(site: Site, seed: int) -> None:
    """At a moment of chance, once all three nodes are there: what strikes a broken cluster proves nothing."""
    _wait_until_whole(site)
    time.sleep(random.Random(SEED + seed).uniform(1, 4))  # noqa: S311 - no secret


def _wait_until_whole(site: Site) -> float:
    return engine.wait_for("the database is whole", site.database.is_whole, seconds=REJOIN_SECONDS, pause=2)
