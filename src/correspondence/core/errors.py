"""What can be said no to, in words that a person can act on."""


class Refused(Exception):
    """A rule does not allow what was asked. The message is for a person to read.

    Any other exception is a defect and is left to rise.

    Args:
        message: why, and what to do instead.
        field: the form field that the message belongs beside, when it belongs to one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Invalid(Refused):
    """What was entered cannot be taken as it is.

    Args:
        problems: field and message, one for each thing to mend.
    """

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__(" ".join(message for _field, message in problems), field=problems[0][0])
        self.problems = problems


class OutOfDate(Refused):
    """Somebody else changed the record after the page was shown.

    Args:
        changes: what happened since, in words, oldest first.
    """

    def __init__(self, message: str, *, changes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.changes = changes


class AlreadyDone(Exception):
    """The same form was sent before: nothing is done again, and the first result is shown.

    Args:
        record_id: the record that the first sending made or changed.
    """

    def __init__(self, record_id: int) -> None:
        super().__init__("This form was already sent.")
        self.record_id = record_id


class Misconfigured(Exception):
    """A setting is missing or not allowed; the message names it."""
