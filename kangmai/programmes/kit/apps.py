from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "kangmai.programmes.kit"
    label = "kit"
