"""Every form of the service, with what somebody properly sends by it.

``DOORS["destroy_case"]()`` makes the case that it needs and opens the browser of somebody who may. A name
with a dot is the same address again, where its form asks other questions. A test holds this table to the
addresses and to the forms that there are.
"""

from __future__ import annotations

from tests.bad_input import doors_of_answers, doors_of_requests
from tests.bad_input.opening import OPENED

LOADED = (doors_of_requests, doors_of_answers)

DOORS = dict(OPENED)

BUTTONS_ALONE = {"sign_out", "unlock"}
"""Their forms have nothing but the token."""

ASKS_THE_SAME = {"update_closure": "close_outcome", "assign_to_new_team": "assign_responder"}
"""Two addresses, one form: what one has been asked need not be asked of the other."""
