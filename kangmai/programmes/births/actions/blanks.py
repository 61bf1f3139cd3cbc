"""Numbered blanks: handed to institutions by the bureau, spoiled with a reason, used once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.programmes.births import events, models, rules
from kangmai.programmes.births.errors import (
    BlankNotHere,
    InstitutionUnknown,
    KeyReused,
    NoBlank,
    NumberTaken,
)
from kangmai.programmes.births.reach import ISSUE, KEEP, desk
from kangmai.programmes.births.types import BlankState
from kangmai.registry import queries as registry
from kangmai.registry.errors import OrganizationUnknown


def receive_blanks(
    *, organization: int, first: str, count: int, key: UUID, actor: Actor, at: datetime
) -> int:
    """Hand a batch of consecutive numbers to an institution of one's area; how many it holds.

    Raises:
        NotPermitted, InstitutionUnknown, NumberUnreadable, BatchUnfit, KeyReused
        NumberTaken: one of them was handed out before; nothing is handed out.
    """
    require(actor, KEEP)
    place = _place(organization, actor)
    rule = rules.rule(place, on=rules.today(at))
    numbers = list(rules.numbers_from(first, count, rule))
    with transaction.atomic():
        before = set(models.Blank.objects.filter(batch=key).values_list("number", flat=True))
        if before:
            if before != set(numbers):
                raise KeyReused()
            return len(before)
        rows = [
            models.Blank(number=each, organization=organization, place_code=place, batch=key, received_at=at)
            for each in numbers
        ]  # fmt: skip
        there = models.Blank.objects.filter(number__in=numbers).order_by("number").first()
        if there is not None:
            raise NumberTaken(number=there.number)
        models.Blank.objects.bulk_create(rows)
        data = {"organization": organization, "first": numbers[0], "count": len(rows)}
        write_down_and_announce(events.BLANKS, "Organization", organization, data=data, actor=actor, at=at)  # fmt: skip
    return len(rows)


def _place(organization: int, actor: Actor) -> str:
    try:
        division, _jurisdiction = registry.codes_of_place(organization_id=organization)
    except OrganizationUnknown:
        raise InstitutionUnknown(organization=organization) from None
    places = [place for grant in actor.grants if {KEEP, "*"} & grant.permissions for place in grant.places]  # fmt: skip
    if not any(place.covers(division) for place in places):
        raise InstitutionUnknown(organization=organization)
    return division


def spoil_blank(*, number: str, reason: str, actor: Actor, at: datetime) -> None:
    """Take a blank of one's own institution out of use: misprinted, torn, lost.

    Raises:
        NotPermitted, BlankNotHere, ReasonMissing
    """
    organization, _place_code = desk(actor, ISSUE)
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = _own(organization).filter(number="".join(number.upper().split())).first()
        if row is None:
            raise BlankNotHere(number=number[:16])
        row.state, row.reason = BlankState.SPOILED.value, why
        row.save(update_fields=["state", "reason"])
        data = {"organization": organization, "number": row.number, "state": row.state}
        write_down_and_announce(events.BLANKS, "Blank", row.number, data=data, reason=why, actor=actor, at=at)  # fmt: skip


def take_blank(organization: int, number: str = "") -> models.Blank:
    """A blank of an institution, locked and used: the one named, else the next.

    Raises:
        BlankNotHere, NoBlank
    """
    rows = _own(organization)
    named = "".join(number.upper().split())
    row = rows.filter(number=named).first() if named else rows.order_by("number").first()
    if row is None:
        raise BlankNotHere(number=named[:16]) if named else NoBlank()
    row.state = BlankState.USED.value
    row.save(update_fields=["state"])
    return row


def _own(organization: int) -> QuerySet[models.Blank]:
    return models.Blank.objects.select_for_update().filter(
        organization=organization, state=BlankState.BLANK.value
    )
