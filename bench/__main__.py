"""Start a stack, load it once, measure each scenario, print and keep the figures: ``python -m bench``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from operations.local.stack import Stack
from operations.trouble import Trouble

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / ".local-bench"
RESULTS = HERE / "results"

SCENARIOS = {
    "CaseList": "case list",
    "CasePage": "case page",
    "SearchRare": "search, rare word",
    "SearchCommon": "search, common word",
    "Create": "create",
}
"""The classes of ``users.py``, and what each measures."""

NO_LIMITS = {f"RATE_LIMIT_{of_what}": "0" for of_what in ("PAGES", "CHANGES", "SEARCHES", "STRANGERS")}
"""Eight people without a pause are more than the limits allow to eight people."""

COLUMNS = ("", "requests", "failed", "per second", "p50 ms", "p95 ms", "SQL", "SQL most")
GRACE_SECONDS = 60
"""For signing in, and for the last answers."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one scenario came to.

    Attributes:
        statements: SQL statements of a request on average, all of them but transaction control.
    """

    name: str
    requests: int
    failures: int
    per_second: float
    p50_ms: float
    p95_ms: float
    statements: float
    statements_most: int


def main() -> int:
    """Measure; 1 when a request failed."""
    options = _options()
    stack = Stack(
        options.data,
        environment={"COUNT_SQL": "true", "LOG_LEVEL": "WARNING", **NO_LIMITS},
        cases=options.cases,
        say=print,
    )
    try:
        with stack:
            figures = [_measure(stack, scenario, options) for scenario in options.scenario or SCENARIOS]
    except Trouble as trouble:
        print(trouble, trouble.advice, sep="\n", file=sys.stderr)
        return 1
    print(f"\n{options.cases:,} cases, {options.users} people at once, {options.seconds} s each:\n")
    print(table(figures))
    print(f"\nKept in {_keep(figures, options)}")
    return 1 if any(one.failures for one in figures) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--cases", type=int, default=20_000, help="how many cases to load, once (%(default)s)"
    )
    parser.add_argument("--users", type=int, default=8, help="people at once, without a pause (%(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="for each scenario (%(default)s)")
    parser.add_argument("--data", type=Path, default=DATA, help="the data folder, kept (%(default)s)")
    parser.add_argument(
        "scenario", nargs="*", metavar="SCENARIO", help=f"one of {', '.join(SCENARIOS)}; all unless given"
    )
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(SCENARIOS):
        parser.error(f"no scenario is called {', '.join(sorted(unknown))}")
    return options


def _measure(stack: Stack, scenario: str, options: argparse.Namespace) -> Figures:
    """Run one scenario in a process of its own, against this machine alone."""
    print(f"Measuring: {SCENARIOS[scenario]} …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "figures.json"
        environment = {
            **os.environ,
            "BENCH_PEOPLE": str(stack.folder.path / "people.json"),
            "BENCH_ANSWER": str(answer),
            "BENCH_USERS": str(options.users),
            "BENCH_SECONDS": str(options.seconds),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        command = [
            *(sys.executable, "-m", "locust", "-f", str(HERE / "users.py"), scenario),
            *("--headless", "--only-summary", "--host", stack.base_url, "--loglevel", "WARNING"),
            *("--users", str(options.users), "--spawn-rate", str(options.users)),
            *("--run-time", f"{options.seconds + GRACE_SECONDS}s", "--stop-timeout", "10"),
        ]
        ended = subprocess.run(  # noqa: S603 - our own command, and no shell reads the words
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=options.seconds + 2 * GRACE_SECONDS,
        )
        if not answer.exists():
            raise Trouble(
                f"Measuring {SCENARIOS[scenario]} did not succeed.", (ended.stderr + ended.stdout)[-2000:]
            )
        return Figures(**json.loads(answer.read_text(encoding="utf-8")))


def table(figures: list[Figures]) -> str:
    """The figures as lines of text."""
    rows = [
        (
            one.name,
            f"{one.requests:,}",
            f"{one.failures:,}",
            f"{one.per_second:.1f}",
            f"{one.p50_ms:.0f}",
            f"{one.p95_ms:.0f}",
            f"{one.statements:.1f}",
            str(one.statements_most),
        )
        for one in figures
    ]
    widths = [max(len(row[place]) for row in (COLUMNS, *rows)) for place in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if place == 0 else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (COLUMNS, *rows)
    )


def _keep(figures: list[Figures], options: argparse.Namespace) -> Path:
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"{time.strftime('%Y-%m-%dT%H-%M-%S')}.json"
    told: dict[str, Any] = {
        "cases": options.cases,
        "users": options.users,
        "seconds": options.seconds,
        "machine": {
            "processors": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "figures": [asdict(one) for one in figures],
    }
    kept.write_text(json.dumps(told, indent=2), encoding="utf-8")
    return kept


if __name__ == "__main__":
    sys.exit(main())
