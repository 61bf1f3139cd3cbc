"""The chain of errands of a birth: begun with the certificate, written by desks, filled in where the house knows."""

import datetime
from datetime import timedelta

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.programmes.births import events, models, rules
from kangmai.programmes.births.types import WAITING, ItemState, KnownBy, Source

NUMBERED = "01"
"""The resident identity card, by the code set of identity documents: a number is given with the household entry."""


def begin(row: models.Birth, issued_on: datetime.date) -> None:
    """Open the items of the rule in force; a chain that runs already is left alone."""
    if row.items.exists():
        return
    rule = rules.rule(row.place_code, on=issued_on)
    row.rule_version = rule.version
    models.Item.objects.bulk_create(
        models.Item(birth=row, item=each, position=n, due_on=rules.due_on(rule, each, issued_on))
        for n, each in enumerate(rule.items)
    )


def look_again(row: models.Birth) -> None:
    """Bring into line from which day on something is late; the row is locked and saved by the caller."""
    due = (
        models.Item.objects.filter(birth=row, state__in=[each.value for each in WAITING])
        .order_by("due_on")
        .values_list("due_on", flat=True)
        .first()
    )
    row.late_from = due + timedelta(1) if due else None


def know(
    row: models.Birth, by: KnownBy, on: datetime.date, *, actor: Actor, at: datetime.datetime
) -> bool:
    """Fill in the items that the house knows to be done; whether anything changed. The row is locked."""
    rule = rules.rule_numbered(row.rule_version)
    wanted = [each.id for each in rule.items.values() if each.known_by is by] if rule else []
    waiting = [each.value for each in ItemState if each is not ItemState.DONE]
    found = list(models.Item.objects.filter(birth=row, item__in=wanted, state__in=waiting))
    for item in found:
        item.state, item.source, item.since = ItemState.DONE.value, Source.HOUSE.value, on
        item.reason, item.account = "", actor.account
        item.version += 1
        item.save()
        data = {"item": item.item, "state": item.state, "source": item.source}
        write_down_and_announce(events.ITEM, "Birth", row.id, data=data, actor=actor, at=at)
    if found:
        look_again(row)
    return bool(found)


def forget_certificate(row: models.Birth) -> None:
    """Without a certificate the item that said so waits again; its limit stays."""
    rule = rules.rule_numbered(row.rule_version)
    wanted = [e.id for e in rule.items.values() if e.known_by is KnownBy.CERTIFICATE] if rule else []  # fmt: skip
    for item in models.Item.objects.filter(birth=row, item__in=wanted, state=ItemState.DONE.value):
        item.state, item.source, item.since = ItemState.OPEN.value, "", None
        item.version += 1
        item.save()
    look_again(row)


def has_number(child: Resident) -> bool:
    """Whether the child has an identity number of its own, which is given with the entry in the household register."""
    return any(each.kind_code == NUMBERED and each.closed_on is None for each in child.demographics.documents)  # fmt: skip
