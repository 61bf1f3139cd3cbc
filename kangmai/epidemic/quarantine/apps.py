from django.apps import AppConfig


class QuarantineConfig(AppConfig):
    name = "kangmai.epidemic.quarantine"
    label = "quarantine"

    def ready(self) -> None:
        # every door of the mode is registered where it is defined
        from kangmai.epidemic.quarantine import actions, handlers, queries  # noqa: F401

        handlers.register()
