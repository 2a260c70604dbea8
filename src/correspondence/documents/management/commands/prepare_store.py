"""Make the place in which documents are kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from correspondence.documents import storage


class Command(BaseCommand):
    """Run at the start of a deployment; run again, it changes nothing."""

    help = "Make the bucket (or folder) for documents where it is missing, and have the bucket keep versions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing, and say what there is."""
        del args, options
        try:
            said = storage.store().prepare()
        except storage.StoreAway as away:
            raise CommandError(str(away)) from away
        for line in said:
            self.stdout.write(line)
