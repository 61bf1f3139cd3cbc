from django.apps import AppConfig


class BulletinConfig(AppConfig):
    name = "kangmai.epidemic.bulletin"
    label = "bulletin"

    def ready(self) -> None:
        # every door of the mode is registered where it is defined
        from kangmai.epidemic.bulletin import actions, queries  # noqa: F401
