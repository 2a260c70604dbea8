"""What the engines of a site say of themselves, each asked in its own container by its own tool.

An engine that cannot be asked is told of as such: a status is wanted most when things are broken.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations import native
from operations.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from operations.site.containers import Container
    from operations.site.folder import Site

ASK_SECONDS = 30
LAG_BYTES = 16 * 1024 * 1024
"""So far behind, a replica no longer gets reads (see haproxy's endpoints.cfg)."""
OLD_SIGNATURES_DAYS = 3
SECONDS_A_DAY = 86_400

VALKEY = 'REDISCLI_AUTH="$(cat /run/secrets/valkey)" exec valkey-cli --tls --cacert /run/secrets/ca "$@"'
ASK_PATRONI = """
import ssl, urllib.request
trust = ssl.create_default_context(cafile="/run/secrets/ca")
print(urllib.request.urlopen("https://localhost:8008/cluster", timeout=5, context=trust).read().decode())
"""
QUEUES = """
SELECT queue, count(*) FILTER (WHERE state = 'waiting' AND claim IS NULL AND run_after <= now()),
       count(*) FILTER (WHERE state = 'waiting' AND claim IS NOT NULL),
       count(*) FILTER (WHERE state = 'waiting' AND claim IS NULL AND run_after > now()),
       count(*) FILTER (WHERE state = 'failed')
FROM jobs_job WHERE state <> 'done' GROUP BY queue ORDER BY queue
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one engine says: for a person, for a program, and what is wrong."""

    about: str
    text: str
    facts: dict[str, object]
    problem: str = ""


def ask(site: Site, found: Sequence[Container]) -> list[Answer]:
    """Ask every engine, all at once."""
    running = {one.service: one.ident for one in found if one.state == "running"}
    subjects: list[tuple[str, Callable[[], Answer]]] = [
        ("Database", lambda: _database(running)),
        ("Lock store", lambda: _lock_store(running)),
        ("Valkey", lambda: _valkey(running)),
        ("Sentinels", lambda: _sentinels(running)),
        ("Jobs", lambda: _jobs(site, running)),
        ("Signatures", lambda: _signatures(site, running)),
    ]
    with ThreadPoolExecutor(len(subjects)) as pool:
        jobs = [(about, pool.submit(question)) for about, question in subjects]
    return [_answer(about, job.result) for about, job in jobs]


def _answer(about: str, result: Callable[[], Answer]) -> Answer:
    try:
        return result()
    except (Trouble, ValueError, KeyError, IndexError, TypeError, StopIteration) as error:
        said = str(error) if isinstance(error, Trouble) else "its answer was not understood"
        return Answer(about, f"cannot be asked: {said}", {}, f"{about} cannot be asked")


def _inside(ident: str, *command: str) -> str:
    outcome = native.look("docker", "exec", ident, *command, seconds=ASK_SECONDS)
    if not outcome.good:
        raise Trouble(outcome.tail.splitlines()[-1] if outcome.tail else f"exit code {outcome.code}")
    return outcome.out


def _any(running: dict[str, str], part: str) -> str:
    idents = [ident for service, ident in sorted(running.items()) if service.startswith(part)]
    if not idents:
        raise Trouble("none of its containers runs")
    return idents[0]


def _cluster(running: dict[str, str]) -> list[dict[str, object]]:
    told = json.loads(_inside(_any(running, "db-"), "python3", "-I", "-c", ASK_PATRONI))
    return [dict(one) for one in told["members"]]


def _database(running: dict[str, str]) -> Answer:
    members = _cluster(running)
    leaders = [str(one["name"]) for one in members if one["role"] == "leader"]
    words, lagging, synchronous = [], [], 0
    for one in members:
        name, role, lag = str(one["name"]), str(one["role"]), one.get("lag", 0)
        if role == "leader":
            continue
        synchronous += role in {"quorum_standby", "sync_standby"}
        behind = f", {lag:,} bytes behind" if isinstance(lag, int) else ", lag unknown"
        words.append(f"{name} {role.replace('_', ' ')} ({one['state']}{behind})")
        if one["state"] != "streaming" or not isinstance(lag, int) or lag > LAG_BYTES:
            lagging.append(name)
    problem = ""
    if len(leaders) != 1:
        problem = f"the database has {len(leaders)} primaries"
    elif not synchronous:
        problem = "no replica holds what the primary commits: commits wait"
    elif lagging:
        problem = f"database replicas are behind: {', '.join(lagging)}"
    primary = leaders[0] if leaders else "none"
    return Answer(
        "Database",
        f"primary {primary}; {'; '.join(words) or 'no replica'}",
        {"primary": primary, "members": members, "synchronous": synchronous},
        problem,
    )


def _lock_store(running: dict[str, str]) -> Answer:
    answer = _inside(
        _any(running, "dcs-"), "etcdctl", "endpoint", "status", "--cluster", "--write-out", "json",
        "--command-timeout", "4s",
    )  # fmt: skip
    members = json.loads(answer)
    leaders = {one["Status"]["leader"] for one in members}
    return Answer(
        "Lock store",
        f"{len(members)} of 3 answer, {'one leader' if len(leaders) == 1 else 'no common leader'}",
        {"members": len(members), "agreed": len(leaders) == 1},
        "" if len(leaders) == 1 else "the lock store has no common leader",
    )


def _valkey(running: dict[str, str]) -> Answer:
    primaries, replicas = [], []
    for service, ident in sorted(running.items()):
        if service.startswith("valkey-"):
            told = _inside(ident, "sh", "-c", VALKEY, "sh", "info", "replication")
            facts = dict(line.strip().split(":", 1) for line in told.splitlines() if ":" in line)
            if facts.get("role") == "master":
                primaries.append(service)
            else:
                replicas.append(f"{service} (link {facts.get('master_link_status', 'unknown')})")
    problem = "" if len(primaries) == 1 else f"Valkey has {len(primaries)} primaries"
    if not problem and any("link up" not in one for one in replicas):
        problem = "the replica of Valkey is not linked"
    return Answer(
        "Valkey",
        f"primary {', '.join(primaries) or 'none'}; replica {', '.join(replicas) or 'none'}",
        {"primary": primaries[0] if len(primaries) == 1 else "", "replicas": replicas},
        problem,
    )


def _sentinels(running: dict[str, str]) -> Answer:
    told = _inside(
        _any(running, "sentinel-"), "sh", "-c", VALKEY, "sh", "-p", "26379", "sentinel", "ckquorum", "main"
    ).strip()
    good = told.startswith("OK")
    return Answer("Sentinels", told, {"quorum": good}, "" if good else "the Sentinels have no quorum")


def _jobs(site: Site, running: dict[str, str]) -> Answer:
    primary = next(str(one["name"]) for one in _cluster(running) if one["role"] == "leader")
    rows = _inside(
        running[primary], "psql", "--username", "postgres", "--dbname", site.platform.database.name,
        "--no-align", "--tuples-only", "--field-separator", " ", "--command", QUEUES,
    ).splitlines()  # fmt: skip
    queues: dict[str, object] = {}
    words, failed = [], 0
    for row in rows:
        queue, *numbers = row.split()
        due, running_now, later, lost = (int(number) for number in numbers)
        queues[queue] = {"due": due, "running": running_now, "later": later, "failed": lost}
        words.append(f"{queue}: {due} due, {running_now} running, {later} later, {lost} failed")
        failed += lost
    return Answer(
        "Jobs",
        "; ".join(words) or "nothing to do",
        {"queues": queues},
        f"{failed} jobs have failed for good" if failed else "",
    )


def _signatures(site: Site, running: dict[str, str]) -> Answer:
    kind, seconds = _inside(_any(running, "scanner"), "signature-age").split()
    days = int(seconds) / SECONDS_A_DAY
    facts: dict[str, object] = {"age_days": round(days, 1), "local": kind == "local"}
    if kind != "local":
        old = days > OLD_SIGNATURES_DAYS
        return Answer(
            "Signatures", f"{days:.1f} days old", facts, "the virus signatures are old" if old else ""
        )
    problem = "" if site.values.signatures == "local" else "no virus signatures have been fetched yet"
    return Answer("Signatures", f"only the local test signature, {days:.1f} days old", facts, problem)
