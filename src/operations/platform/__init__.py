"""``deploy/platform.toml``: the one table of the platform, as typed objects, and what is written from it."""
