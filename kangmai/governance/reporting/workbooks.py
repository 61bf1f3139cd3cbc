"""Workbooks as kept, their bindings read and checked."""

from collections.abc import Iterable
from typing import Any

from kangmai.analytics.errors import AreaUnknown, IndicatorUnknown
from kangmai.analytics.rules import Indicator, find_indicator
from kangmai.governance.reporting import models
from kangmai.governance.reporting.errors import BindingCellTaken
from kangmai.governance.reporting.types import Binding, BindingFault, Part, When, Workbook
from kangmai.governance.reporting.workbook.sheets import require_free, sign_shown
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import find_division

COUNTED = Words("个", "whole numbers")


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
    rule = find_indicator(each.indicator, on=on)
    if rule is None:
        raise IndicatorUnknown(indicator=each.indicator[:40], on=on)
    if find_division(each.area) is None:
        raise AreaUnknown(area=each.area[:14])
    _require_sign(row, each, rule)


def _require_sign(row: models.Workbook, each: Binding, rule: Indicator) -> None:
    """A cell that writes % or ‰ takes only what is counted in it. Raises BindingCellTaken."""
    sign = sign_shown(bytes(row.content), row.name, each.sheet, each.cell)
    unit = rule.unit if each.part is Part.VALUE else COUNTED
    if sign and sign != unit.zh:
        reason = Words(
            f"按{sign}显示，而数据单位是“{unit.zh}”", f"shows {sign}, the figure is in {unit.en}"
        )
        raise BindingCellTaken(place=each.place[:60], reason=reason)
