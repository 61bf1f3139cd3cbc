"""Bulletins of other cities as kept."""

from kangmai.governance.reporting import models
from kangmai.governance.reporting.reading.scales import plain
from kangmai.governance.reporting.types import Decision, PeerFigure, Status


def figure_of(row: models.PeerFigure) -> PeerFigure:
    """A figure as the rest of the house sees it."""
    return PeerFigure(
        id=row.id,
        bulletin=row.bulletin_id,
        sentence=row.sentence,
        name=row.name,
        value=None if row.value is None else plain(row.value),
        unit=row.unit,
        place=row.place,
        period=row.period,
        indicator=row.indicator,
        status=Status(row.status),
        decision=Decision(row.decision),
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        version=row.version,
    )
