from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "kangmai.epidemic.orders"
    label = "orders"
