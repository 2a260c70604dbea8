"""``manage.py policy``: read from the files alone."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from correspondence.rulebook import console, matrix
from tests.rulebook.shipped import SpoiltPolicy, rulebook

ROOT = Path(__file__).resolve().parents[2]


def run(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return console.main(argv, out=out, err=err), out.getvalue(), err.getvalue()


def test_the_matrix_is_csv_in_the_columns_of_the_reference() -> None:
    code, out, err = run("matrix", "--case-type", "foi")
    assert (code, err) == (0, "")
    with (ROOT / "tests/data/transitions.csv").open(encoding="utf-8", newline="") as file:
        heading = next(csv.reader(file))
    printed = list(csv.reader(io.StringIO(out)))
    assert printed[0] == heading
    assert len(printed) - 1 == len(matrix.rows(rulebook())) == 445
    assert run("matrix")[1] == out


def test_a_deadline_is_printed_with_its_steps() -> None:
    code, out, _ = run("deadline", "foi", "--received", "2026-05-20")
    assert code == 0
    assert out.splitlines() == [
        "Draft deadline: Thu 4 Jun 2026",
        "  Target: FOI procedure, the draft is due half way to the final deadline",
        "  Received Wed 20 May 2026",
        "  Day 1 is Thu 21 May 2026",
        "  Mon 25 May 2026 does not count: Spring bank holiday (United Kingdom)",
        "  Day 10 is Thu 4 Jun 2026",
        "Final deadline: Fri 19 Jun 2026",
        "  Statutory: FOIA 2000 s.10(1)",
        "  Received Wed 20 May 2026",
        "  Day 1 is Thu 21 May 2026",
        "  Mon 25 May 2026 does not count: Spring bank holiday (United Kingdom)",
        "  Mon 15 Jun 2026 does not count: World Cup bank holiday (Scotland)",
        "  Day 20 is Fri 19 Jun 2026",
        "Escalation deadline: Tue 26 May 2026",
        "  Target: FOI procedure, sensitivity review by Press Office and Private Office",
        "  Logged Wed 20 May 2026",
        "  Day 1 is Thu 21 May 2026",
        "  Mon 25 May 2026 does not count: Spring bank holiday (United Kingdom)",
        "  Day 3 is Tue 26 May 2026",
    ]


def test_a_deadline_is_told_as_json() -> None:
    code, out, _ = run(
        "deadline", "foi_compliance_review", "--received", "2026-05-20", "--created", "2026-05-21",
        "--extend-to", "2026-07-01", "--reason", "many files", "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert (told["received"], told["created"]) == ("2026-05-20", "2026-05-21")
    dates = {name: deadline["date"] for name, deadline in told["deadlines"].items()}
    assert dates == {
        "draft": "2026-06-04",
        "final": "2026-06-19",
        "escalation": "2026-05-27",
        "extended": "2026-07-01",
    }
    assert {told["deadlines"]["final"]["kind"], told["deadlines"]["extended"]["kind"]} == {"target"}
    assert told["deadlines"]["final"]["steps"][-1] == {
        "date": "2026-06-19",
        "day": 20,
        "kind": "day",
        "what": "Day 20 is Fri 19 Jun 2026",
    }


def test_a_year_without_published_holidays_is_noted() -> None:
    _, out, _ = run("deadline", "foi", "--received", "2028-12-20")
    assert out.count("  Note: bank holidays for 2029 not yet published") == 2


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("deadline", "sar", "--received", "2026-05-20"), 1, "There is no case type sar, only foi, "),
        (("deadline", "foi", "--received", "2026-05-20", "--extend-to", "2026-07-01"), 1, "--reason"),
        (
            ("deadline", "foi", "--received", "2026-05-20", "--extend-to", "2026-06-19", "--reason", "x"),
            1,
            "The new deadline must be after the present one, Fri 19 Jun 2026.",
        ),
        (("matrix", "--case-type", "sar"), 1, "There is no workflow for sar, only for foi."),
        (("--policy", "/nowhere", "matrix"), 1, "clocks.yaml:1: there is no such file in /nowhere"),
    ],
)
def test_a_refusal_is_told_with_a_code(argv: tuple[str, ...], code: int, said: str) -> None:
    given, out, err = run(*argv)
    assert (given, out) == (code, "")
    assert said in err


@pytest.mark.parametrize(
    "argv",
    [(), ("dance",), ("deadline", "foi"), ("deadline", "foi", "--received", "20 May"), ("matrix", "--loud")],
)
def test_a_command_that_cannot_be_understood(
    argv: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(*argv)[0] == 2
    assert "usage: manage.py policy" in capfd.readouterr().err


def alone(*argv: str, policy: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run manage.py with next to nothing in the environment."""
    environment = {"PATH": os.environ["PATH"]} | ({"POLICY_DIR": str(policy)} if policy else {})
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *argv],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_no_environment_and_no_database_is_needed() -> None:
    ran = alone("policy", "matrix", "--case-type", "foi")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == (ROOT / "tests/data/matrix_foi.csv").read_text("utf-8")
    assert alone("policy", "deadline", "foi", "--received", "2026-05-20").returncode == 0


def test_another_policy_folder_can_be_read(tmp_path: Path) -> None:
    spoilt = SpoiltPolicy(tmp_path)
    line = spoilt.exchange("workflows/foi_trigger.yaml", "by: [manager]", "by: [director]")
    for command in (("matrix",), ("check",)):
        ran = alone("policy", *command, policy=spoilt.folder)
        assert ran.returncode != 0
        assert f"workflows/foi_trigger.yaml:{line}: by: Input should be 'manager'" in ran.stderr
        assert "Traceback" not in ran.stderr


def test_check_says_what_it_found() -> None:
    ran = alone("policy", "check")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "3 workflows with 445 rows, 2 clocks, " in ran.stdout
    assert ran.stdout.endswith("bank holidays 2012 to 2028: in order.\n")


def test_check_looks_names_up(tmp_path: Path) -> None:
    spoilt = SpoiltPolicy(tmp_path)
    spoilt.exchange("workflows/foi_standard.yaml", "user_in_responding_team", "user_in_a_good_mood")
    ran = alone("policy", "check", policy=spoilt.folder)
    assert ran.returncode != 0
    assert "workflows/foi_standard.yaml" in ran.stderr
    assert "no fact is called user_in_a_good_mood" in ran.stderr
    assert "Traceback" not in ran.stderr
