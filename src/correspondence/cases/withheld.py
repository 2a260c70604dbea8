"""Messages about a case that was made to try the service out, whoever they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.cases.models import Case
from correspondence.notifications import withholding

if TYPE_CHECKING:
    from correspondence.notifications.withholding import Addressed


@withholding.because("about a case that tries the service out")
def _about_a_trial(message: Addressed) -> bool:
    return message.case_id is not None and (
        Case.objects.filter(pk=message.case_id, for_smoke_tests=True).exists()
    )
