from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "kangmai.programmes.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from kangmai.programmes.campaigns import handlers

        handlers.register()
