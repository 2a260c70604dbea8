"""What invented people ask: names, subjects and letters, put together by a seeded chance.

Nobody here exists. Addresses end in ``example.invalid``.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from correspondence.cases.validation import RequestDetails

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

COMMON_WORD = "information"
"""In nearly every letter: what a search finds too much of."""

RARE_WORD = "ptarmigan"
"""In about one letter of ``RARE_ONE_IN``."""

RARE_ONE_IN = 2000
BY_POST = 0.05
GIVES_REASONS = 0.6
LONGEST_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject, and what a letter asks about it."""

    subject: str
    asked: str


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of ``words.toml``."""

    first_names: Sequence[str]
    last_names: Sequence[str]
    streets: Sequence[str]
    towns: Sequence[str]
    places: Sequence[str]
    openings: Sequence[str]
    reasons: Sequence[str]
    further: Sequence[str]
    closings: Sequence[str]
    rarities: Sequence[str]
    messages: Sequence[str]
    in_favour: Sequence[str]
    requester_types: Mapping[str, int]
    topics: Sequence[Topic]


@cache
def words() -> Words:
    """The words, read once."""
    read = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return Words(**(read | {"topics": [Topic(**topic) for topic in read["topics"]]}))


def chance(seed: int, index: int) -> random.Random:
    """The chance that decides about one case: the same for the same seed and place, whatever else is made."""
    return random.Random(f"{seed}:{index}")  # noqa: S311 - invented cases are no secret


def request(dice: random.Random, *, received: date) -> RequestDetails:
    """What somebody asked on that day."""
    first, last = dice.choice(words().first_names), dice.choice(words().last_names)
    by_post = dice.random() < BY_POST
    kinds = words().requester_types
    subject, message = _letter(dice, received)
    return RequestDetails(
        name=f"{first} {last}",
        email="" if by_post else f"{first}.{last}{dice.randrange(1, 100)}@example.invalid".lower(),
        postal_address=_address(dice) if by_post else "",
        requester_type=dice.choices(list(kinds), list(kinds.values()))[0],
        delivery_method="sent_by_post" if by_post else "sent_by_email",
        subject=subject,
        message=message,
        received_date=received,
    )


def _address(dice: random.Random) -> str:
    street, town = dice.choice(words().streets), dice.choice(words().towns)
    return f"{dice.randrange(1, 180)} {street} Street\n{town}\nZZ{dice.randrange(1, 99)} 9ZZ"


def _letter(dice: random.Random, received: date) -> tuple[str, str]:
    """The subject and the words of a request."""
    topic, place = dice.choice(words().topics), dice.choice(words().places)
    since = received.year - dice.randrange(1, 6)
    period = dice.choice(
        (f"since {since}", f"{since} to {received.year}", f"in {since}", "in the last financial year")
    )
    parts = [dice.choice(words().openings), f"Please send me {topic.asked}, {period}, for {place}."]
    if dice.random() < GIVES_REASONS:
        parts.append(dice.choice(words().reasons))
    parts += [text.format(place=place) for text in dice.sample(words().further, dice.randrange(1, 5))]
    if dice.randrange(RARE_ONE_IN) == 0:
        parts.append(dice.choice(words().rarities))
    parts.append(dice.choice(words().closings))
    return f"{topic.subject}, {place}, {period}"[:LONGEST_SUBJECT], "\n\n".join(parts)
