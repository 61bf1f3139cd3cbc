from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "kangmai.forms"
    label = "forms"
