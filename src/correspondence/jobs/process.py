"""What Dramatiq loads in each process of a worker: the application, and its broker.

``dramatiq correspondence.jobs.process`` is what ``run_worker`` turns into.
"""

from __future__ import annotations

import django
import dramatiq

__all__ = ["broker"]

django.setup()

from correspondence.jobs import broker  # noqa: E402 - its models exist once Django is set up

dramatiq.set_broker(broker.connected())
