"""A result as a file: CSV that Excel opens in Chinese, and XLSX; how the figure was made stands above it."""

import csv
import io
from collections.abc import Callable, Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font

from kangmai.analytics.rules import Indicator
from kangmai.analytics.types import Figure, Result
from kangmai.portal.indicators.asking import Asked, named
from kangmai.portal.indicators.presenters import area_name, parts, said, shown, status_word
from kangmai.portal.shell import words

Line = list[str | int | float | None]
FORMULA_STARTS = ("=", "+", "-", "@", "\t")


def table(found: Result, rule: Indicator, asked: Asked) -> list[Line]:
    """The lines of a file."""
    whole = shown(found.total, name=area_name(asked.area), rule=rule)
    named_parts = zip(parts(found, rule, asked), found.parts, strict=True)
    return [
        *_head(found, rule),
        [],
        [_("Code"), _("Area"), _("Status"), f"{_('Value')} ({said(rule.unit)})", _("Numerator"), _("Denominator"), _("Completeness")],
        _line(found.total, whole.name),
        *(_line(figure, part.name) for part, figure in named_parts),
    ]  # fmt: skip


def _written(text: str) -> str | float:
    """A number of a page as a number, everything else as it stands."""
    try:
        return float(text.replace(",", "")) if text else text
    except ValueError:
        return text


def plain(
    title: str, facts: Iterable[tuple[str, str]], names: Line, rows: Iterable[Iterable[str]]
) -> list[Line]:
    """The lines of a table that stands on a page: its title, what is to say of it, names of columns, rows."""
    said: list[Line] = [[name, text] for name, text in facts]
    cells: list[Line] = [[_written(cell) for cell in row] for row in rows]
    return [[title], *said, [], names, *cells]


def _head(found: Result, rule: Indicator) -> list[Line]:
    return [
        [said(rule.title)],
        [_("Period"), named(found.period)],
        [_("Numerator"), said(rule.numerator)],
        [_("Denominator"), said(rule.denominator)],
        [_("Base"), said(rule.base)],
        [_("Rule"), f"{rule.id} {rule.effective_from} {rule.rule}"],
        [_("Verified"), _("yes") if rule.is_verified else _("to be verified")],
        [_("Data up to"), words.instant(found.cutoff)],
    ]


def _line(figure: Figure, name: str) -> Line:
    completeness = figure.completeness
    return [
        figure.area,
        name,
        status_word(figure.status),
        float(figure.value) if figure.value is not None else None,
        figure.numerator,
        figure.denominator,
        float(completeness) if completeness is not None else None,
    ]


def as_csv(lines: list[Line]) -> bytes:
    """UTF-8 with its mark, so that Excel reads Chinese; no cell begins a formula."""
    file = io.StringIO()
    csv.writer(file).writerows([[_harmless(cell) for cell in line] for line in lines])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _harmless(cell: str | int | float | None) -> str | int | float | None:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def as_xlsx(lines: list[Line]) -> bytes:
    """A workbook of one sheet, its titles bold."""
    book = Workbook()
    sheet = book.active
    for line in lines:
        sheet.append([_harmless(cell) for cell in line])
    for row in (1, len(_head_rows(lines)) + 2):
        for cell in sheet[row]:
            cell.font = Font(bold=True)
    for column, width in zip("ABCDEFG", (24, 34, 18, 14, 14, 14, 14), strict=True):
        sheet.column_dimensions[column].width = width
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head_rows(lines: list[Line]) -> list[Line]:
    """The lines before the first empty one."""
    return lines[: next(at for at, line in enumerate(lines) if not line)]


TYPES: dict[str, tuple[str, Callable[[list[Line]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}


def answer(lines: list[Line], *, name: str, kind: str) -> HttpResponse:
    """A table as a file to keep."""
    content_type, write = TYPES[kind]
    made = HttpResponse(write(lines), content_type=content_type)
    made["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return made
