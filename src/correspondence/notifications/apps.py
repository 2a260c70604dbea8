from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "correspondence.notifications"

    def ready(self) -> None:
        """Register this app's kinds of jobs."""
        from correspondence.notifications import tasks  # noqa: F401, PLC0415 - models are loaded only now
