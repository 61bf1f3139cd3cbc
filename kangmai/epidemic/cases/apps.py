from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "kangmai.epidemic.cases"
    label = "cases"

    def ready(self) -> None:
        from kangmai.epidemic.cases import handlers

        handlers.register()
