from django.apps import AppConfig


class Hl7v2Config(AppConfig):
    name = "kangmai.exchange.hl7v2"
    label = "hl7v2"
