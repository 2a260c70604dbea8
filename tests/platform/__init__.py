"""The platform, proven in its containers: what ``make test-platform`` runs, and what needs none of them."""
