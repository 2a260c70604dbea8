"""What a process does that uploads a response and stops in the middle of it, to be killed there."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING
from unittest.mock import patch

from correspondence.cases import access
from correspondence.cases.models import Case
from correspondence.core import clock
from correspondence.documents.actions import receiving, uploading
from correspondence.organisation.models import User
from tests.documents.samples import sample
from tests.documents.uploads import Sent

if TYPE_CHECKING:
    from typing import Any, Never


def stop_here() -> Never:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


class StopsHalfway(Sent):
    """A file whose second half does not come. Looking at it takes only its beginning."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 2 * 1024**2:
            stop_here()
        return super().read(size)


def attach_and_stop(*args: Any, **more: Any) -> Never:
    receiving.attach(*args, **more)
    stop_here()


def upload(case_id: str, responder: str, place: str) -> None:
    """Upload two files, and say ``here`` on the standard output at the place named.

    Args:
        place: ``storing``: in the middle of the second file; ``committing``: before the rows are committed.
    """
    case = Case.objects.get(pk=case_id)
    kind = StopsHalfway if place == "storing" else Sent
    with patch.object(uploading, "attach", attach_and_stop):
        uploading.add_responses(
            case_id=case.pk,
            files=[Sent("First.pdf"), kind("Second.pdf", sample("pdf", size=5 * 1024**2))],
            message="",
            acting=access.acting_on(case, User.objects.get(full_name=responder), event="add_responses"),
            now=clock.now(),
        )
