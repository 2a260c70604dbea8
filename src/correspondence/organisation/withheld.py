"""Messages to the account of a deployment, which has no mailbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from correspondence.notifications import withholding
from correspondence.organisation import queries

if TYPE_CHECKING:
    from correspondence.notifications.withholding import Addressed


@withholding.because("to an account that tries the service out")
def _to_a_trial_account(message: Addressed) -> bool:
    return queries.is_tried_out_by(recipient_id=message.recipient_id, email=message.recipient_email)
