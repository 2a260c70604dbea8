from django.apps import AppConfig
from django.core.signals import got_request_exception

from correspondence.pages.middleware.reference import log_exception


class PagesConfig(AppConfig):
    name = "correspondence.pages"

    def ready(self) -> None:
        # Django's own log of errors quotes addresses and values; ours does not, and is the one kept.
        got_request_exception.connect(log_exception, dispatch_uid="pages.log_exception")
