from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "kangmai.epidemic.tasks"
    label = "tasks"

    def ready(self) -> None:
        # every door of the mode is registered where it is defined
        from kangmai.epidemic.tasks import actions, queries  # noqa: F401
