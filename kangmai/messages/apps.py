from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "kangmai.messages"
    label = "kangmai_messages"  # Django's own messages have the short name

    def ready(self) -> None:
        from kangmai.messages import handlers

        handlers.register()
