"""``manage.py policy …``: reads the policy files alone, without database, settings or Django."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from correspondence.core.errors import Refused
from correspondence.rulebook import deadlines, matrix, reading
from correspondence.rulebook.files import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from correspondence.rulebook.deadlines import Deadline
    from correspondence.rulebook.tables.rulebook import Rulebook


TITLES = {
    "draft": "Draft deadline",
    "final": "Final deadline",
    "escalation": "Escalation deadline",
    "extended": "Extended final deadline",
}


def main(argv: Sequence[str], *, out: TextIO = sys.stdout, err: TextIO = sys.stderr) -> int:
    """Run ``matrix`` or ``deadline``, given what follows ``manage.py policy``.

    Returns:
        0; 1 when the policy is at fault or the answer is no; 2 for a command that cannot be understood.
    """
    try:
        asked = parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(asked.run(reading.load(asked.policy), asked, out))
    except (PolicyError, Refused) as error:
        err.write(f"{error}\n")
        return 1
    except BrokenPipeError:
        return 1


def policy_folder() -> Path:
    """The folder named by POLICY_DIR, else the shipped one."""
    return Path(os.environ.get("POLICY_DIR") or reading.SHIPPED)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    whole = argparse.ArgumentParser(prog="manage.py policy", description="Read the policy tables.")
    whole.add_argument("--policy", type=Path, default=policy_folder(), help="the policy folder")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    shown = commands.add_parser("matrix", help="print the workflows as CSV, one row for each cell")
    shown.add_argument("--case-type", help="one machine alone, such as foi")
    shown.set_defaults(run=_matrix)

    due = commands.add_parser("deadline", help="print draft, final and escalation deadline with their steps")
    due.add_argument("case_type", help="a case type, such as foi")
    for option, required, meaning in (
        ("--received", True, "date of receipt, YYYY-MM-DD"),
        ("--created", False, "when it was logged; without it, the date of receipt"),
        ("--extend-to", False, "extend the final deadline to this date"),
        ("--notice", False, "when the requester was told of it; without it, on the final deadline"),
    ):
        due.add_argument(option, type=_day, required=required, metavar="DATE", help=meaning)
    due.add_argument("--reason", default="", help="why it is extended")
    due.add_argument(
        "--second-reason", default="", help="why the yardstick is not enough, where it is passed"
    )
    due.add_argument("--json", action="store_true", help="print JSON")
    due.set_defaults(run=_deadline)
    return whole


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-05-20") from error


def _matrix(rulebook: Rulebook, asked: argparse.Namespace, out: TextIO) -> int:
    machines = {workflow.case_type for workflow in rulebook.workflows}
    if asked.case_type is not None and asked.case_type not in machines:
        raise Refused(f"There is no workflow for {asked.case_type}, only for {', '.join(sorted(machines))}.")
    out.write(matrix.as_csv(matrix.rows(rulebook, case_type=asked.case_type)))
    return 0


def _deadline(rulebook: Rulebook, asked: argparse.Namespace, out: TextIO) -> int:
    found = _deadlines(rulebook, asked)
    if asked.json:
        told = {
            "case_type": asked.case_type,
            "received": asked.received.isoformat(),
            "created": (asked.created or asked.received).isoformat(),
            "deadlines": {name: _as_data(deadline) for name, deadline in found.items()},
        }
        out.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        return 0
    for name, deadline in found.items():
        out.write(f"{TITLES[name]}: {deadlines.in_words(deadline.date)}\n")
        out.write(f"  {deadline.kind.capitalize()}: {deadline.source}\n")
        out.writelines(f"  {step.what}\n" for step in deadline.steps)
        out.writelines(f"  Note: {warning}\n" for warning in deadline.warnings)
    return 0


def _deadlines(rulebook: Rulebook, asked: argparse.Namespace) -> dict[str, Deadline]:
    codes = [row.code for row in rulebook.case_types.case_types]
    if asked.case_type not in codes:
        raise Refused(f"There is no case type {asked.case_type}, only {', '.join(codes)}.")
    clock = rulebook.bound.clock(asked.case_type)
    calendar = rulebook.holidays.calendar(clock.holidays)
    final = deadlines.statutory_deadline(clock, received=asked.received, holidays=calendar)
    found = {
        "draft": deadlines.draft_deadline(clock, received=asked.received, holidays=calendar),
        "final": final,
        "escalation": deadlines.escalation_deadline(
            clock, created=asked.created or asked.received, holidays=calendar
        ),
    }
    if asked.extend_to is not None:
        if not asked.reason.strip():
            raise Refused("Give the reason for the extension with --reason.")
        found["extended"] = deadlines.extended_for_pit(
            clock,
            received=asked.received,
            final=final.date,
            until=asked.extend_to,
            holidays=calendar,
            notice=asked.notice or final.date,
            second_reason=asked.second_reason,
        ).deadline
    return found


def _as_data(deadline: Deadline) -> dict[str, Any]:
    return {
        "date": deadline.date.isoformat(),
        "in_words": deadlines.in_words(deadline.date),
        "kind": deadline.kind,
        "source": deadline.source,
        "steps": [
            {"date": step.date.isoformat(), "day": step.day, "kind": step.kind, "what": step.what}
            for step in deadline.steps
        ],
        "warnings": list(deadline.warnings),
    }
