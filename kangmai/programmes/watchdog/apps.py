from django.apps import AppConfig


class WatchdogConfig(AppConfig):
    name = "kangmai.programmes.watchdog"
    label = "watchdog"
