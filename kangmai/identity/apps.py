from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "kangmai.identity"
    label = "identity"
