from django.apps import AppConfig


class VenuesConfig(AppConfig):
    name = "kangmai.epidemic.venues"
    label = "venues"

    def ready(self) -> None:
        # every door of the mode is registered where it is defined
        from kangmai.epidemic.venues import actions, queries  # noqa: F401
