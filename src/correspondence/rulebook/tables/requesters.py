"""Who asks, and how a request came in: ``policy/requesters.yaml``."""

from __future__ import annotations

from typing import Literal

from correspondence.rulebook.tables.base import Code, Row, SourcedRow, Words


class RequesterType(SourcedRow):
    """A kind of requester, for statistics."""

    code: Code
    label: Words


class DeliveryMethod(SourcedRow):
    """How a request came in, and what must be there before a case can be opened.

    Attributes:
        needs: the words of the request or a file that holds them, or files alone.
        needs_postal_address: the answer goes by post.
    """

    code: Code
    label: Words
    needs: Literal["message_or_files", "files"]
    needs_postal_address: bool


class Requesters(Row):
    """The choices of the form, in its order."""

    requester_types: tuple[RequesterType, ...]
    delivery_methods: tuple[DeliveryMethod, ...]
