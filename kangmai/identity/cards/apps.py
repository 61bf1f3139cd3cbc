from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "kangmai.identity.cards"
    label = "cards"
