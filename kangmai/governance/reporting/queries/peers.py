"""Bulletins of other cities, their figures, and confirmed ones side by side with ours."""

from contextlib import suppress
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kangmai.analytics import queries as figures
from kangmai.analytics.errors import IndicatorUnknown, PeriodNotCounted
from kangmai.analytics.rules import Indicator, find_indicator
from kangmai.analytics.types import Figure
from kangmai.governance.reporting import models
from kangmai.governance.reporting.errors import BulletinUnknown
from kangmai.governance.reporting.peers import figure_of
from kangmai.governance.reporting.reach import PEERS_READ, rows_of
from kangmai.governance.reporting.types import Decision, PeerBulletin, PeerFigure, SideBySide
from kangmai.kernel.actor import Actor, NotPermitted
from kangmai.standards.errors import PeriodIncorrect
from kangmai.standards.periods import parse_period

PAGE = 30
MOST_FIGURES = 1000


def _bulletins(actor: Actor) -> QuerySet:
    counts = {
        "total": Count("figures"),
        "waits": Count("figures", filter=Q(figures__decision=Decision.WAITING.value)),
        "taken": Count("figures", filter=Q(figures__decision=Decision.CONFIRMED.value)),
    }
    return rows_of(models.PeerBulletin, actor, PEERS_READ).annotate(**counts)


def peer_bulletins(
    *, after: str = "", limit: int = PAGE, actor: Actor
) -> tuple[tuple[PeerBulletin, ...], str]:
    """Bulletins that were read, the newest first, and the cursor of the next page. Raises NotPermitted."""
    rows = _bulletins(actor).order_by("-id")
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(map(_bulletin, found[:limit])), following


def _bulletin(row: object) -> PeerBulletin:
    of = row
    return PeerBulletin(
        of.id, of.name, of.origin, of.uploaded_at, of.uploaded_by_name, of.total, of.waits, of.taken  # type: ignore[attr-defined]
    )  # fmt: skip


def get_peer_bulletin(*, bulletin_id: UUID, actor: Actor) -> PeerBulletin:
    """One bulletin. Raises NotPermitted, BulletinUnknown."""
    row = _bulletins(actor).filter(id=bulletin_id).first()
    if row is None:
        raise BulletinUnknown()
    return _bulletin(row)


def peer_figures(
    *,
    bulletin_id: UUID,
    decision: Decision | None = None,
    after: str = "",
    limit: int = PAGE,
    actor: Actor,
) -> tuple[tuple[PeerFigure, ...], str]:
    """The figures of a bulletin in the order of its text, and the cursor of the next page.

    Raises:
        NotPermitted, BulletinUnknown.
    """
    get_peer_bulletin(bulletin_id=bulletin_id, actor=actor)
    rows = models.PeerFigure.objects.filter(bulletin=bulletin_id).order_by("id")
    if decision is not None:
        rows = rows.filter(decision=decision.value)
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__gt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(map(figure_of, found[:limit])), following


def side_by_side(*, indicator: str = "", actor: Actor) -> tuple[SideBySide, ...]:
    """Confirmed figures of other cities by indicator and period, each beside ours where it can be counted.

    Raises:
        NotPermitted.
    """
    rows = rows_of(models.PeerFigure, actor, PEERS_READ, column="bulletin__area")
    rows = rows.filter(decision=Decision.CONFIRMED.value).order_by("indicator", "-period", "place", "-id")  # fmt: skip
    if indicator:
        rows = rows.filter(indicator=indicator)
    groups: dict[tuple[str, str], list[PeerFigure]] = {}
    for row in rows[:MOST_FIGURES]:
        groups.setdefault((row.indicator, row.period), []).append(figure_of(row))
    return tuple(_side(id, period, peers, actor) for (id, period), peers in groups.items())


def _side(indicator: str, period: str, peers: list[PeerFigure], actor: Actor) -> SideBySide:
    ours, rule = _ours(indicator, period, actor)
    if rule is None:
        return SideBySide(indicator, period, tuple(peers), None, "")
    return SideBySide(indicator, period, tuple(peers), ours, rule.unit.zh, rule.base)


def _ours(indicator: str, period: str, actor: Actor) -> tuple[Figure | None, Indicator | None]:
    """Our own figure for a period and its rule; None where we count no such thing."""
    try:
        asked = parse_period(period)
        rule = find_indicator(indicator, on=asked.latest_day)
        area = figures.area_of(actor)
        if rule is None or not area:
            return None, None
        found = figures.compute(indicator=indicator, period=asked, area=area, actor=actor)
    except (PeriodIncorrect, PeriodNotCounted, IndicatorUnknown, NotPermitted):
        return None, None
    return found.total, rule
