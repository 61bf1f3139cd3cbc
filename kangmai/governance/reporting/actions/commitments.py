"""Make commitments, show what was done, remind of them, conclude them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from kangmai.analytics import queries as figures
from kangmai.analytics.rules import Indicator, get_indicator
from kangmai.analytics.types import Form
from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.governance.reporting import events, models
from kangmai.governance.reporting.commitments import commitment_of
from kangmai.governance.reporting.errors import (
    CommitmentImpossible,
    CommitmentIncomplete,
    CommitmentUnknown,
    EvidenceIncomplete,
    KeyReused,
    MilestonesOpen,
    NotInThisState,
    NotReached,
    NotTheOwner,
    ProofIncomplete,
    ReasonMissing,
)
from kangmai.governance.reporting.reach import (
    COMMITMENTS_KEEP,
    COMMITMENTS_READ,
    COMMITMENTS_REPORT,
)
from kangmai.governance.reporting.types import Commitment, Kind, Standing
from kangmai.governance.reporting.writing.wording import STANDINGS, is_reached
from kangmai.kernel.actor import Actor, is_permitted, operator, require
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import OrganizationId, uuid7
from kangmai.kernel.words import Words, listed
from kangmai.registry import queries as registry
from kangmai.standards.calendars import LEGAL_TIME, legal_day
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

CLOCK = "commitment_due"
CLOCK_DAYS = 90
"""So many days before its day a commitment's clock begins; the definition `commitment_due` has the same number."""


def commit(
    *,
    title: str,
    area: str,
    year: int,
    owner: int,
    due_on: date,
    source: str,
    indicator: str = "",
    period: Period | None = None,
    target: Decimal | None = None,
    milestones: Sequence[tuple[str, date]] = (),
    key: UUID,
    is_invented: bool = False,
    actor: Actor,
    at: datetime,
) -> Commitment:
    """Write a commitment down; the same key again returns the first.

    Args:
        indicator, period, target: what is to be reached; without an indicator there are milestones.

    Raises:
        NotPermitted, KeyReused, IndicatorUnknown, PeriodNotCounted.
        CommitmentIncomplete: title, source, owner or area are missing, or there is nothing to measure it by.
        CommitmentImpossible: it is due before its period, or the figure can never have such a value.
    """
    require(actor, COMMITMENTS_KEEP, area)
    _require_whole(title, area, owner, source, indicator, period, target, milestones)
    if indicator and period is not None and target is not None:
        _require_possible(get_indicator(indicator, period=period), period, target, due_on)
    with transaction.atomic():
        if (first := models.Commitment.objects.filter(key=key).first()) is not None:
            if (first.title, first.area) != (title.strip()[:200], area):
                raise KeyReused()
            return commitment_of(first)
        row = models.Commitment.objects.create(
            id=uuid7(), key=key, title=title.strip()[:200], area=area, year=year,
            kind=(Kind.INDICATOR if indicator else Kind.MILESTONES).value, indicator=indicator,
            period_start=period.start if indicator and period else None,
            period_end=period.end if indicator and period else None,
            target=target if indicator else None, owner=owner, due_on=due_on,
            source=source.strip()[:200], is_invented=is_invented,
        )  # fmt: skip
        models.Milestone.objects.bulk_create(
            models.Milestone(commitment=row, title=name.strip()[:200], due_on=day)
            for name, day in milestones
        )
        _tell(row, events.COMMITTED, actor, at)
    return commitment_of(row)


def _require_whole(
    title: str,
    area: str,
    owner: int,
    source: str,
    indicator: str,
    period: Period | None,
    target: Decimal | None,
    milestones: Sequence[tuple[str, date]],
) -> None:
    missing = [name for name, said in ((Words("承诺内容", "a title"), title), (Words("依据文件", "a source"), source)) if not said.strip()]  # fmt: skip
    if find_division(area) is None:
        missing.append(Words("区域", "an area"))
    if not registry.names_by_id(ids={owner}):
        missing.append(Words("责任单位", "an owner"))
    if indicator and (target is None or period is None):
        missing.append(Words("目标值和期间", "a target with its period"))
    if not indicator and not milestones:
        missing.append(Words("指标或阶段任务", "an indicator or milestones"))
    if missing:
        raise CommitmentIncomplete(missing=listed(missing))


def _require_possible(rule: Indicator, period: Period, target: Decimal, due_on: date) -> None:
    is_share = rule.form is Form.SHARE or (rule.form is Form.OUTSIDE and rule.unit.en == "%")
    if due_on <= period.start:
        raise CommitmentImpossible(
            reason=Words("完成时限早于其期间", "it is due before its period")
        )
    if rule.is_beyond_whole:
        return
    if target < 0 or (is_share and target > rule.per):
        reason = Words(
            f"目标值应在 0 至 {rule.per} 之间", f"the target must lie between 0 and {rule.per}"
        )
        below = Words("目标值小于 0", "the target is below 0")
        raise CommitmentImpossible(reason=reason if is_share else below)


def show_evidence(
    *, commitment_id: UUID, text: str, document: str, actor: Actor, at: datetime
) -> None:
    """Say what was done, and in which document it stands, as the owner.

    Raises:
        NotPermitted, CommitmentUnknown, NotTheOwner, NotInThisState.
        EvidenceIncomplete: what was done or its document is missing.
    """
    if not text.strip() or not document.strip():
        raise EvidenceIncomplete()
    with transaction.atomic():
        row = _own(commitment_id, actor)
        models.Evidence.objects.create(
            commitment=row, text=text.strip()[:500], document=document.strip()[:200],
            by=actor.account, by_name=actor.name, at=at,
        )  # fmt: skip
        _tell(row, events.SHOWN, actor, at)


def finish_milestone(
    *, commitment_id: UUID, milestone_id: UUID, proof: str, on: date, actor: Actor, at: datetime
) -> Commitment:
    """Say that a step is done, on which day, and by which proof, as the owner; a second time changes nothing.

    Raises:
        NotPermitted, CommitmentUnknown, NotTheOwner, NotInThisState.
        ProofIncomplete: the proof is missing, or the day is still to come.
    """
    if not proof.strip() or on > legal_day(at):
        raise ProofIncomplete()
    with transaction.atomic():
        row = _own(commitment_id, actor)
        done = row.milestones.filter(id=milestone_id, done_on__isnull=True)
        if done.update(done_on=on, proof=proof.strip()[:200]):
            _tell(row, events.SHOWN, actor, at)
    return commitment_of(row)


def _own(commitment_id: UUID, actor: Actor) -> models.Commitment:
    """An open commitment of the actor's institution, or of his area where he keeps them; locked."""
    row = _seen(commitment_id, actor)
    keeps = is_permitted(actor, COMMITMENTS_KEEP, row.area)
    owns = any(
        grant.organization == row.owner and {COMMITMENTS_REPORT, "*"} & grant.permissions
        for grant in actor.grants
    )
    if not (keeps or owns):
        raise NotTheOwner()
    if row.standing:
        raise NotInThisState(state=Words(**STANDINGS[Standing(row.standing)]))
    return row


def _seen(commitment_id: UUID, actor: Actor) -> models.Commitment:
    require(actor, COMMITMENTS_READ)
    row = models.Commitment.objects.select_for_update().filter(id=commitment_id).first()
    is_own = row is not None and any(grant.organization == row.owner for grant in actor.grants)
    if row is None or not (is_own or is_permitted(actor, COMMITMENTS_READ, row.area)):
        raise CommitmentUnknown()
    return row


def conclude(
    *,
    commitment_id: UUID,
    standing: Standing,
    words: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Commitment:
    """Say at its end whether it was kept; of an indicator by the latest frozen figure alone.

    Raises:
        NotPermitted, CommitmentUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
        CommitmentIncomplete: kept, and its figure is not frozen.
        MilestonesOpen: kept, and a milestone is not done.
        NotReached: kept, and the frozen figure is not at its target.
    """
    if not words.strip() or standing not in (Standing.KEPT, Standing.MISSED, Standing.WITHDRAWN):
        raise ReasonMissing()
    with transaction.atomic():
        row = _seen(commitment_id, actor)
        require(actor, COMMITMENTS_KEEP, row.area)
        require_version(row.version, expected_version)
        if row.standing:
            raise NotInThisState(state=Words(**STANDINGS[Standing(row.standing)]))
        row.freeze = _proof(row, standing, actor)
        row.standing, row.conclusion = standing.value, words.strip()[:1000]
        row.concluded_at, row.version = at, row.version + 1
        row.save()
        _stop_clock(row, standing, actor, at)
        _tell(row, events.CONCLUDED, actor, at)
    return commitment_of(row)


def _proof(row: models.Commitment, standing: Standing, actor: Actor) -> UUID | None:
    """The frozen figure that the conclusion rests on, which must agree with it."""
    of = commitment_of(row)
    if of.kind is Kind.MILESTONES:
        open_ones = [each.title for each in of.milestones if each.done_on is None]
        if standing is Standing.KEPT and open_ones:
            raise MilestonesOpen(titles=listed(Words(each, each) for each in open_ones))
        return None
    assert of.period is not None and of.target is not None
    frozen = next(
        iter(figures.freezes(indicator=of.indicator, period=of.period, area=of.area, actor=actor)),
        None,
    )
    if standing is not Standing.KEPT:
        return frozen.id if frozen else None
    if frozen is None or frozen.result.total.value is None:
        raise CommitmentIncomplete(missing=Words("冻结数据", "a frozen figure"))
    rule = get_indicator(of.indicator, period=of.period)
    if not is_reached(frozen.result.total.value, of.target, rule):
        raise NotReached(value=frozen.result.total.value, target=of.target)
    return frozen.id


def _stop_clock(row: models.Commitment, standing: Standing, actor: Actor, at: datetime) -> None:
    subject = Subject("commitment", str(row.id))
    clock = operator("reporting.commitments", permissions=("deadlines.write",))
    if standing is Standing.WITHDRAWN:
        deadlines.cancel_of([subject], reason="withdrawn", actor=clock, at=at)
    elif standing is Standing.KEPT:
        deadlines.meet([Met(CLOCK, subject, at, "commitment", str(row.id))], actor=clock, at=at)
    else:
        deadlines.cancel_of([subject], reason="missed", actor=clock, at=at)


def remind(*, at: datetime) -> int:
    """Begin the clocks of open commitments whose day is near, whose warnings remind their owners; how many are open."""
    today = legal_day(at)
    near = today + timedelta(days=CLOCK_DAYS)
    clock = operator("reporting.commitments", permissions=("deadlines.write",))
    with transaction.atomic():
        rows = models.Commitment.objects.filter(standing="", due_on__lte=near).order_by("id")
        starts = [
            Start(
                definition=CLOCK,
                subject=Subject("commitment", str(row.id)),
                started_at=_begin(row.due_on),
                owner_org=OrganizationId(row.owner),
                place_code=row.area,
            )
            for row in rows
        ]
        deadlines.start(starts, actor=clock, at=at)
    return len(starts)


def _begin(due_on: date) -> datetime:
    """The instant from which the clock ends with the commitment's own day."""
    return datetime.combine(due_on - timedelta(days=CLOCK_DAYS), time(0), LEGAL_TIME)


def _tell(row: models.Commitment, event: str, actor: Actor, at: datetime) -> None:
    data = {"area": row.area, "year": row.year, "standing": row.standing}
    write_down_and_announce(event, "Commitment", row.id, data=data, actor=actor, at=at)
