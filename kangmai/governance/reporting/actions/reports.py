"""Draft a report, check it, issue it: three persons, figures that are frozen, and a text that stays."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.governance.reporting import events, lines
from kangmai.governance.reporting.errors import (
    AlreadyIssued,
    AuthorityIncomplete,
    DraftWaits,
    FiguresMissing,
    KeyReused,
    NotInThisState,
    ReasonMissing,
    RemarkHoldsNumber,
    SameHand,
)
from kangmai.governance.reporting.models import Report as Row
from kangmai.governance.reporting.models import ReportNote
from kangmai.governance.reporting.reach import CHECK, DRAFT, ISSUE, READ, report_row
from kangmai.governance.reporting.reading_reports import (
    composed,
    document_for,
    plain_report,
    report_of,
    template_of,
)
from kangmai.governance.reporting.telling import tell
from kangmai.governance.reporting.templates import require_fitting, template
from kangmai.governance.reporting.types import Report, State, Step, Template
from kangmai.governance.reporting.writing import wording
from kangmai.governance.reporting.writing.document import LANGUAGES, missing
from kangmai.governance.reporting.writing.stored import digest, stored
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.kernel.words import Words
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period

IN_HAND = (State.DRAFT.value, State.SUBMITTED.value, State.CHECKED.value)
DIGITS = re.compile(r"[0-9\uff10-\uff19]+")
LONGEST_REMARK = 2000


def draft(
    *,
    template_id: str,
    area: str,
    period: Period,
    key: UUID,
    is_invented: bool = False,
    actor: Actor,
    at: datetime,
) -> Report:
    """Begin a report with the latest frozen figures; the same key again returns the first.

    Raises:
        NotPermitted, TemplateUnknown, TemplateNotForArea, PeriodNotOfTemplate, DraftWaits, AlreadyIssued, KeyReused.
    """
    require(actor, READ, area)
    require(actor, DRAFT, area)
    of = template(template_id, on=legal_day(at))
    require_fitting(of, area=area, period=period)
    return _begin(of, area, period, key, None, is_invented, actor, at)


def correct(*, report_id: UUID, key: UUID, actor: Actor, at: datetime) -> Report:
    """Begin the report that corrects an issued one, with the figures that are the latest frozen now.

    Raises:
        NotPermitted, ReportUnknown, NotInThisState, DraftWaits, AlreadyIssued: it was corrected before; KeyReused.
    """
    row = report_row(report_id, DRAFT, actor=actor)
    _require(row, State.ISSUED)
    of = template(row.template, on=row.template_from)
    period = Period(row.period_start, row.period_end)
    return _begin(of, row.area, period, key, row, row.is_invented, actor, at)


def _begin(
    of: Template,
    area: str,
    period: Period,
    key: UUID,
    corrects: Row | None,
    is_invented: bool,
    actor: Actor,
    at: datetime,
) -> Report:
    found = lines.take(of, area=area, period=period, actor=actor)
    with transaction.atomic():
        _hold(area)
        if (first := Row.objects.filter(key=key).first()) is not None:
            if (first.template, first.area, first.drafted_by) != (of.id, area, actor.account):
                raise KeyReused()
            return report_of(first)
        _require_first(of, area, period, corrects)
        row = Row.objects.create(
            id=uuid7(), key=key, template=of.id, template_from=legal_day(at) if corrects is None else corrects.template_from,
            area=area, period_start=period.start, period_end=period.end, state=State.DRAFT.value,
            content=[lines.written(each) for each in found], corrects=corrects, is_invented=is_invented,
            drafted_by=actor.account, drafted_by_name=actor.name, drafted_at=at,
        )  # fmt: skip
        _note(row, Step.DRAFTED, "", actor, at)
    return report_of(row)


def _require_first(of: Template, area: str, period: Period, corrects: Row | None) -> None:
    same = Row.objects.filter(
        template=of.id, area=area, period_start=period.start, period_end=period.end
    )
    waiting = same.filter(state__in=IN_HAND).first()
    if waiting is not None:
        raise DraftWaits(
            report=waiting.id,
            area=wording.in_both(wording.area, area),
            period=wording.in_both(wording.period, period),
        )
    issued = same.filter(state=State.ISSUED.value).order_by("-issued_at").first()
    if issued is not None and issued != corrects:
        number = wording.in_both(wording.numbered, (issued.year, issued.serial))
        raise AlreadyIssued(number=number, report=issued.id)


def edit(
    *,
    report_id: UUID,
    remarks: Mapping[str, str],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Report:
    """Write what is said in each section besides its figures, and take the latest frozen figures in.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState.
        RemarkHoldsNumber: a remark has digits; numbers come from frozen figures alone.
    """
    with transaction.atomic():
        row = _locked(report_id, DRAFT, expected_version, State.DRAFT, actor=actor)
        of = template_of(plain_report(row))
        row.remarks = _remarks(of, remarks)
        _take(row, of, actor)
        _save(row, Step.EDITED, "", actor, at)
    return report_of(row)


def _remarks(of: Template, given: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for section in of.sections:
        text = given.get(section.id, "").replace("\r", "").strip()[:LONGEST_REMARK]
        if holds := DIGITS.search(text):
            raise RemarkHoldsNumber(section=section.title, number=holds[0])
        if text:
            found[section.id] = text
    return found


def _take(row: Row, of: Template, actor: Actor) -> None:
    period = Period(row.period_start, row.period_end)
    found = lines.take(of, area=row.area, period=period, actor=actor)
    row.content = [lines.written(each) for each in found]


def freeze_missing(
    *, report_id: UUID, expected_version: int, actor: Actor, at: datetime
) -> tuple[Report, int]:
    """Freeze what the report needs and nobody froze, with the periods before; and how many figures that were.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _locked(report_id, DRAFT, expected_version, State.DRAFT, actor=actor)
        of = template_of(plain_report(row))
        period = Period(row.period_start, row.period_end)
        done = lines.freeze(of, area=row.area, period=period, note=of.title.zh, actor=actor, at=at)
        _take(row, of, actor)
        _save(row, Step.TAKEN, str(done), actor, at)
    return report_of(row), done


def submit(*, report_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Report:
    """Hand a draft over to be checked.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState.
        FiguresMissing: a figure that must be there is not available, or one that could be is not frozen.
    """
    with transaction.atomic():
        row = _locked(report_id, DRAFT, expected_version, State.DRAFT, actor=actor)
        _require_figures(row)
        row.state = State.SUBMITTED.value
        _save(row, Step.SUBMITTED, "", actor, at)
    return report_of(row)


def _require_figures(row: Row) -> None:
    of = plain_report(row)
    template = template_of(of)
    zh, en = (missing(of, template, language) for language in LANGUAGES)
    if zh:
        raise FiguresMissing(figures=Words("；".join(zh), "; ".join(en)))


def comment(*, report_id: UUID, text: str, actor: Actor, at: datetime) -> None:
    """Say something of a report that is in hand. Raises NotPermitted, ReportUnknown, NotInThisState, ReasonMissing."""
    if not text.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = report_row(report_id, READ, actor=actor, is_locked=True)
        if not any(is_permitted(actor, each, row.area) for each in (DRAFT, CHECK, ISSUE)):
            require(actor, CHECK, row.area)
        if row.state not in IN_HAND:
            raise NotInThisState(state=wording.STATES[State(row.state)])
        _note(row, Step.COMMENTED, text, actor, at)


def check(*, report_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Report:
    """Find a submitted report right, as somebody who did not draft it.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState, SameHand.
    """
    with transaction.atomic():
        row = _locked(report_id, CHECK, expected_version, State.SUBMITTED, actor=actor)
        if row.drafted_by == actor.account:
            raise SameHand()
        row.state = State.CHECKED.value
        row.checked_by, row.checked_by_name, row.checked_at = actor.account, actor.name, at
        _save(row, Step.CHECKED, "", actor, at)
    return report_of(row)


def give_back(
    *, report_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Report:
    """Give a submitted or checked report back to its writer, with the reason.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = report_row(report_id, READ, actor=actor, is_locked=True)
        require(actor, CHECK if row.state == State.SUBMITTED.value else ISSUE, row.area)
        require_version(row.version, expected_version)
        if row.state not in (State.SUBMITTED.value, State.CHECKED.value):
            raise NotInThisState(state=wording.STATES[State(row.state)])
        row.state = State.DRAFT.value
        row.checked_by, row.checked_by_name, row.checked_at = None, "", None
        _save(row, Step.RETURNED, reason, actor, at)
    return report_of(row)


def authorize(
    *,
    report_id: UUID,
    authority: str,
    document: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Report:
    """Record by whose authority and which document outbreak figures may stand in a report; both empty: by none.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState.
        AuthorityIncomplete: only one of the two is given.
    """
    if bool(authority.strip()) != bool(document.strip()):
        raise AuthorityIncomplete()
    with transaction.atomic():
        row = report_row(report_id, READ, actor=actor, is_locked=True)
        require(actor, ISSUE, row.area)
        require_version(row.version, expected_version)
        if row.state not in IN_HAND:
            raise NotInThisState(state=wording.STATES[State(row.state)])
        row.authority, row.document = authority.strip()[:120], document.strip()[:120]
        _save(row, Step.AUTHORIZED, f"{row.authority} {row.document}".strip(), actor, at)
    return report_of(row)


def issue(*, report_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Report:
    """Sign a checked report as a third person: it gets its number, and neither figure nor word changes any more.

    Raises:
        NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState, SameHand, FiguresMissing.
    """
    with transaction.atomic():
        row = _locked(report_id, ISSUE, expected_version, State.CHECKED, actor=actor)
        _hold(row.area)
        _hold("numbers")
        if actor.account in (row.drafted_by, row.checked_by):
            raise SameHand()
        _require_figures(row)
        year = legal_day(at).year
        # one series for all areas: a number that is quoted names one report
        given = Row.objects.filter(year=year, serial__isnull=False).count()
        row.state, row.year, row.serial = State.ISSUED.value, year, given + 1
        row.issued_by, row.issued_by_name, row.issued_at = actor.account, actor.name, at
        zh, en = (composed(row, each) for each in LANGUAGES)
        row.text, row.digest = {"zh": stored(zh), "en": stored(en)}, digest(zh, en)
        _save(row, Step.ISSUED, "", actor, at)
    return report_of(row)


def withdraw(
    *, report_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Report:
    """Give up a report that was not issued. Raises NotPermitted, ReportUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(report_id, DRAFT, expected_version, State.DRAFT, actor=actor)
        row.state = State.WITHDRAWN.value
        _save(row, Step.WITHDRAWN, reason, actor, at)
    return report_of(row)


def write(
    *,
    template_id: str,
    area: str,
    period: Period,
    language: str,
    format: Format,
    freezes: bool,
    actor: Actor,
    at: datetime,
) -> tuple[bytes, list[str]]:
    """A report as a file: the issued one, else a draft that is not kept; and which figures it lacks, with the reason.

    Args:
        freezes: freeze first what nobody froze yet.

    Raises:
        NotPermitted, TemplateUnknown, TemplateNotForArea, PeriodNotOfTemplate, FontMissing.
    """
    require(actor, READ, area)
    require(actor, DRAFT, area)
    of = template(template_id, on=legal_day(at))
    require_fitting(of, area=area, period=period)
    issued = Row.objects.filter(
        template=of.id, area=area, period_start=period.start, period_end=period.end, state=State.ISSUED.value
    ).order_by("-issued_at").first()  # fmt: skip
    if issued is not None:
        return documents.write(document_for(issued, language), format=format), []
    if freezes:
        lines.freeze(of, area=area, period=period, note=of.title.zh, actor=actor, at=at)
    row = Row(
        id=uuid7(), template=of.id, template_from=legal_day(at), area=area, period_start=period.start,
        period_end=period.end, state=State.DRAFT.value, drafted_by=actor.account, drafted_by_name=actor.name, drafted_at=at,
    )  # fmt: skip
    _take(row, of, actor)
    lacking = missing(plain_report(row), of, language)
    return documents.write(document_for(row, language), format=format), lacking


def _locked(
    report_id: UUID, permission: str, expected_version: int, state: State, *, actor: Actor
) -> Row:
    row = report_row(report_id, permission, actor=actor, is_locked=True)
    require_version(row.version, expected_version)
    _require(row, state)
    return row


def _require(row: Row, state: State) -> None:
    if row.state != state.value:
        raise NotInThisState(state=wording.STATES[State(row.state)])


def _hold(area: str) -> None:
    """Reports of an area are begun one at a time, and reports of all areas numbered so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"reports.{area}"])


def _save(row: Row, step: Step, text: str, actor: Actor, at: datetime) -> None:
    row.version += 1
    row.save()
    _note(row, step, text, actor, at)


def _note(row: Row, step: Step, text: str, actor: Actor, at: datetime) -> None:
    """Write a step into the report's history and the audit trail, and tell other rooms."""
    ReportNote.objects.create(
        report=row, step=step.value, text=text.strip()[:1000], by=actor.account, by_name=actor.name, at=at
    )  # fmt: skip
    data = {"template": row.template, "area": row.area}
    write_down_and_announce(events.of(step), "Report", row.id, data=data, actor=actor, at=at)
    tell(row, step, actor=actor, at=at)
