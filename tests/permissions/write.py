"""Write the permission table as the application answers it now: ``make permissions``."""

from __future__ import annotations

import csv

import pytest

from tests.permissions.test_every_address import TABLE, rows
from tests.permissions.world import PEOPLE

pytestmark = pytest.mark.django_db


def test_write_the_table() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["address", "method", *PEOPLE], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
    assert TABLE.stat().st_size > 0
