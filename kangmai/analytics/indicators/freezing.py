"""Frozen results as rows, and back."""

from decimal import Decimal
from typing import Any

from kangmai.analytics.models import FrozenFigure
from kangmai.analytics.types import By, Figure, Freeze, Result, Status
from kangmai.standards.periods import Period


def figures_json(result: Result) -> list[list[Any]]:
    """The total first, then the parts."""
    return [_figure_json(each) for each in (result.total, *result.parts)]


def _figure_json(figure: Figure) -> list[Any]:
    value = str(figure.value) if figure.value is not None else None
    return [
        figure.area,
        figure.status.value,
        value,
        figure.numerator,
        figure.denominator,
        figure.known,
    ]


def _figure(row: list[Any]) -> Figure:
    area, status, value, numerator, denominator, known = row
    exact = Decimal(value) if value is not None else None
    return Figure(area, Status(status), exact, numerator, denominator, known)


def freeze_of(row: FrozenFigure) -> Freeze:
    """A row as the rest of the house sees it."""
    whole, *parts = map(_figure, row.figures)
    return Freeze(
        id=row.id,
        result=Result(
            indicator=row.indicator,
            rule_from=row.rule_from,
            rule=row.rule,
            period=Period(row.period_start, row.period_end),
            by=By(row.broken_down_by) if row.broken_down_by else None,
            total=whole,
            parts=tuple(parts),
            cutoff=row.cutoff,
            manifest=row.manifest,
        ),
        note=row.note,
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by,
        frozen_by_name=row.frozen_by_name,
    )
