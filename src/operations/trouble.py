"""What stops a start, in words for the person at the keyboard."""

from __future__ import annotations


class Trouble(Exception):
    """The start cannot go on, and this is why.

    Args:
        message: what is wrong, as a sentence.
        advice: what to do about it; may have several lines.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice
        if advice:
            self.add_note(advice)
