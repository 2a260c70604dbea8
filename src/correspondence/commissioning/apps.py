from django.apps import AppConfig


class CommissioningConfig(AppConfig):
    name = "correspondence.commissioning"
