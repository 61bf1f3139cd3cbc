"""Figures that were counted elsewhere: a table of them, read and checked line by line."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from kangmai.analytics.errors import (
    AreaUnknown,
    IndicatorUnknown,
    OutsideCellTooLong,
    OutsideCellUnreadable,
    OutsideColumnsMissing,
    OutsideTableUnfit,
    OutsideValueDiffers,
)
from kangmai.analytics.indicators.definition import (
    Indicator,
    get_indicator,
    indicator_named,
)
from kangmai.analytics.indicators.outside_possible import check_once, check_possible
from kangmai.analytics.types import Form, Outside
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import parse_period

COLUMNS = {
    "indicator": "指标",
    "area": "区划代码",
    "period": "期间",
    "value": "数值",
    "numerator": "分子",
    "denominator": "分母",
    "supplier": "提供单位",
    "document": "文号或来源",
    "received_on": "收到日期",
}
MOST_LINES = 5000
LONGEST = {"supplier": 120, "document": 200}
TOO_LONG = Words(f"超过 {MOST_LINES} 行", f"it has more than {MOST_LINES} lines")
NO_LINES = Words("表头下没有数据行", "there is no line below the headers")
NO_CSV = Words("不是 CSV 文件，或不是 UTF-8、GB 18030 编码", "it is no CSV in UTF-8 or GB 18030")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of a table; the first line below the headers is 2."""

    line: int
    error: KangmaiError


def read(content: bytes, *, on: date) -> tuple[list[Outside], list[Fault]]:
    """The figures of a table in CSV (UTF-8 or GB 18030), and what is wrong with which line, as of a day.

    Raises:
        OutsideColumnsMissing: headers are missing.
        OutsideTableUnfit: it is no such table.
    """
    try:
        return _read(csv.DictReader(io.StringIO(_decoded(content))), on=on)
    except csv.Error:
        raise OutsideTableUnfit(reason=NO_CSV) from None


def _read(rows: csv.DictReader, *, on: date) -> tuple[list[Outside], list[Fault]]:
    names = {each.strip(): each for each in rows.fieldnames or ()}
    found = {key: names.get(key) or names.get(zh) for key, zh in COLUMNS.items()}
    optional = {"value", "numerator", "denominator"}
    if missing := [zh for key, zh in COLUMNS.items() if key not in optional and not found[key]]:
        raise OutsideColumnsMissing(columns="、".join(missing))
    cells = (
        {key: (row.get(name) or "").strip() if name else "" for key, name in found.items()}
        for row in rows
    )
    # the lines of the file: the reader passes empty ones over
    return _figures(((rows.line_num, each) for each in cells), on=on)


def read_rows(rows: Iterable[Mapping[str, str]], *, on: date) -> tuple[list[Outside], list[Fault]]:
    """The figures of lines of cells by the names of `COLUMNS`, and what is wrong with which line; empty ones are passed over.

    Raises:
        OutsideTableUnfit: there are too many lines, or none.
    """
    return _figures(enumerate(rows, start=1), on=on)


def _figures(
    rows: Iterable[tuple[int, Mapping[str, str]]], *, on: date
) -> tuple[list[Outside], list[Fault]]:
    figures: list[Outside] = []
    faults: list[Fault] = []
    said: dict[tuple[object, ...], int] = {}
    for number, (line, cells) in enumerate(rows):
        if number >= MOST_LINES:
            raise OutsideTableUnfit(reason=TOO_LONG)
        if not any(cells.values()):
            continue
        try:
            figure = checked(cells, on=on)
            check_once(figure, said, line)
            figures.append(figure)
        except KangmaiError as error:
            faults.append(Fault(line, error))
    if not figures and not faults:
        raise OutsideTableUnfit(reason=NO_LINES)
    return figures, faults


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise OutsideTableUnfit(reason=NO_CSV)


def checked(cells: Mapping[str, str], *, on: date) -> Outside:
    """One figure of its cells as text.

    Raises:
        IndicatorUnknown, PeriodNotCounted, PeriodIncorrect, AreaUnknown, OutsideCellUnreadable,
        OutsideCellTooLong, OutsideValueDiffers, OutsideImpossible.
    """
    period = parse_period(cells["period"])
    id = indicator_named(cells["indicator"], on=period.latest_day)
    rule = get_indicator(id, period=period)
    if rule.form is not Form.OUTSIDE:
        raise IndicatorUnknown(indicator=rule.id, on=period.latest_day)
    if find_division(cells["area"]) is None:
        raise AreaUnknown(area=cells["area"])
    for name, most in LONGEST.items():
        if not cells[name]:
            raise OutsideCellUnreadable(column=COLUMNS[name], value="")
        if len(cells[name]) > most:
            raise OutsideCellTooLong(column=COLUMNS[name], most=most, length=len(cells[name]))
    numerator, denominator = (_whole(cells, name) for name in ("numerator", "denominator"))
    figure = Outside(
        indicator=rule.id,
        area=cells["area"],
        period=period,
        value=_value(cells, rule, numerator, denominator),
        numerator=numerator,
        denominator=denominator,
        supplier=cells["supplier"],
        document=cells["document"],
        received_on=_day(cells),
    )
    check_possible(figure, rule, on=on)
    return figure


def _whole(cells: Mapping[str, str], name: str) -> int | None:
    text = cells.get(name, "").replace(",", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise OutsideCellUnreadable(column=COLUMNS[name], value=text[:20])
    return int(text)


def _day(cells: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(cells["received_on"])
    except ValueError:
        raise OutsideCellUnreadable(
            column=COLUMNS["received_on"], value=cells["received_on"][:20]
        ) from None


def _value(
    cells: Mapping[str, str], rule: Indicator, numerator: int | None, denominator: int | None
) -> Decimal:
    """The value as given, or worked out of its parts by the rule; where both are there they must agree."""
    text = cells.get("value", "").replace(",", "").rstrip("%")
    given = _decimal(text) if text else None
    if numerator is None or denominator is None:
        if given is None or numerator is not None or denominator is not None:
            raise OutsideCellUnreadable(column=COLUMNS["value"], value=text[:20])
        return given
    made = rule.value(numerator, denominator) if denominator else None
    if made is None:
        raise OutsideCellUnreadable(column=COLUMNS["denominator"], value=str(denominator))
    if given is not None and abs(given - made) > Decimal(1).scaleb(-rule.digits):
        raise OutsideValueDiffers(value=given, made=made)
    return made


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= 10**15:
        raise OutsideCellUnreadable(column=COLUMNS["value"], value=text[:20])
    return found


def needed(every: tuple[Indicator, ...]) -> Iterator[Indicator]:
    """The indicators that only somebody outside can supply."""
    return (each for each in every if each.form is Form.OUTSIDE)
