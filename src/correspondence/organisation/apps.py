from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "correspondence.organisation"

    def ready(self) -> None:
        """Say how account mails are addressed and which go nowhere, and register this app's kinds of jobs."""
        from correspondence.organisation import links, tasks, withheld  # noqa: F401, PLC0415 - models are loaded only now
