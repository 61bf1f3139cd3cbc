from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "kangmai.portal"
    label = "portal"
