from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "kangmai.epidemic.teams"
    label = "teams"

    def ready(self) -> None:
        from kangmai.epidemic.teams import handlers

        handlers.register()
