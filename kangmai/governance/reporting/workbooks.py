"""Workbooks as kept, their bindings read and checked."""

from collections.abc import Iterable
from typing import Any

from kangmai.analytics.errors import AreaUnknown, IndicatorUnknown
from kangmai.analytics.rules import find_indicator
from kangmai.governance.reporting import models
from kangmai.governance.reporting.types import Binding, BindingFault, Part, When, Workbook
from kangmai.governance.reporting.workbook.sheets import require_free
from kangmai.kernel.errors import KangmaiError
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division


def workbook_of(row: models.Workbook) -> Workbook:
    """A workbook as the rest of the house sees it."""
    return Workbook(
        id=row.id,
        name=row.name,
        area=row.area,
        sheets=tuple(row.sheets),
        bindings=tuple(map(_binding, row.bindings)),
        digest=row.digest,
        uploaded_at=row.uploaded_at,
        uploaded_by_name=row.uploaded_by_name,
        is_invented=row.is_invented,
        version=row.version,
    )


def _binding(row: list[str]) -> Binding:
    sheet, cell, indicator, area, part, when = row
    return Binding(sheet, cell, indicator, area, Part(part), When(when))


def written(of: Binding) -> list[Any]:
    """A binding as JSON."""
    return [of.sheet, of.cell, of.indicator, of.area, of.part.value, of.when.value]


def faults_of(row: models.Workbook, bindings: Iterable[Binding]) -> tuple[BindingFault, ...]:
    """Which bindings cannot hold, cell by cell."""
    found = []
    for each in bindings:
        try:
            _require(row, each)
        except KangmaiError as error:
            found.append(BindingFault(each.place, error))
    return tuple(found)


def _require(row: models.Workbook, each: Binding) -> None:
    require_free(bytes(row.content), row.name, each.sheet, each.cell)
    on = legal_day(row.uploaded_at)
    if find_indicator(each.indicator, on=on) is None:
        raise IndicatorUnknown(indicator=each.indicator[:40], on=on)
    if find_division(each.area) is None:
        raise AreaUnknown(area=each.area[:14])
