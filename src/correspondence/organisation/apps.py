from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "correspondence.organisation"

    def ready(self) -> None:
        from correspondence.organisation import links  # noqa: F401, PLC0415 - says how account mails are addressed
