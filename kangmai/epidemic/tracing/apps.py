from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "kangmai.epidemic.tracing"
    label = "tracing"

    def ready(self) -> None:
        # every door of the mode is registered where it is defined
        from kangmai.epidemic.tracing import actions, handlers, queries  # noqa: F401

        handlers.register()
