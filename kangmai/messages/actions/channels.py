"""Choose by which channels one hears of messages outside the house; off is the beginning."""

from datetime import datetime

from django.db import transaction

from kangmai.kernel import audit, sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.messages import models
from kangmai.messages.channels import channel, checked_address
from kangmai.messages.errors import ChoiceChanged
from kangmai.messages.types import DeliveryState, Urgency
from kangmai.standards.calendars import legal_day


def choose_channel(
    *,
    channel_id: str,
    is_on: bool,
    address: str = "",
    least_urgency: Urgency = Urgency.URGENT,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Turn a channel on or off for the actor's own account; off also takes back what is still queued.

    Args:
        address: kept sealed; empty keeps the one there is.
        least_urgency: only messages at least so urgent go out.
        expected_version: 0 where nothing was chosen before.

    Raises:
        ChannelUnknown, AddressIncorrect, ChoiceChanged.
    """
    found = channel(channel_id, on=legal_day(at))
    with transaction.atomic():
        row = _locked(channel_id, expected_version, actor)
        if is_on and (address or row.address is None):
            _keep_address(row, checked_address(found, address))
        row.is_on, row.least_urgency, row.updated_at = is_on, least_urgency.rank, at
        row.version = expected_version + 1
        row.save()
        if not is_on:
            _take_back(channel_id, actor, at)
        with unit_of_work() as database:
            audit.record(
                database,
                actor=actor,
                at=at,
                action="messages.channel_on" if is_on else "messages.channel_off",
                object_type="Channel",
                object_id=channel_id,
            )


def opened_address(row: models.ChannelChoice) -> str:
    """The address of a choice, opened; empty where the channel needs none."""
    if row.address is None or row.address_key is None:
        return ""
    bound_to = _place(row.account_id, row.channel)
    return sealing.unseal(row.address_key, bytes(row.address), bound_to=bound_to).decode()


def _locked(channel_id: str, expected: int, actor: Actor) -> models.ChannelChoice:
    rows = models.ChannelChoice.objects.select_for_update()
    row = rows.filter(account_id=actor.account, channel=channel_id).first()
    current = row.version if row else 0
    if current != expected:
        raise ChoiceChanged(current=current, expected=expected)
    return row or models.ChannelChoice(account_id=actor.account, channel=channel_id)


def _keep_address(row: models.ChannelChoice, address: str) -> None:
    if address:
        row.address_key, row.address = sealing.seal(
            address.encode(), bound_to=_place(row.account_id, row.channel)
        )


def _place(account_id: int, channel: str) -> bytes:
    return f"channel:{account_id}:{channel}".encode()


def _take_back(channel_id: str, actor: Actor, at: datetime) -> None:
    waiting = models.Delivery.objects.filter(
        account_id=actor.account, channel=channel_id, state=DeliveryState.WAITING.value
    )
    waiting.update(state=DeliveryState.DISMISSED.value, next_at=None, ended_at=at)
