from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "kangmai.programmes.activities"
    label = "activities"
