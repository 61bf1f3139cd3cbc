from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "kangmai.programmes.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from kangmai.programmes.monitoring import handlers

        handlers.register()
