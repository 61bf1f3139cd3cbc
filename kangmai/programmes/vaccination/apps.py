from django.apps import AppConfig


class VaccinationConfig(AppConfig):
    name = "kangmai.programmes.vaccination"
    label = "vaccination"

    def ready(self) -> None:
        from kangmai.programmes.vaccination import handlers

        handlers.register()
