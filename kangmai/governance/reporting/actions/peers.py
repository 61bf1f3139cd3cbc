"""Take a bulletin of another city in; say, figure by figure, what it states."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.analytics.rules import find_indicator, indicator_named
from kangmai.governance.reporting import events, models
from kangmai.governance.reporting.errors import (
    BulletinKnown,
    BulletinUnknown,
    FigureIncomplete,
    OriginMissing,
)
from kangmai.governance.reporting.peers import figure_of
from kangmai.governance.reporting.reach import PEERS_CONFIRM, rows_of
from kangmai.governance.reporting.reading.bulletin import read_bulletin
from kangmai.governance.reporting.types import Decision, PeerFigure, Status
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.kernel.words import Words, listed
from kangmai.standards.calendars import legal_day


def take_in(
    *, name: str, content: bytes, origin: str, area: str, actor: Actor, at: datetime
) -> UUID:
    """Read a bulletin and keep its figures, none of which counts before a person confirmed it.

    Raises:
        NotPermitted, BulletinUnreadable, OriginMissing.
        BulletinKnown: the same file was read before.
    """
    require(actor, PEERS_CONFIRM, area)
    if not origin.strip():
        raise OriginMissing()
    quoted = read_bulletin(content, name=name)
    found = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        known = models.PeerBulletin.objects.filter(area=area, digest=found).first()
        if known is not None:
            raise BulletinKnown(name=known.name)
        row = models.PeerBulletin.objects.create(
            id=uuid7(), name=name.strip()[:120], origin=origin.strip()[:300], area=area, digest=found,
            uploaded_by=actor.account, uploaded_by_name=actor.name, uploaded_at=at,
        )  # fmt: skip
        models.PeerFigure.objects.bulk_create(
            models.PeerFigure(
                id=uuid7(), bulletin=row, sentence=each.sentence, name=each.figure[:200],
                value=each.value, unit=each.unit[:40], place=each.place[:60], period=each.period,
                indicator=each.indicator, status=each.status.value,
            )
            for each in quoted
        )  # fmt: skip
        data = {"area": area, "figures": len(quoted)}
        write_down_and_announce(events.READ, "PeerBulletin", row.id, data=data, actor=actor, at=at)
    return row.id


def decide(
    *,
    figure_id: UUID,
    decision: Decision,
    indicator: str = "",
    place: str = "",
    period: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> PeerFigure:
    """Say that a figure is what it seems, put right what it is a value of, or reject it; it can be decided anew.

    Raises:
        NotPermitted, BulletinUnknown, ChangedMeanwhile.
        FigureIncomplete: confirmed without an indicator, place or period, or with a value that is lost or cannot be.
    """
    with transaction.atomic():
        row = _locked(figure_id, actor)
        require_version(row.version, expected_version)
        if decision is Decision.CONFIRMED:
            _complete(row, _indicator(indicator, at), place.strip(), period.strip())
        row.decision, row.version = decision.value, row.version + 1
        row.decided_by, row.decided_by_name, row.decided_at = actor.account, actor.name, at
        row.save()
        data = {"decision": decision.value, "indicator": row.indicator}
        write_down_and_announce(events.DECIDED, "PeerFigure", row.id, data=data, actor=actor, at=at)
    return figure_of(row)


def _locked(figure_id: UUID, actor: Actor) -> models.PeerFigure:
    reach = rows_of(models.PeerFigure, actor, PEERS_CONFIRM, column="bulletin__area")
    row = reach.select_for_update(of=("self",)).filter(id=figure_id).first()
    if row is None:
        raise BulletinUnknown()
    return row


def _indicator(said: str, at: datetime) -> str:
    """The indicator of an id or a name, empty where it is none."""
    on = legal_day(at)
    id = indicator_named(said, on=on)
    return id if find_indicator(id, on=on) else ""


def _complete(row: models.PeerFigure, indicator: str, place: str, period: str) -> None:
    missing = [
        name
        for name, said in (
            (Words("指标", "an indicator"), indicator),
            (Words("地区", "a place"), place),
            (Words("期间", "a period"), period),
        )
        if not said
    ]
    if row.value is None or row.status != Status.STATED.value:
        missing.append(Words("完整、合理的数值", "a value that is whole and can be"))
    if missing:
        raise FigureIncomplete(missing=listed(missing))
    row.indicator, row.place, row.period = indicator[:64], place[:60], period[:16]
