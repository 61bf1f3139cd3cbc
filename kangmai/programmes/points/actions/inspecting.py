"""Inspect a service point; what is found is mended until a day, and looked at again."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met, Start, Subject
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.programmes.points import events, models, reach
from kangmai.programmes.points.actions.standing import FINDING, FIRST_DAY
from kangmai.programmes.points.actions.writing import (
    announce,
    require_day,
    require_state,
    said,
    save,
    step,
)
from kangmai.programmes.points.errors import ItemUnknown, KeyReused, NoteMissing, StateWrong
from kangmai.programmes.points.reach import ENTER, INSPECT
from kangmai.programmes.points.reading import finding_of, inspection_of
from kangmai.programmes.points.rulebook import kind
from kangmai.programmes.points.types import (
    Deed,
    Finding,
    FindingState,
    Found,
    Inspection,
    Kind,
    Outcome,
    State,
)
from kangmai.standards.calendars import legal_day

ORDINARY, SERIOUS = "point_finding_mended", "point_finding_serious"


def inspect(
    *,
    point_id: UUID,
    on: date,
    inspectors: str,
    findings: Sequence[Found],
    note: str = "",
    key: UUID,
    expected_version: int | None = None,
    actor: Actor,
    at: datetime,
) -> Inspection:
    """Write down an inspection with what was found. Each finding starts its deadline; the same key again is no other.

    Args:
        findings: what was wrong, each item at most once; none: all was in order.

    Raises:
        NotPermitted, PointNotFound, StateWrong, OwnPoint, ChangedMeanwhile, DayWrong, ItemUnknown, NoteMissing,
        KeyReused
    """
    today = legal_day(at)
    with transaction.atomic():
        row = reach.locked(point_id, INSPECT, actor=actor)
        if (first := models.Inspection.objects.filter(key=key).first()) is not None:
            if first.point_id != row.id:
                raise KeyReused()
            return inspection_of(first)
        require_version(row.version, expected_version)
        require_state(row, State.ENTERED, State.CONFIRMED, State.SUSPENDED)
        reach.require_other(actor, row)
        require_day(on, first=FIRST_DAY, last=today)
        known = kind(row.kind, on=today)
        _require_items(known, findings)
        made = models.Inspection.objects.create(
            key=key, point=row, on=on, inspectors=said(inspectors)[:80], organization=reach.employer(actor),
            outcome=(Outcome.TO_MEND if findings else Outcome.GOOD).value, note=" ".join(note.split())[:500],
            account=actor.account, at=at,
        )  # fmt: skip
        for each in findings:
            _find(row, made, each, known, actor=actor, at=at)
        row.open_findings += len(findings)
        step(row, Deed.INSPECTED, on=on, note=made.note, actor=actor, at=at)
        save(row)
        announce(events.INSPECTED, row, {"findings": len(findings)}, actor=actor, at=at)
    return inspection_of(made)


def mend(*, finding_id: UUID, note: str, actor: Actor, at: datetime) -> Finding:
    """Say how a finding was mended; the inspectors look at it again.

    Raises:
        NotPermitted, FindingNotFound, StateWrong (settled, or the point is closed), NoteMissing
    """
    with transaction.atomic():
        row = reach.finding_locked(finding_id, ENTER, actor=actor)
        _require_unsettled(row)
        row.state, row.mended = FindingState.MENDED.value, said(note)
        row.mended_at, row.mended_by = at, actor.account
        row.save()
        met = Met(_clock(row), _subject(row), met_at=at, proof_kind=FINDING, proof_id=str(row.id))
        deadlines.meet([met], actor=actor, at=at)
        _told(row, actor=actor, at=at)
    return finding_of(row)


def settle(*, finding_id: UUID, is_mended: bool, note: str, actor: Actor, at: datetime) -> Finding:
    """Say after another look that a finding is mended, or send it back with its time anew.

    Raises:
        NotPermitted, FindingNotFound, StateWrong, OwnPoint, NoteMissing
    """
    with transaction.atomic():
        row = reach.finding_locked(finding_id, INSPECT, actor=actor)
        _require_unsettled(row)
        reach.require_other(actor, row.point)
        row.settled_note = said(note)
        deadlines.cancel_of([_subject(row)], reason="settled" if is_mended else "asked again", actor=actor, at=at)  # fmt: skip
        if is_mended:
            row.state, row.settled_at, row.settled_by = FindingState.SETTLED.value, at, actor.account  # fmt: skip
            row.point.open_findings -= 1
        else:
            row.state, row.times_returned = FindingState.OPEN.value, row.times_returned + 1
            row.due_on = _start(row, actor=actor, at=at)
        row.save()
        save(row.point)
        _told(row, actor=actor, at=at)
    return finding_of(row)


def _require_items(known: Kind, findings: Sequence[Found]) -> None:
    for each in findings:
        if each.item not in known.items or [f.item for f in findings].count(each.item) > 1:
            raise ItemUnknown(item=each.item[:40])
        if len(each.note.strip()) < 2:
            raise NoteMissing()


def _find(
    point: models.Point,
    inspection: models.Inspection,
    found: Found,
    known: Kind,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    row = models.Finding(
        inspection=inspection, point=point, item=found.item, note=said(found.note),
        is_serious=known.items[found.item].is_serious,
    )  # fmt: skip
    row.due_on = _start(row, actor=actor, at=at)
    row.save(force_insert=True)


def _start(row: models.Finding, *, actor: Actor, at: datetime) -> date:
    """Start the clock of a finding; the last day for it."""
    owner = row.point.organization or row.point.keeper or 0
    begun = Start(
        definition=_clock(row),
        subject=_subject(row),
        started_at=at,
        owner_org=owner,
        place_code=row.point.place_code,
    )
    (deadline,) = deadlines.start([begun], actor=actor, at=at)
    return legal_day(deadline.due_at)


def _clock(row: models.Finding) -> str:
    return SERIOUS if row.is_serious else ORDINARY


def _subject(row: models.Finding) -> Subject:
    return Subject(FINDING, str(row.id))


def _require_unsettled(row: models.Finding) -> None:
    if row.state == FindingState.SETTLED:
        raise StateWrong(state="settled", state_zh="问题已销号")
    require_state(row.point, State.ENTERED, State.CONFIRMED, State.SUSPENDED)


def _told(row: models.Finding, *, actor: Actor, at: datetime) -> None:
    data = {"finding": str(row.id), "item": row.item, "finding_state": row.state}
    announce(events.FINDING_CHANGED, row.point, data, actor=actor, at=at)
