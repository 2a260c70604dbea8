from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "correspondence.cases"

    def ready(self) -> None:
        from correspondence.cases import effects, facts, withheld  # noqa: F401, PLC0415 - they register themselves
