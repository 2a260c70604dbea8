from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "correspondence.documents"

    def ready(self) -> None:
        """Register the facts and the kinds of jobs."""
        from correspondence.documents import facts, tasks  # noqa: F401, PLC0415 - models are loaded only now
