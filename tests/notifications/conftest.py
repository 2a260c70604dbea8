"""What tests of messages begin with: a provider, and jobs that run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from correspondence.core import settings
from tests.stubs.running import API_KEY, TEMPLATE_ID, RunningStub, running_stub

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStub]:
    with running_stub(tmp_path_factory.mktemp("notify")) as running:
        yield running


@pytest.fixture
def stub(server: RunningStub) -> Iterator[RunningStub]:
    """The stub in the place of GOV.UK Notify, without a fault."""
    before = settings.current()
    settings.use(
        before.model_copy(
            update={
                "notify_url": server.url,
                "notify_api_key": before.notify_api_key.__class__(API_KEY),
                "notify_template_id": TEMPLATE_ID,
            }
        )
    )
    server.fault(fail_next=0)
    yield server
    settings.use(before)
