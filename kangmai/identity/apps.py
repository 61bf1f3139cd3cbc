from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "kangmai.identity"
    label = "identity"

    def ready(self) -> None:
        from kangmai.identity import handlers

        handlers.register()
