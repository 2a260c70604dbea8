"""Counting what a page asks of the database, as the limits on statements count it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_COUNTED = re.compile(
    r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT|BEGIN|COMMIT)"
    r'|(FROM|UPDATE|INTO) "django_session"'
    r'|FROM "organisation_user" WHERE "organisation_user"."id" = \d+ LIMIT 21'
    r'|FROM "organisation_membership" .*WHERE "organisation_membership"."user_id" = \d+$'
    r'|FROM "organisation_teamcorrespondencetype" WHERE "organisation_teamcorrespondencetype"."team_id" IN'
    r'|FROM "core_dateofcasework"'
)
"""The session, the person, their memberships with what those deal with, the date row, transaction control."""


class Statements(list[str]):
    """The statements that count, in their order."""


@contextmanager
def counted() -> Iterator[Statements]:
    """Collects the statements that count: ``with counted() as asked: …; assert len(asked) <= 18``."""
    asked = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield asked
    asked.extend(one["sql"] for one in captured if not NOT_COUNTED.search(one["sql"]))
