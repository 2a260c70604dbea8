"""Valkey's primary dies; then all of Valkey is wiped with a deep queue: nothing depends on what it holds."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from tests.platform.lab import engine
from tests.platform.lab.conftest import RESULTS, SEED
from tests.platform.lab.figures import TARGETS
from tests.platform.lab.report import Fault
from tests.platform.ledger.load import Load
from tests.platform.ledger.verdict import compare

if TYPE_CHECKING:
    from tests.platform.lab.conftest import Drilling
    from tests.platform.lab.engine import Container
    from tests.platform.lab.report import Report
    from tests.platform.lab.site import Lab, Site
    from tests.platform.ledger.load import Person

QUEUED = 1000

# In an application container: the longest time, in seconds, in which the endpoint took no write.
WATCH = """
import pathlib, sys, time, redis
url = pathlib.Path("/run/secrets/redis_url").read_text().strip()
until, longest, last = time.monotonic() + float(sys.argv[1]), 0.0, time.monotonic()
while time.monotonic() < until:
    try:
        client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        client.set("drill:watch", 1, ex=60)
        client.close()
    except redis.RedisError:
        pass
    else:
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    time.sleep(0.05)
print(max(longest, time.monotonic() - last))
"""

# In an application container: do something on Valkey's primary, and print what it says.
ASK = """
import pathlib, sys, redis
url = pathlib.Path("/run/secrets/redis_url").read_text().strip()
client = redis.Redis.from_url(url)
if sys.argv[1] == "wipe":
    client.flushall()
queues = {key.decode(): client.type(key).decode() for key in client.scan_iter("correspondence:*")}
sizes = {key: client.llen(key) for key, kind in queues.items() if kind == "list"}
print(sum(sizes.values()), client.dbsize())
"""


def test_primary_killed(site: Site, drilled: Drilling, report: Report) -> None:
    with drilled("Valkey's primary killed", rate=20) as drill:
        primary, app = _primary(site), site.container("app")
        seen: list[float] = []
        watch = threading.Thread(
            target=lambda: seen.append(float(app.execute("python", "-c", WATCH, "25", seconds=60)))
        )
        watch.start()
        time.sleep(3)
        began = time.time()
        engine.must("docker", "kill", primary.ident)
        assert not primary.again().about["State"]["Running"]
        drill.wait_for_write(seconds=30)
        watch.join()
        engine.must("docker", "start", primary.ident)
        back = engine.wait_for("it is back", lambda: primary.again().runs, seconds=60)
        drill.fault.back.append(round(back, 1))
        drill.struck(began, f"{primary.service} not running; {_primary(site).service} leads now")
        drill.fault.note = f"no write to Valkey for {seen[0]:.1f} s"
    report.note("Valkey fails over in", f"{seen[0]:.1f} s")
    assert seen[0] <= TARGETS["valkey_seconds"] + 0.5, seen
    assert drill.fault.failed == 0, drill.fault.note


def test_wiped_with_a_deep_queue(site: Site, lab: Lab, crowd: list[Person], report: Report) -> None:
    fault = Fault(f"all of Valkey wiped with {QUEUED:,} jobs queued")
    for worker in engine.containers(site.project, service="worker-quick"):
        engine.must("docker", "stop", "--time", "30", worker.ident)
    try:
        load = Load(crowd, RESULTS / "ledger" / "wiped", rate=25, writes=1, only="message", seed=SEED)
        with load:
            load.write_all(QUEUED)
        queued, _ = _ask(site, "look")
        assert queued >= QUEUED, f"only {queued} jobs are queued: wiping them would prove little"
        _, left = _ask(site, "wipe")
        fault.struck = 1
        fault.proof.append(f"{queued} messages in the queues; {left} keys right after the wipe")
        for person in crowd:
            page = person.browser.get("/cases/open/")
            assert page.status == 200, f"{person.account.email} was logged out: {page.status} {page.location}"
    finally:
        for worker in engine.containers(site.project, service="worker-quick", every=True):
            engine.must("docker", "start", worker.ident)
    took = engine.wait_for("all mail is sent", lambda: _waiting(site) == 0, seconds=420, pause=3)
    fault.back.append(round(took, 1))

    entries = load.entries
    verdict = compare(entries, site.database.ask, [one.browser for one in crowd])
    references = _references(site, since=load.began)
    sent = lab.sent()
    missing = [one for one in references if one not in sent]
    fault.acknowledged, fault.unknown = verdict.acknowledged, verdict.unknown
    fault.lost = len(verdict.lost) + len(missing)
    fault.twice = sum(count > 1 for count in sent.values())
    fault.failed = len(load.failed("GET"))
    fault.rate = round(len(load.requests) / (load.ended - load.began), 1)
    fault.note = load.failures_in_words()
    report.add(fault)
    assert verdict.holds, str(verdict)
    assert len(references) == verdict.acknowledged >= QUEUED
    assert not missing, f"{len(missing)} messages were never sent"
    assert fault.twice == 0
    assert not any(person.signed_out for person in crowd), "Somebody was signed out."


def _primary(site: Site) -> Container:
    for service in ("valkey-1", "valkey-2"):
        node = site.container(service) if engine.containers(site.project, service=service) else None
        if node and "role:master" in _info(node):
            return node
    raise AssertionError("Valkey has no primary.")


def _info(node: Container) -> str:
    script = (
        'REDISCLI_AUTH="$(cat /run/secrets/valkey)" exec valkey-cli --tls --cacert /run/secrets/ca'
        " -h localhost --no-auth-warning info replication"
    )
    return node.execute("sh", "-c", script)


def _ask(site: Site, what: str) -> tuple[int, int]:
    queued, keys = site.container("app").execute("python", "-c", ASK, what).split()
    return int(queued), int(keys)


def _waiting(site: Site) -> int:
    rows = site.database.ask(
        "SELECT count(*) FROM jobs_job WHERE kind = 'send_message' AND state = 'waiting'"
    )
    return int(rows[0][0])


def _references(site: Site, *, since: float) -> list[str]:
    """Of the mail to responders that messages of the conversation have caused since then: one for each."""
    rows = site.database.ask(
        "SELECT reference, extract(epoch FROM created_at) FROM notifications_message"
        " WHERE kind = 'message_received'"
    )
    return [reference for reference, made in rows if float(made) >= since]
