"""Conditions that several queries share."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import subtree
from kangmai.standards.pinyin import fold_name


def searched(
    rows: QuerySet[Any], text: str, kind: str, division: str, include_closed: bool
) -> QuerySet[Any]:
    """Institutions or places by part of the name, first letters, beginning of the code, kind and division."""
    if not include_closed:
        rows = rows.filter(closed_on=None)
    if kind:
        rows = rows.filter(kind=kind)
    if division:
        reach = subtree(division)
        rows = rows.filter(division_code__gte=reach.low, division_code__lt=reach.high)
    if text := fold_name(text):
        rows = rows.filter(
            Q(name__contains=text) | Q(initials__startswith=text) | Q(code__istartswith=text)
        )
    return rows


def on_day(on: date) -> Q:
    """Rows whose period [from_on, to_on) contains a day."""
    return Q(from_on__lte=on) & (Q(to_on__isnull=True) | Q(to_on__gt=on))
