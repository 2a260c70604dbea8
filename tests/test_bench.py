"""The bench: its scenarios are there, and its figures can be read. Measuring is for ``make bench``."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from bench import __main__ as bench

USERS = Path(bench.__file__).with_name("users.py")


def test_every_scenario_is_a_class_of_its_own() -> None:
    # Read, not imported: locust changes how the whole process waits.
    module = ast.parse(USERS.read_text(encoding="utf-8"))
    classes = {node.name for node in module.body if isinstance(node, ast.ClassDef)}
    assert set(bench.SCENARIOS) == classes - {"Manager", "Search"}


def test_figures_stand_in_columns() -> None:
    lines = bench.table(
        [
            bench.Figures("case list", 1204, 0, 60.2, 31.0, 58.4, 11.0, 11),
            bench.Figures("create", 9, 1, 4.5, 210.4, 350.0, 21.5, 22),
        ]
    ).splitlines()
    assert lines == [
        "           requests  failed  per second  p50 ms  p95 ms   SQL  SQL most",
        "case list     1,204       0        60.2      31      58  11.0        11",
        "create            9       1         4.5     210     350  21.5        22",
    ]


def test_an_unknown_scenario_is_named_and_nothing_is_started() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench", "Nonsense"],
        cwd=USERS.parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    assert "no scenario is called Nonsense" in ended.stderr
