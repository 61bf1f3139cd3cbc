from django.apps import AppConfig


class FamilyConfig(AppConfig):
    name = "kangmai.identity.family"
    label = "family"
