"""Durable jobs and their dispatch: a row committed with the change that caused it, carried to a worker by its id."""
