"""Durable jobs: a row committed with the change that caused it, carried to a worker by its id."""
