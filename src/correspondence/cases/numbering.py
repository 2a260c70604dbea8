"""Case numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from datetime import date


def next_number(received: date) -> str:
    """The next number of this received date: ``YYMMDD`` and a count of at least three digits.

    The counter's row stays locked until the transaction ends, so that parallel creations queue and
    a creation that is rolled back gives its number back. Numbers are never used again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_numbercounter (received_date, last) VALUES (%s, 1)"
            " ON CONFLICT (received_date) DO UPDATE SET last = cases_numbercounter.last + 1 RETURNING last",
            [received],
        )
        (count,) = cursor.fetchone()
    return f"{received:%y%m%d}{count:03d}"
