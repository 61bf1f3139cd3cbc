from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "kangmai.programmes.contracts"
    label = "contracts"

    def ready(self) -> None:
        from kangmai.programmes.contracts import handlers

        handlers.register()
