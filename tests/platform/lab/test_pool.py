"""More clients than there are server connections: they queue, and none fails."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

from tests.platform.lab.figures import PLATFORM, TARGETS

if TYPE_CHECKING:
    from tests.platform.lab.report import Report
    from tests.platform.lab.site import Site

# In a container of the application: so many clients at once, each with a connection of its own.
CLIENTS = """
import asyncio, json, pathlib, sys, time, psycopg
url = pathlib.Path("/run/secrets/database_url").read_text().strip()
count, rounds = int(sys.argv[1]), int(sys.argv[2])
errors, longest = [], 0.0

async def client(together):
    global longest
    try:
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True, prepare_threshold=None)
        await together.wait()
        for _ in range(rounds):
            began = time.monotonic()
            async with connection.transaction():
                cursor = await connection.execute("SELECT count(*) FROM cases_case, pg_sleep(0.02)")
                await cursor.fetchone()
            longest = max(longest, time.monotonic() - began)
        await connection.close()
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}"[:200])
        await together.abort()

async def main():
    await asyncio.gather(*(client(together) for together in [asyncio.Barrier(count)] for _ in range(count)))
    print(json.dumps({"errors": len(errors), "words": errors[:3], "longest": longest}))

asyncio.run(main())
"""
ROUNDS = 4


def test_many_clients(site: Site, report: Report) -> None:
    clients, most = TARGETS["pool_clients"], PLATFORM.pool.server_connections
    held = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'correspondence_app'"
    assert PLATFORM.database.application in held
    seen: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            seen.append(int(site.database.ask(held)[0][0]))

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.monotonic()
    try:
        worker = site.container("worker-long")
        told = json.loads(worker.execute("python", "-c", CLIENTS, str(clients), str(ROUNDS), seconds=240))
    finally:
        over.set()
        watching.join()
    report.note(
        f"{clients} clients on {most} server connections",
        f"{told['errors']} errors in {clients * ROUNDS:,} transactions, the longest {told['longest']:.1f} s,"
        f" {max(seen)} server connections at most, {time.monotonic() - began:.0f} s in all",
    )
    assert told["errors"] == 0, told["words"]
    assert max(seen) <= most, seen
    assert max(seen) > most // 2, f"The pool was hardly used: {seen}"
