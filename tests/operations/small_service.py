"""A service of two small programs, in place of the application: for testing the launcher by itself.

As a program it is ``ct-ops`` with that service: ``python small_service.py local run --data DIR``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from operations.__main__ import main
from operations.local.plan import Plan, Step
from operations.local.processes import Program

if TYPE_CHECKING:
    from operations.local.plan import Place

WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"well")
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

WORKER = """
import os, sys, time
print("worker began", flush=True)
if seconds := os.environ.get("SMALL_WORKER_FAILS_AFTER"):
    time.sleep(float(seconds))
    sys.exit("the worker's last words")
os.fork()
time.sleep(600)
"""

STEP = """
import os, sys
with open(sys.argv[1], "a") as ran:
    ran.write("ran\\n")
sys.exit(os.environ.get("SMALL_STEP_FAILS"))
"""


def plan(place: Place) -> Plan:
    """One step, a web server, and a worker with a child of its own."""
    environment = {**place.inherited, **place.addresses.environment(), **place.chosen}
    python = sys.executable
    return Plan(
        steps=(
            Step(
                program=Program(
                    name="step",
                    command=(python, "-c", STEP, str(place.folder.path / "steps")),
                    environment=environment,
                ),
                saying="Taking a step",
                fingerprint="the first",
            ),
        ),
        programs=(
            Program(
                name="web",
                command=(python, "-c", WEB, str(place.web_port)),
                environment=environment,
                stage=2,
                ready_url=f"{place.base_url}/healthz/ready",
            ),
            Program(name="worker", command=(python, "-c", WORKER), environment=environment, stage=2),
        ),
        settings={"SMALL": "yes", **place.addresses.environment()},
        inbox_url="http://127.0.0.1:1",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], planner=plan))
