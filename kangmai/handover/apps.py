from django.apps import AppConfig


class HandoverConfig(AppConfig):
    name = "kangmai.handover"
    label = "handover"
