"""Addresses of the pages of orders."""

from django.urls import path

from kangmai.portal.orders.views.orders import change, new, notice, order, orders

urlpatterns = [
    path("emergency-mode/", orders, name="emergency"),
    path("emergency-mode/notice/", notice, name="ordered-notice"),
    path("emergency-mode/orders/new/", new, name="ordered-order-new"),
    path("emergency-mode/orders/<uuid:order_id>/", order, name="ordered-order"),
    path("emergency-mode/orders/<uuid:order_id>/change/", change, name="ordered-order-change"),
]
