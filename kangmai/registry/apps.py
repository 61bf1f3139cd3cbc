from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "kangmai.registry"
    label = "registry"
