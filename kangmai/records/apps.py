from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "kangmai.records"
    label = "records"
