from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    name = "correspondence.caseload"

    def ready(self) -> None:
        """Register this app's kinds of jobs."""
        from correspondence.caseload import tasks  # noqa: F401, PLC0415 - models are loaded only now
