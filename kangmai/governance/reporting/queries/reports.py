"""Reports of the actor's places, as text, as files, and the card behind each number."""

from contextlib import suppress
from datetime import date
from uuid import UUID

from kangmai.documents import queries as documents
from kangmai.documents.types import Document, Format
from kangmai.governance.reporting.errors import FigureUnknown
from kangmai.governance.reporting.reach import DRAFT, READ, report_row, reports_of
from kangmai.governance.reporting.reading_reports import (
    document_for,
    note_of,
    plain_report,
    report_of,
)
from kangmai.governance.reporting.reading_reports import template_of as template_of_report
from kangmai.governance.reporting.templates import templates
from kangmai.governance.reporting.types import Line, Note, Report, State, Template
from kangmai.governance.reporting.writing.document import card_facts, is_shown, rule_of
from kangmai.kernel.actor import Actor, require

PAGE = 30


def templates_for(*, on: date, actor: Actor) -> tuple[Template, ...]:
    """The templates that reports are written by. Raises NotPermitted."""
    require(actor, DRAFT)
    return templates(on=on)


def template_of(of: Report) -> Template:
    """The template that a report was begun with."""
    return template_of_report(of)


def reports(
    *, state: State | None = None, after: str = "", limit: int = PAGE, actor: Actor
) -> tuple[tuple[Report, ...], str]:
    """Reports of the actor's places, the newest first, and the cursor of the next page. Raises NotPermitted."""
    rows = (
        reports_of(actor).select_related("corrects").defer("text", "corrects__text").order_by("-id")
    )
    if state is not None:
        rows = rows.filter(state=state.value)
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(map(plain_report, found[:limit])), following


def get_report(*, report_id: UUID, actor: Actor) -> Report:
    """One report. Raises NotPermitted, ReportUnknown."""
    return report_of(report_row(report_id, READ, actor=actor))


def notes(*, report_id: UUID, actor: Actor) -> tuple[Note, ...]:
    """The history of a report, from its beginning. Raises NotPermitted, ReportUnknown."""
    row = report_row(report_id, READ, actor=actor)
    return tuple(map(note_of, row.notes.order_by("id")))


def pages(*, report_id: UUID, language: str, actor: Actor) -> Document:
    """The text of a report: as issued, or of an unissued one as it stands. Raises NotPermitted, ReportUnknown."""
    return document_for(report_row(report_id, READ, actor=actor), language)


def file(*, report_id: UUID, format: Format, language: str, actor: Actor) -> bytes:
    """A report as a file; of an issued one always the same bytes.

    Raises:
        NotPermitted, ReportUnknown.
        FontMissing: a PDF is wanted and there is no Chinese font.
    """
    of = pages(report_id=report_id, language=language, actor=actor)
    return documents.write(of, format=format)


def figure(
    *, report_id: UUID, indicator: str, language: str, actor: Actor
) -> tuple[Report, Line, tuple[tuple[str, str], ...]]:
    """A figure of a report, and what its card says by the names of its facts.

    Raises:
        NotPermitted, ReportUnknown.
        FigureUnknown: it is no figure of the report, or one of an outbreak without authority.
    """
    of = get_report(report_id=report_id, actor=actor)
    line = of.line(indicator)
    if line is None or not is_shown(line, of):
        raise FigureUnknown(figure=indicator[:40])
    return of, line, card_facts(line, rule_of(line), of, language)
