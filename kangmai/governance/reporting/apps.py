from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "kangmai.governance.reporting"
    label = "reporting"
