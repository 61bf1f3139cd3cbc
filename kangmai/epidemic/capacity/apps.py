from django.apps import AppConfig


class CapacityConfig(AppConfig):
    name = "kangmai.epidemic.capacity"
    label = "capacity"
