"""The worklist as a file: a table for a spreadsheet, or a page to take along."""

import csv
import io
from collections.abc import Iterator

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.kernel.errors import NotFound
from kangmai.portal.programmes import choice, reach, rows, veiled, wording
from kangmai.portal.programmes.choice import Choice
from kangmai.portal.programmes.rows import Line
from kangmai.portal.shell import words
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Row, Show
from kangmai.standards.calendars import legal_day

STEP = 200
MOST = 2000
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FormatUnknown(NotFound):
    """The list is not made as '{format}'; there are csv, xlsx and pdf."""

    zh = "列表没有“{format}”格式，可用 csv、xlsx、pdf。"


@require_safe
@signed_in
def worklist_file(request: PortalRequest, format: str) -> HttpResponse:
    """The list of a filter as a file, at most `MOST` lines."""
    reach.require_staff(request.actor)
    if format not in KINDS:
        raise FormatUnknown(format=format)
    chosen = choice.read(request.GET)
    table = [_cells(line) for line in _lines(request, chosen)]
    if chosen.show is Show.TO_SEE and not chosen.is_narrowed:
        table += [_veiled_cells(line) for line in veiled.lines(actor=request.actor, at=request.at)]
    content = (
        csv_of(_columns(), table) if format == "csv" else _document(request, chosen, table, format)
    )
    name = f"follow-ups-{legal_day(request.at)}.{format}"
    return FileResponse(
        io.BytesIO(content),
        content_type=KINDS[format],
        filename=name,
        as_attachment=format != "pdf",
    )


def _lines(request: PortalRequest, chosen: Choice) -> tuple[Line, ...]:
    found = tuple(_rows(request, chosen))
    teams = reach.institution_names(row.enrolment.organization for row in found)
    return rows.lines(found, on=legal_day(request.at), teams=teams, by_way=chosen.by_way)


def _rows(request: PortalRequest, chosen: Choice) -> Iterator[Row]:
    after, count = "", 0
    while count < MOST:
        found = queries.worklist(
            filter=chosen.filter(), after=after, limit=STEP, actor=request.actor, at=request.at
        )
        yield from found.rows
        count, after = count + len(found.rows), found.after
        if not after:
            return


def _columns() -> list[str]:
    return [
        _("Name"),
        _("Sex"),
        _("Age"),
        _("Index number"),
        _("Division"),
        _("Service"),
        _("Why"),
        _("Due"),
        _("Lateness"),
        _("Latest class"),
        _("Latest visit"),
        _("Telephone"),
        _("Attempts"),
    ]


def _cells(line: Line) -> list[str]:
    return [
        line.name,
        line.sex,
        line.age,
        line.number,
        " ".join(filter(None, (line.place, line.home))),
        line.service,
        " ".join(filter(None, (line.alarm, line.why))),
        line.due_on,
        line.due,
        line.latest,
        line.latest_on,
        line.phone,
        str(line.attempts or ""),
    ]


def _veiled_cells(line: veiled.Line) -> list[str]:
    """A resident whom a colleague visits: name, where, by when, and nothing else."""
    blank = [""] * (len(_columns()) - 9)
    said = _("a colleague visits")
    return [line.name, "", "", line.number, line.place, said, "", line.due_on, line.due, *blank]


def csv_of(columns: list[str], table: list[list[str]]) -> bytes:
    """With a mark by which spreadsheets see that it is UTF-8; no cell can begin a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in line] for line in table)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell


def _document(request: PortalRequest, chosen: Choice, table: list[list[str]], format: str) -> bytes:
    names = reach.institution_names(reach.institutions(request.actor)[:1])
    data = {
        "title": f"{_('Follow-ups')} · {wording.show(chosen.show)}",
        "institution": next(iter(names.values()), ""),
        "printed_on": words.day(legal_day(request.at)),
        "columns": _columns(),
        "rows": table,
    }
    return documents.render(
        "list",
        data,
        format=Format.PDF if format == "pdf" else Format.XLSX,
        language=wording.language(),
        on=legal_day(request.at),
    )
