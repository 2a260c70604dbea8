"""Writing the reference for people from the code."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from correspondence.config import reference


class Command(BaseCommand):
    """Writes what has changed; run again, it changes nothing."""

    help = "Write the pages of docs/reference from the code."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, and say which pages were out of date."""
        del args, options
        reference.FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in reference.pages().items():
            page = reference.FOLDER / name
            if not page.exists() or page.read_text(encoding="utf-8") != text:
                page.write_text(text, encoding="utf-8")
                self.stdout.write(f"{name} was out of date.")
