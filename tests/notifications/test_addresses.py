"""The addresses in messages are the service's own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from correspondence.core import settings
from correspondence.notifications import addresses


@dataclass
class About:
    case_id: int | None = None
    recipient_id: int | None = None
    values: dict[str, str | int] = field(default_factory=dict)


def test_an_address_is_made_from_ids() -> None:
    message = About(case_id=7, values={"assignment_id": 31})

    assert addresses.address("case_address", message) == f"{settings.current().base_url}/cases/7/"
    assert addresses.address("assignment_address", message).endswith("/cases/7/assignments/31/")


def test_a_message_about_no_case_has_no_address_of_one() -> None:
    with pytest.raises(ValueError, match="about no case"):
        addresses.address("case_address", About())


@pytest.mark.parametrize("made", ["https://evil.example/", "//evil.example/", "/a b", "/a\nb", "/[x](y)", ""])
def test_what_is_no_path_of_the_service_is_refused(monkeypatch: pytest.MonkeyPatch, made: str) -> None:
    monkeypatch.setitem(addresses._makers, "case_address", lambda _about: made)  # noqa: SLF001 - a maker gone wrong

    with pytest.raises(ValueError, match="no path of this service"):
        addresses.address("case_address", About(case_id=7))


@pytest.mark.parametrize("name", sorted(addresses.NEEDS))
def test_every_address_that_a_wording_may_use_is_made_by_an_app(name: str) -> None:
    assert name in addresses._makers  # noqa: SLF001 - asked without a message


@pytest.mark.parametrize("name", ["case_address", "address_of_nobody"])
def test_an_address_is_made_in_one_place_and_under_a_known_name(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        addresses.made_by(name)
