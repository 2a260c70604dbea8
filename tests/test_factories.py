"""The factories lead cases to where they say, and leave them consistent."""

from __future__ import annotations

import pytest

from correspondence.cases import access
from tests.factories import STATES, FoiCase

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("workflow", "state"), [(workflow, state) for workflow, states in STATES.items() for state in states]
)
def test_a_case_can_be_made_in_every_state(workflow: str, state: str) -> None:
    case = FoiCase(state=state, workflow=workflow)
    assert (case.state, case.workflow) == (state, workflow)
    assert access.situation_of(case, None).is_flagged == (workflow != "standard")
    assert case.version == case.transitions.count()
