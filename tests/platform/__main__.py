"""Build the images, bring the stacks up, prove them, take them down: ``python -m tests.platform``.

Docker with Compose and buildx has to answer; ``sh deploy/engine.sh run .venv/bin/python -m tests.platform``
sees to that, and stops an engine that it started. What was measured is printed, and kept in test-results/.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS = ROOT / "test-results" / "platform"


def main() -> int:
    """Run the drills; their exit code."""
    parser = argparse.ArgumentParser(prog="tests.platform", description=__doc__)
    parser.add_argument("--tag", default="drills", help="of the images (%(default)s)")
    parser.add_argument("--no-build", action="store_true", help="take the images of that tag as they are")
    parser.add_argument("--keep", action="store_true", help="leave the site standing, for a look at it")
    parser.add_argument("--again", action="store_true", help="go on with the site that --keep left")
    parser.add_argument("pytest", nargs="*", metavar="ARGUMENT", help="for pytest, after --: -k database, -x")
    options = parser.parse_args()
    for lacking in (tool for tool in ("docker", "nsenter") if shutil.which(tool) is None):
        sys.stderr.write(f"The drills need '{lacking}'. Run them with: make test-platform\n")
        return 2
    if os.geteuid() != 0:
        sys.stderr.write(
            "The drills kill processes inside containers and look into their networks: run them as root.\n"
        )
        return 2
    if not options.again:
        shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "DRILLS_TAG": options.tag,
        "DRILLS_BUILD": "" if options.no_build else "yes",
        "DRILLS_KEEP": "yes" if options.keep else "",
        "DRILLS_AGAIN": "yes" if options.again else "",
        "DRILLS_RESULTS": str(RESULTS),
    }
    began = time.monotonic()
    command = (sys.executable, "-m", "pytest", "-c", str(HERE / "lab" / "pytest.ini"), *options.pytest)
    # In the folder of the drills: the conftest of the other tests, which needs Django, stays out of it.
    ended = subprocess.run(command, env=environment, cwd=HERE / "lab", check=False)  # noqa: S603 - our own words
    table = RESULTS / "report.txt"
    if table.exists():
        sys.stdout.write(f"\n{table.read_text(encoding='utf-8')}\n")
    sys.stdout.write(f"\nThe drills took {(time.monotonic() - began) / 60:.1f} minutes.\n")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
