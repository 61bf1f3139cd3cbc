from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "kangmai.programmes.engine"
    label = "programmes"

    def ready(self) -> None:
        from kangmai.programmes.engine import handlers

        handlers.register()
