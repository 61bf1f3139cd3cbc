from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kangmai.kernel"
    label = "kernel"
