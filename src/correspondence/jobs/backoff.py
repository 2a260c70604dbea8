"""How long a job waits before it is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

FIRST_SECONDS = 5
LONGEST_SECONDS = 3600
JITTER = 0.2


def after(attempts: int, *, chance: random.Random | None = None) -> timedelta:
    """The wait after so many attempts: doubling from 5 seconds to 1 hour.

    A fifth is added or taken at random, so that jobs which failed together do not come back together.
    """
    doubled = FIRST_SECONDS * 2 ** min(attempts - 1, 20)
    part = (chance or random).uniform(1 - JITTER, 1 + JITTER)
    return timedelta(seconds=min(doubled, LONGEST_SECONDS) * part)
