"""Changing the database's tables while the last release goes on using them.

A change comes in steps over two releases: expand, fill, switch, contract. ``linter`` refuses what would
break the code that still runs, or keep it waiting for a lock; ``applying`` applies what was let through.
"""
