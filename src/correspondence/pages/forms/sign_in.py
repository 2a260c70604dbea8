"""Signing in, and the ways back in."""

from __future__ import annotations

from typing import Any

from correspondence.organisation.passwords import LONGEST, SHORTEST, normalised
from correspondence.pages.forms.base import PlainForm
from correspondence.pages.forms.fields import EmailField, PasswordField

LONGEST_TYPED = 1000
"""What is taken from a password box: beyond it nobody reads, below it the rule speaks."""


class SignIn(PlainForm):
    """Email address and password."""

    email = EmailField("Email address", autocomplete="username")
    password = PasswordField("Password", autocomplete="current-password", max_length=LONGEST_TYPED)


class ForgottenPassword(PlainForm):
    """Whose password is forgotten."""

    email = EmailField(
        "Email address",
        autocomplete="username",
        hint="We will send a link to it if it belongs to an account",
    )


class NewPassword(PlainForm):
    """A new password, twice."""

    password = PasswordField(
        "New password",
        autocomplete="new-password",
        max_length=LONGEST_TYPED,
        hint=f"{SHORTEST} to {LONGEST} characters. Three words that do not belong together are a good start.",
    )
    confirmation = PasswordField("New password again", autocomplete="new-password", max_length=LONGEST_TYPED)

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        answers = super().clean() or {}
        password, confirmation = answers.get("password"), answers.get("confirmation")
        if password and confirmation and normalised(password) != normalised(confirmation):
            self.add_error("confirmation", "The two passwords are not the same")
        return answers
