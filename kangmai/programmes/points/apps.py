from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "kangmai.programmes.points"
    label = "points"
