"""Reports as kept, read as the rest of the house sees them."""

from uuid import UUID

from kangmai.documents.types import Document
from kangmai.governance.reporting import models
from kangmai.governance.reporting.lines import line_of
from kangmai.governance.reporting.templates import template
from kangmai.governance.reporting.types import Note, Release, Report, Signer, State, Step, Template
from kangmai.governance.reporting.writing.document import A4, LANGUAGES, document
from kangmai.governance.reporting.writing.stored import digest, document_of
from kangmai.kernel.ids import AccountId
from kangmai.standards.periods import Period


def report_of(row: models.Report) -> Report:
    """A report, with whether its text is still the one that was issued."""
    found = plain_report(row)
    if row.digest is None or bytes(row.digest) == digest_of(row):
        return found
    return plain_report(row, is_same=False)


def plain_report(row: models.Report, *, is_same: bool = True) -> Report:
    """A report as its row says, without looking at its text."""
    earlier = row.corrects
    later = row.corrected_by.filter(state=State.ISSUED.value).values_list("id", flat=True).first()
    return Report(
        id=row.id,
        template=row.template,
        template_from=row.template_from,
        area=row.area,
        period=Period(row.period_start, row.period_end),
        state=State(row.state),
        number=_number(row),
        lines=tuple(map(line_of, row.content)),
        remarks=dict(row.remarks),
        release=Release(row.authority, row.document) if row.authority and row.document else None,
        drafted=Signer(AccountId(row.drafted_by), row.drafted_by_name, row.drafted_at),
        checked=_signer(row.checked_by, row.checked_by_name, row.checked_at),
        issued=_signer(row.issued_by, row.issued_by_name, row.issued_at),
        corrects=row.corrects_id,
        corrects_number=_number(earlier) if earlier else None,
        corrected_by=later,
        is_invented=row.is_invented,
        is_same=is_same,
        version=row.version,
    )


def _number(row: models.Report) -> tuple[int, int] | None:
    return (row.year, row.serial) if row.year and row.serial else None


def _signer(by: int | None, name: str, at: object) -> Signer | None:
    return None if by is None else Signer(AccountId(by), name, at)  # type: ignore[arg-type]


def note_of(row: models.ReportNote) -> Note:
    """A step of the history."""
    return Note(Step(row.step), Signer(AccountId(row.by), row.by_name, row.at), row.text)


def template_of(of: Report) -> Template:
    """The template that a report was begun with."""
    return template(of.template, on=of.template_from)


def composed(row: models.Report, language: str) -> Document:
    """The document that the frozen figures make, whatever was kept."""
    of = plain_report(row)
    earlier = plain_report(row.corrects) if row.corrects else None
    return document(of, template_of(of), language=language, earlier=earlier)


def document_for(row: models.Report, language: str) -> Document:
    """The document: as it was issued, or of an unissued report as it stands."""
    if row.text is None:
        return composed(row, language)
    return document_of(row.text[language], language=language, paper=A4)


def digest_of(row: models.Report) -> bytes:
    """The digest of the text that the frozen figures make now."""
    zh, en = (composed(row, each) for each in LANGUAGES)
    return digest(zh, en)


def earlier_of(report_id: UUID) -> Report | None:
    """An issued report as plain data, for the one that corrects it."""
    row = models.Report.objects.filter(id=report_id).first()
    return plain_report(row) if row else None
