from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "correspondence.jobs"

    def ready(self) -> None:
        """Register this app's kinds of jobs."""
        from correspondence.jobs import tasks  # noqa: F401, PLC0415 - models are loaded only now
