from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    name = "kangmai.epidemic.supplies"
    label = "supplies"
