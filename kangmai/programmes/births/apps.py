from django.apps import AppConfig


class BirthsConfig(AppConfig):
    name = "kangmai.programmes.births"
    label = "births"

    def ready(self) -> None:
        from kangmai.programmes.births import handlers

        handlers.register()
