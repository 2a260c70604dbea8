"""The words of the field. Those of the tables come from the tables; the others from ``glossary.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from correspondence.config.reference import markdown as md
from correspondence.organisation.models import Role
from correspondence.rulebook import reading

WORDS = Path(__file__).with_name("glossary.toml")


def words() -> str:
    """The glossary."""
    kept = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    rulebook = reading.load(reading.SHIPPED)
    closure = rulebook.closure
    return md.page(
        "Glossary",
        "One word for one thing, alike in tables, code, addresses and pages.",
        "## Words",
        md.table(("Word", "Meaning"), sorted(kept["words"].items(), key=lambda pair: pair[0].lower())),
        "## Roles",
        md.table(("Role", "Comes to"), ((label, kept["roles"][value]) for value, label in Role.choices)),
        "## Kinds of case",
        md.table(
            ("Kind", "Code", "Source"),
            ((row.label, f"`{row.code}`", row.source) for row in rulebook.case_types.case_types),
        ),
        "## Workflows",
        md.table(
            ("Workflow", "Meaning"),
            ((f"`{row.workflow}`", kept["workflows"][row.workflow]) for row in rulebook.workflows),
        ),
        "## States",
        md.table(
            ("State", "Code", "Meaning"),
            ((row.in_full, f"`{row.code}`", kept["states"][row.code]) for row in rulebook.states.states),
        ),
        "## Outcomes and refusals",
        md.table(
            ("Words on the page", "Code", "Source"),
            (
                (row.label, f"`{row.code}`", row.source)
                for rows in (
                    closure.information_held,
                    closure.outcomes,
                    closure.refusal_reasons,
                    closure.grounds,
                )
                for row in rows
            ),
        ),
    )
