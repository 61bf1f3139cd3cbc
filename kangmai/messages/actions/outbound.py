"""Send what waits in the queue, try again with growing pauses, and let an administrator decide on the rest."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kangmai.access import queries as access
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.definitions import Definition
from kangmai.messages import channels, models
from kangmai.messages.actions.channels import opened_address
from kangmai.messages.channels import Outgoing
from kangmai.messages.errors import DeliveryUnknown
from kangmai.messages.templates import template
from kangmai.messages.types import DeliveryState, Urgency
from kangmai.standards.calendars import legal_day

BATCH = 50
AT_ONCE = 4
LEASE = timedelta(minutes=5)
"""How long a sender has a delivery to itself; longer than a batch of the slowest channel takes."""


def send_due(*, at: datetime) -> int:
    """Send what is due, at least once; returns how many were tried.

    Nothing is sent within a transaction: deliveries are taken with a lease, sent, then settled.
    """
    taken = _take(at)
    if not taken:
        return 0
    known = channels.channels(on=legal_day(at))
    calls = _outgoing(taken)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="messages") as pool:
        faults = list(pool.map(_send, [known.get(row.channel) for row in taken], calls))
    for row, fault in zip(taken, faults, strict=True):
        _settle(row, known.get(row.channel), fault, at)
    fields = ["state", "fault", "next_at", "ended_at"]
    models.Delivery.objects.bulk_update(taken, fields)
    return len(taken)


def repeat_delivery(*, delivery_id: UUID, actor: Actor, at: datetime) -> None:
    """Try a delivery that was given up anew, from the first attempt. Raises DeliveryUnknown, NotPermitted."""
    changes = {"state": DeliveryState.WAITING.value, "attempts": 0, "next_at": at, "ended_at": None}
    _decide(delivery_id, "messages.repeated", changes, actor, at)


def dismiss_delivery(*, delivery_id: UUID, actor: Actor, at: datetime) -> None:
    """Leave a delivery that was given up. Raises DeliveryUnknown, NotPermitted."""
    _decide(delivery_id, "messages.dismissed", {"state": DeliveryState.DISMISSED.value}, actor, at)


def _decide(
    delivery_id: UUID, action: str, changes: dict[str, object], actor: Actor, at: datetime
) -> None:
    require(actor, "feed.manage")
    with transaction.atomic():
        dead = models.Delivery.objects.filter(id=delivery_id, state=DeliveryState.DEAD.value)
        if not dead.update(**changes):
            raise DeliveryUnknown(id=delivery_id)
        with unit_of_work() as database:
            audit.record(
                database,
                actor=actor,
                at=at,
                action=action,
                object_type="Delivery",
                object_id=str(delivery_id),
            )


def _take(at: datetime) -> list[models.Delivery]:
    with transaction.atomic():
        due = models.Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        due = due.filter(state=DeliveryState.WAITING.value, next_at__lte=at)
        rows = list(due.select_related("message").order_by("next_at", "id")[:BATCH])
        for row in rows:
            row.attempts += 1
            row.next_at = at + LEASE
        models.Delivery.objects.bulk_update(rows, ["attempts", "next_at"])
    return rows


def _outgoing(rows: Sequence[models.Delivery]) -> list[Outgoing | None]:
    """What each delivery says; None where the account has turned the channel off meanwhile."""
    accounts = {row.account_id for row in rows}
    chosen = {
        (each.account_id, each.channel): each
        for each in models.ChannelChoice.objects.filter(account_id__in=accounts, is_on=True)
    }
    people = access.logins_and_languages(account_ids=accounts)
    return [
        _one(row, chosen[row.account_id, row.channel], people[row.account_id])
        if (row.account_id, row.channel) in chosen and row.account_id in people
        else None
        for row in rows
    ]


def _one(row: models.Delivery, choice: models.ChannelChoice, person: tuple[str, str]) -> Outgoing:
    login, language = person
    message = row.message
    found = template(message.template, on=legal_day(message.created_at))
    return Outgoing(
        delivery=str(row.id),
        template=message.template,
        account_id=row.account_id,
        login=login,
        address=opened_address(choice),
        text=found.content["outbound"]["zh" if language.startswith("zh") else "en"],
        link=f"{settings.PUBLIC_URL}/inbox/",
        urgency=tuple(Urgency)[message.urgency].value,
    )


def _send(found: Definition | None, outgoing: Outgoing | None) -> str | None:
    """The fault of one attempt, nothing, or None where nobody wants it any more."""
    if outgoing is None:
        return None
    if found is None or not channels.is_open(found):
        return "ChannelClosed"
    return channels.send(found, outgoing)


def _settle(
    row: models.Delivery, found: Definition | None, fault: str | None, at: datetime
) -> None:
    pauses = found.content["retry_seconds"] if found else ()
    row.fault = (fault or "")[:48]
    if fault and row.attempts <= len(pauses):
        row.next_at = at + timedelta(seconds=pauses[row.attempts - 1])
        return
    row.next_at, row.ended_at = None, at
    row.state = (
        DeliveryState.DISMISSED
        if fault is None
        else DeliveryState.DEAD
        if fault
        else DeliveryState.SENT
    ).value
