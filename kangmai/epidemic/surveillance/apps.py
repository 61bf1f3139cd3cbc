from django.apps import AppConfig


class SurveillanceConfig(AppConfig):
    name = "kangmai.epidemic.surveillance"
    label = "surveillance"

    def ready(self) -> None:
        from kangmai.epidemic.surveillance.handlers import register

        register()
