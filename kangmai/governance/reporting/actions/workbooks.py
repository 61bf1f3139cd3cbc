"""Take the level above's own spreadsheet in, bind its cells, and fill them with frozen figures."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from kangmai.analytics import queries as figures
from kangmai.analytics.errors import IndicatorUnknown, PeriodNotCounted
from kangmai.analytics.rules import find_indicator, get_indicator, period_before, year_before
from kangmai.analytics.types import Freeze
from kangmai.governance.reporting import events, models
from kangmai.governance.reporting.errors import CellsEmpty, KeyReused, WorkbookUnknown
from kangmai.governance.reporting.reach import DRAFT, rows_of
from kangmai.governance.reporting.types import Binding, BindingFault, Part, When, Workbook
from kangmai.governance.reporting.workbook.filling import filled
from kangmai.governance.reporting.workbook.sheets import is_percent, names
from kangmai.governance.reporting.workbooks import faults_of, workbook_of, written
from kangmai.governance.reporting.writing import wording
from kangmai.governance.reporting.writing.document import LANGUAGES
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.kernel.words import Words
from kangmai.standards.periods import Period

HUNDRED = Decimal(100)


def upload(
    *,
    name: str,
    content: bytes,
    area: str,
    key: UUID,
    is_invented: bool = False,
    actor: Actor,
    at: datetime,
) -> Workbook:
    """Keep a spreadsheet as it came; the same key again returns the first.

    Raises:
        NotPermitted, WorkbookUnreadable, KeyReused.
    """
    require(actor, DRAFT, area)
    sheets = names(content, name)
    found = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        if (first := models.Workbook.objects.filter(key=key).first()) is not None:
            if (first.digest, first.uploaded_by) != (found, actor.account):
                raise KeyReused()
            return workbook_of(first)
        row = models.Workbook.objects.create(
            id=uuid7(), key=key, name=name.strip()[:120], area=area, content=content, digest=found, sheets=list(sheets),
            uploaded_by=actor.account, uploaded_by_name=actor.name, uploaded_at=at, is_invented=is_invented,
        )  # fmt: skip
        _tell(row, events.UPLOADED, actor, at)
    return workbook_of(row)


def bind(
    *,
    workbook_id: UUID,
    bindings: Sequence[Binding],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> tuple[Workbook, tuple[BindingFault, ...]]:
    """Bind cells to figures; a cell that was bound before gets the new one. With a fault nothing is bound.

    Raises:
        NotPermitted, WorkbookUnknown, ChangedMeanwhile.
    """
    with transaction.atomic():
        row = _locked(workbook_id, expected_version, actor)
        faults = faults_of(row, bindings)
        if not faults:
            known = {each.place: each for each in workbook_of(row).bindings}
            known.update((each.place, each) for each in bindings)
            _keep(row, list(known.values()), actor, at)
    return workbook_of(row), faults


def unbind(
    *, workbook_id: UUID, place: str, expected_version: int, actor: Actor, at: datetime
) -> Workbook:
    """Let a cell go. Raises NotPermitted, WorkbookUnknown, ChangedMeanwhile."""
    with transaction.atomic():
        row = _locked(workbook_id, expected_version, actor)
        _keep(row, [each for each in workbook_of(row).bindings if each.place != place], actor, at)
    return workbook_of(row)


def _locked(workbook_id: UUID, expected_version: int, actor: Actor) -> models.Workbook:
    row = rows_of(models.Workbook, actor, DRAFT).select_for_update().filter(id=workbook_id).first()
    if row is None:
        raise WorkbookUnknown()
    require_version(row.version, expected_version)
    return row


def _keep(row: models.Workbook, bindings: list[Binding], actor: Actor, at: datetime) -> None:
    row.bindings = [written(each) for each in bindings]
    row.version += 1
    row.save()
    _tell(row, events.BOUND, actor, at)


def fill(*, workbook_id: UUID, period: Period, actor: Actor, at: datetime) -> tuple[str, bytes]:
    """The workbook with the frozen figures of a period in its cells: its name and the bytes.

    Raises:
        NotPermitted, WorkbookUnknown.
        CellsEmpty: a bound figure is not frozen or has no such number, or nothing is bound; then there is no file.
    """
    row = rows_of(models.Workbook, actor, DRAFT).filter(id=workbook_id).first()
    if row is None:
        raise WorkbookUnknown()
    of = workbook_of(row)
    numbers: dict[tuple[str, str], Decimal] = {}
    empty: list[Binding] = []
    for each in of.bindings:
        number = _number(row, each, period, actor)
        if number is None:
            empty.append(each)
        else:
            numbers[each.sheet, each.cell] = number
    if empty or not numbers:
        zh, en = ([_wanted(each, period, language) for each in empty] for language in LANGUAGES)
        raise CellsEmpty(
            cells=Words("；".join(zh) or "（未绑定单元格）", "; ".join(en) or "(none is bound)")
        )
    content = filled(bytes(row.content), numbers)
    details = {"period": str(period), "digest": hashlib.sha256(content).hexdigest()}
    with transaction.atomic():
        write_down(events.FILLED, "Workbook", row.id, details=details, actor=actor, at=at)
    return of.name, content


def _wanted(each: Binding, period: Period, language: str) -> str:
    """A cell with the figure that it asks for."""
    chosen = _period_of(each.when, period)
    rule = find_indicator(each.indicator, on=(chosen or period).latest_day)
    title = wording.said(rule.title, language) if rule else each.indicator
    said = wording.period(chosen, language) if chosen else "—"
    return f"{each.place} {title} {wording.area(each.area, language)} {said}"


def _number(row: models.Workbook, each: Binding, period: Period, actor: Actor) -> Decimal | None:
    """The number of a cell, of the latest frozen figure; None where there is none."""
    chosen = _period_of(each.when, period)
    if chosen is None:
        return None
    try:
        rule = get_indicator(each.indicator, period=chosen)
    except (IndicatorUnknown, PeriodNotCounted):
        return None
    found = figures.freezes(indicator=rule.id, period=chosen, area=each.area, actor=actor)
    frozen: Freeze | None = next(iter(found), None)
    if frozen is None:
        return None
    total = frozen.result.total
    if each.part is not Part.VALUE:
        amount = total.numerator if each.part is Part.NUMERATOR else total.denominator
        return None if amount is None else Decimal(amount)
    if total.value is None:
        return None
    shows_percent = is_percent(bytes(row.content), row.name, each.sheet, each.cell)
    return total.value / HUNDRED if shows_percent and rule.unit.en == "%" else total.value


def _period_of(when: When, period: Period) -> Period | None:
    """The period whose number a cell takes; None where nothing stands just before the one that is filled."""
    match when:
        case When.NOW:
            return period
        case When.YEAR_BEFORE:
            return year_before(period)
        case When.PERIOD_BEFORE:
            return period_before(period)


def _tell(row: models.Workbook, event: str, actor: Actor, at: datetime) -> None:
    data = {"area": row.area, "bindings": len(row.bindings)}
    write_down_and_announce(event, "Workbook", row.id, data=data, actor=actor, at=at)
