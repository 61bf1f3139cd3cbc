from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "kangmai.epidemic.grid"
    label = "grid"
