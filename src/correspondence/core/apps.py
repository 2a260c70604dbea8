from django.apps import AppConfig

from correspondence.core import clock


class CoreConfig(AppConfig):
    name = "correspondence.core"

    def ready(self) -> None:
        from correspondence.core import models  # noqa: PLC0415 - models exist only once apps are loaded

        clock.read_shift_with(models.read_shift)
