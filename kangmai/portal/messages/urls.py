"""Addresses of the inbox, of one's channels, and of the queue that leads outside."""

from django.urls import path

from kangmai.portal.messages.views import channels, inbox, outbound

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="inbox-read"),
    path("inbox/<uuid:message_id>/", inbox.open_message, name="inbox-message"),
    path("inbox/channels/", channels.channels, name="inbox-channels"),
    path("inbox/channels/<slug:channel>/", channels.choose, name="inbox-channel"),
    path("outbound-messages/", outbound.deliveries, name="outbound"),
    path("outbound-messages/<uuid:delivery_id>/", outbound.decide, name="outbound-delivery"),
]
