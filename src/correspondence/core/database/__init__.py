"""Django's PostgreSQL backend, which also hears when a commit was not confirmed (named as ``ENGINE``)."""
