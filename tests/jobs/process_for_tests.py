"""What Dramatiq loads in a worker of the tests: the real thing, the kinds of the tests, and short limits."""

from __future__ import annotations

from correspondence.jobs.process import broker
from tests.jobs import kinds_for_tests

__all__ = ["broker"]

kinds_for_tests.shorten_limits()
