"""What a password must be."""

from __future__ import annotations

import unicodedata

import pytest
from django.contrib.auth.hashers import make_password

from correspondence.core.errors import Refused
from correspondence.organisation import passwords
from correspondence.organisation.models import User

RUTH = User(full_name="Ruth Ashworth", email="ruth.ashworth@example.invalid")


def refusal(password: str) -> str:
    with pytest.raises(Refused) as refused:
        passwords.check(password, RUTH)
    assert refused.value.field == "password"
    return str(refused.value)


@pytest.mark.parametrize("length", [1, 9])
def test_shorter_than_ten_characters_is_refused(length: int) -> None:
    assert "10 characters or more" in refusal("kx7ß!rbqz"[:length])


def test_longer_than_128_characters_is_refused() -> None:
    assert "128 characters or fewer" in refusal("kx7brqzwpm" * 12 + "kx7brqzwp")


@pytest.mark.parametrize(
    "password",
    [
        "kx7 !rbqzw",  # ten characters
        "kx7brqzwpm" * 12 + "kx7brqzw",  # 128
        "лимонное дерево",
        "🪁🪁 paper kite 🪁🪁",
        "   spaces   outside   ",
        "paper-lantern-42",
    ],
)
def test_any_characters_are_allowed_within_the_limits(password: str) -> None:
    passwords.check(password, RUTH)


@pytest.mark.parametrize("password", ["password123", "PASSWORD123", "1234567890", "iloveyou17", "highschool"])
def test_well_known_passwords_are_refused(password: str) -> None:
    assert "many people use" in refusal(password)


@pytest.mark.parametrize(
    "password",
    [
        "correspondence",
        "Disclosure2026!",
        "d1scl0sure-2026",
        "FreedomOfInformation",
        "foi-case-tool-1",
        "RuthAshworth1!",
        "ashworth-ruth-99",
        "W3lc0me-Ruth",
    ],
)
def test_words_of_the_service_and_of_the_person_do_not_make_a_password(password: str) -> None:
    assert "words of this service" in refusal(password)


def test_a_word_of_the_service_may_stand_among_others() -> None:
    passwords.check("nine green disclosures", RUTH)


def test_somebody_elses_name_is_no_reason_to_refuse() -> None:
    passwords.check("gwendolen-hartley", RUTH)


def test_an_accent_may_be_typed_as_one_character_or_two() -> None:
    composed = "crème brûlée 42"
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    assert passwords.normalised(composed) == passwords.normalised(decomposed)


def test_a_hash_is_salted_and_made_by_argon2() -> None:
    first, second = make_password("paper-lantern-42"), make_password("paper-lantern-42")
    assert first.startswith("argon2$argon2id$")
    assert first != second
