"""What the drills take from ``platform.toml``."""

from __future__ import annotations

from operations.platform.load import load

PLATFORM = load()
TARGETS = PLATFORM.targets
PARTS = {service: name for name, part in PLATFORM.parts.items() for service in part.services(name)}
"""The part that each service of Compose is of."""
