"""Commitments of the actor's places and of his institution, with how far they are."""

from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.analytics import queries as figures
from kangmai.analytics.errors import IndicatorUnknown, PeriodNotCounted
from kangmai.analytics.rules import Indicator, get_indicator
from kangmai.analytics.types import Figure
from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.governance.reporting import models
from kangmai.governance.reporting.commitments import commitment_of, progress_of
from kangmai.governance.reporting.errors import CommitmentUnknown
from kangmai.governance.reporting.reach import COMMITMENTS_READ, within
from kangmai.governance.reporting.types import Commitment, Evidence, Kind, Progress, Standing
from kangmai.governance.reporting.writing import wording
from kangmai.kernel.actor import Actor, operator, require
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

PAGE = 30
MOST = 500


def _rows(actor: Actor) -> QuerySet[models.Commitment]:
    require(actor, COMMITMENTS_READ)
    own = {grant.organization for grant in actor.grants if grant.organization is not None}
    reach = within(actor, COMMITMENTS_READ) | Q(owner__in=own)
    return models.Commitment.objects.filter(reach).prefetch_related("milestones")


def commitments(
    *,
    year: int | None = None,
    owner: int | None = None,
    after: str = "",
    limit: int = PAGE,
    actor: Actor,
) -> tuple[tuple[Commitment, ...], str]:
    """Commitments by their day, and the cursor of the next page. Raises NotPermitted."""
    rows = _rows(actor).order_by("due_on", "id")
    if year is not None:
        rows = rows.filter(year=year)
    if owner is not None:
        rows = rows.filter(owner=owner)
    day, _bar, id = after.partition("|")
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        if after:
            since, seen = date.fromisoformat(day), UUID(id)
            rows = rows.filter(Q(due_on__gt=since) | Q(due_on=since, id__gt=seen))
    found = list(rows[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = f"{last.due_on.isoformat()}|{last.id}" if last else ""
    return tuple(map(commitment_of, found[:limit])), following


def get_commitment(*, commitment_id: UUID, actor: Actor) -> Commitment:
    """One commitment. Raises NotPermitted, CommitmentUnknown."""
    row = _rows(actor).filter(id=commitment_id).first()
    if row is None:
        raise CommitmentUnknown()
    return commitment_of(row)


def evidence_of(*, commitment_id: UUID, actor: Actor) -> tuple[Evidence, ...]:
    """What was shown for a commitment, the latest first. Raises NotPermitted, CommitmentUnknown."""
    get_commitment(commitment_id=commitment_id, actor=actor)
    rows = models.Evidence.objects.filter(commitment=commitment_id).order_by("-id")
    return tuple(Evidence(row.text, row.document, row.at, row.by_name) for row in rows)


def progress(of: Commitment, *, at: datetime) -> Progress:
    """How far a commitment is; whoever sees the commitment sees its figure.

    The figure is counted now; of one that was concluded it is the frozen one that the conclusion rests on.
    """
    rule, figure = _figure(of)
    return progress_of(of, figure, rule, on=legal_day(at))


def _figure(of: Commitment) -> tuple[Indicator | None, Figure | None]:
    if of.kind is Kind.MILESTONES or of.period is None:
        return None, None
    reader = operator("reporting.commitments", permissions=("indicators.read",))
    try:
        rule = get_indicator(of.indicator, period=of.period)
    except (IndicatorUnknown, PeriodNotCounted):
        return None, None
    if of.freeze is not None:
        return rule, figures.get_freeze(freeze_id=of.freeze, actor=reader).result.total
    found = figures.compute(indicator=of.indicator, period=of.period, area=of.area, actor=reader)
    return rule, found.total


def statement(*, year: int, format: Format, language: str, actor: Actor, at: datetime) -> bytes:
    """The statement of a year's commitments as a file: what was promised, what came of it, on what it rests.

    Raises:
        NotPermitted.
        FontMissing: a PDF is wanted and there is no Chinese font.
    """
    found, _following = commitments(year=year, limit=MOST, actor=actor)
    names = registry.names_by_id(ids={each.owner for each in found}, language=language)
    rows, counts = [], dict.fromkeys(Standing, 0)
    for n, each in enumerate(found, start=1):
        now = progress(each, at=at)
        counts[now.standing] += 1
        rows.append(_row(n, each, now, names, language))
    summary = "；" if language == "zh" else "; "
    data = {
        "year": year,
        "as_of": wording.instant(at),
        "summary": summary.join(
            f"{wording.STANDINGS[standing][language]} {count}" for standing, count in counts.items() if count
        ),
        "rows": rows,
        "invented": [each.title for each in found if each.is_invented] and wording_invented(language),
    }  # fmt: skip
    return documents.render(
        "commitments_statement", data, format=format, language=language, on=legal_day(at)
    )


def wording_invented(language: str) -> str:
    """Said where what is listed was invented for a demonstration."""
    return {"zh": "所列承诺为演示用虚构内容。", "en": "The commitments are invented."}[language]


def _row(
    n: int, of: Commitment, now: Progress, names: dict[int, str], language: str
) -> dict[str, str]:
    rule, _counted = _figure(of) if of.kind is Kind.INDICATOR else (None, None)
    target, reached = "", f"{now.done}/{now.of}"
    if rule is not None and of.target is not None:
        target = wording.printed(of.target, rule, language)
        value = now.figure.value if now.figure else None
        reached = wording.printed(value, rule, language)
    return {
        "n": str(n),
        "title": of.title,
        "owner": names.get(of.owner, ""),
        "due_on": of.due_on.isoformat(),
        "target": target,
        "reached": reached,
        "standing": wording.STANDINGS[now.standing][language],
        "conclusion": of.conclusion,
    }
