"""By which channels somebody wants to hear, and the queue of what goes out."""

from django.db import models
from django.db.models import Q

from kangmai.messages.models.inbox import Message
from kangmai.messages.types import DeliveryState, Urgency


class ChannelChoice(models.Model):
    """An account's use of one channel: on or off, from which urgency, and the sealed address."""

    account_id = models.BigIntegerField()
    channel = models.CharField(max_length=16, db_collation="C")
    is_on = models.BooleanField()
    least_urgency = models.PositiveSmallIntegerField()
    address = models.BinaryField(null=True)
    address_key = models.PositiveSmallIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "messages_channel_choice"
        constraints = (
            models.UniqueConstraint(fields=("account_id", "channel"), name="channelchoice_once"),
            models.CheckConstraint(
                condition=Q(least_urgency__lt=len(Urgency)), name="channelchoice_urgency_known"
            ),
            models.CheckConstraint(
                condition=Q(address__isnull=True, address_key__isnull=True)
                | Q(address__isnull=False, address_key__isnull=False),
                name="channelchoice_address_with_key",
            ),
        )


class Delivery(models.Model):
    """One message on its way to one account by one channel."""

    id = models.UUIDField(primary_key=True)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    account_id = models.BigIntegerField()
    channel = models.CharField(max_length=16, db_collation="C")
    state = models.CharField(max_length=12, db_collation="C")
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=48, blank=True, default="", db_collation="C")
    """Why the latest attempt failed: a name, never what a server answered."""
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    """When it is tried next; while it is being tried, when others may take it over."""
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "messages_delivery"
        constraints = (
            models.UniqueConstraint(
                fields=("message", "account_id", "channel"), name="delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.WAITING.value, next_at__isnull=False)
                | Q(
                    state__in=[s.value for s in DeliveryState if s is not DeliveryState.WAITING],
                    next_at__isnull=True,
                ),
                name="delivery_waits_for_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at", "id"), condition=Q(state="waiting"), name="delivery_due"
            ),
            models.Index(fields=("-id",), condition=Q(state="dead"), name="delivery_dead"),
        )
