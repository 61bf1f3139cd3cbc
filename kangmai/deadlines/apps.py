from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "kangmai.deadlines"
    label = "deadlines"
