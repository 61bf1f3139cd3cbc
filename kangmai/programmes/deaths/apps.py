from django.apps import AppConfig


class DeathsConfig(AppConfig):
    name = "kangmai.programmes.deaths"
    label = "deaths"
