"""What a password must be: long, not a common one, and not made of words that anyone here would try."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from django.contrib.auth import password_validation
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

from correspondence.core.errors import Refused

if TYPE_CHECKING:
    from correspondence.organisation.models import User

SHORTEST, LONGEST = 10, 128
FEWEST_OTHER_CHARACTERS = 6
"""How many letters and digits must be left when the words of the service and of the person are taken out."""

SERVICE_WORDS = (
    "correspondence", "disclosure", "information", "government", "department", "confidential", "freedom",
    "clearance", "responder", "requester", "response", "password", "request", "welcome", "casework",
    "official", "manager", "approver", "tool", "case", "admin", "letmein", "qwerty", "foi", "sar",
)  # fmt: skip
SHORTEST_PERSONAL_WORD = 3
LOOKALIKES = tuple(str.maketrans("013457@$!", letters) for letters in ("oleastasi", "oieastasi"))
"""Digits and signs that stand for letters; a one can be an l or an i."""


class Hasher(Argon2PasswordHasher):
    """Argon2id as OWASP's Password Storage Cheat Sheet has it: 19 MiB, two passes, one lane.

    Django's own choice takes 100 MiB and eight threads for each attempt: a few dozen people who sign
    in at nine o'clock, or one who guesses, would take a small server down.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


def normalised(password: str) -> str:
    """One form for one password: a letter with its accent may be typed as one character or as two."""
    return unicodedata.normalize("NFC", password)


def check(password: str, person: User) -> None:
    """Refuse a password that is too weak for this person.

    Raises:
        Refused: says what is wrong with it.
    """
    try:
        password_validation.validate_password(normalised(password), person)
    except ValidationError as wrong:
        raise Refused(wrong.messages[0], field="password") from None


class LengthValidator:
    """10 to 128 characters, of any kind; both limits are allowed."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse what is shorter or longer."""
        del user
        if len(password) < SHORTEST:
            raise ValidationError(f"Password must be {SHORTEST} characters or more", code="short")
        if len(password) > LONGEST:
            raise ValidationError(f"Password must be {LONGEST} characters or fewer", code="long")

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"{SHORTEST} to {LONGEST} characters"


class CommonValidator(password_validation.CommonPasswordValidator):
    """Not one of the 20,000 passwords that are tried first."""

    def get_error_message(self) -> str:
        """What is wrong with it, in our words."""
        return "Choose another password: many people use this one"


class ServiceWordsValidator:
    """Not made of words of this service, or of the person's own name and address, with little else."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse it when too little is left once those words are taken out."""
        plain = password.casefold()
        for reading in (plain, *(plain.translate(letters) for letters in LOOKALIKES)):
            if _other_characters(reading, (*SERVICE_WORDS, *_words_of(user))) < FEWEST_OTHER_CHARACTERS:
                raise ValidationError(
                    "Password must not be made of your name or of words of this service: choose another",
                    code="words",
                )

    def get_help_text(self) -> str:
        """The rule in words."""
        return "Not your name, and not words of this service."


def _other_characters(text: str, words: tuple[str, ...]) -> int:
    """How many letters and digits are left without the words, the longest taken out first."""
    letters = re.sub(r"[\W_]", "", text)
    for word in sorted(words, key=len, reverse=True):
        letters = letters.replace(word, "")
    return len(letters)


def _words_of(user: User | None) -> tuple[str, ...]:
    if user is None:
        return ()
    words = re.split(r"[\W_]+", f"{user.full_name} {user.email.partition('@')[0]}".casefold())
    return tuple({word for word in words if len(word) >= SHORTEST_PERSONAL_WORD})
