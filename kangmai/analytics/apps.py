"""The room as a Django app."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "kangmai.analytics"
    label = "analytics"
