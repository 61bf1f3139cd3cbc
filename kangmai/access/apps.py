from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "kangmai.access"
    label = "access"
