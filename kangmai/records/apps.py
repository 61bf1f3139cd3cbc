from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "kangmai.records"
    label = "records"

    def ready(self) -> None:
        from kangmai.kernel import feed
        from kangmai.records.subscriptions.matching import SUBSCRIPTION

        feed.subscribe(SUBSCRIPTION)
