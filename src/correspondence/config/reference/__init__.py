"""The reference for people, written from the code: each page is a function of what runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from correspondence.config.reference import glossary, rules, running

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "reference"
"""Where the pages are kept."""


def pages() -> Mapping[str, str]:
    """Every page of the reference, by the name of its file."""
    return {
        "addresses.md": running.addresses(),
        "commands.md": running.commands(),
        "events.md": rules.events(),
        "facts.md": rules.names(),
        "glossary.md": glossary.words(),
        "jobs.md": running.jobs(),
        "messages.md": rules.messages(),
        "permissions.md": rules.permissions(),
        "settings.md": running.settings(),
    }
