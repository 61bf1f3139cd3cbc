"""Confirm a service point after a look on the spot, review it, stop it for a time, close it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Subject
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.programmes.points import events, models, reach
from kangmai.programmes.points.actions.writing import (
    announce,
    require_day,
    require_state,
    said,
    save,
    step,
)
from kangmai.programmes.points.errors import SameHand
from kangmai.programmes.points.reach import CONFIRM
from kangmai.programmes.points.reading import point_of
from kangmai.programmes.points.rulebook import kind
from kangmai.programmes.points.rules import months_after
from kangmai.programmes.points.types import Deed, FindingState, Point, State
from kangmai.standards.calendars import legal_day

FINDING = "point_finding"
FIRST_DAY = date(1990, 1, 1)


def confirm(
    *,
    point_id: UUID,
    on: date,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Point:
    """Confirm what was entered: from that day on the point counts. Who entered it cannot confirm it.

    Raises:
        NotPermitted, PointNotFound, ChangedMeanwhile, StateWrong, SameHand, OwnPoint, DayWrong
    """
    with transaction.atomic():
        row = _opened(point_id, expected_version, State.ENTERED, actor=actor)
        _require_other_hand(row, actor)
        _require_day(on, row, at)
        row.confirmed_on = on
        _stand(row, on)
        return _done(row, Deed.CONFIRMED, on, note, actor=actor, at=at)


def review(
    *,
    point_id: UUID,
    on: date,
    note: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Point:
    """Write down that a confirmed point was looked at again; its next review is due after the months of its kind.

    Raises:
        NotPermitted, PointNotFound, ChangedMeanwhile, StateWrong, SameHand, OwnPoint, DayWrong, NoteMissing
    """
    with transaction.atomic():
        row = _opened(point_id, expected_version, State.CONFIRMED, actor=actor)
        _require_other_hand(row, actor)
        _require_day(on, row, at)
        _set_review(row, on)
        return _done(row, Deed.REVIEWED, on, said(note), actor=actor, at=at)


def suspend(
    *, point_id: UUID, on: date, note: str, expected_version: int, actor: Actor, at: datetime
) -> Point:
    """Stop a point from a day on, with the reason; it does not count until it is resumed.

    Raises:
        NotPermitted, PointNotFound, ChangedMeanwhile, StateWrong, OwnPoint, DayWrong, NoteMissing
    """
    with transaction.atomic():
        row = _opened(point_id, expected_version, State.CONFIRMED, actor=actor)
        _require_day(on, row, at)
        _end_period(row, on)
        row.state = State.SUSPENDED.value
        return _done(row, Deed.SUSPENDED, on, said(note), actor=actor, at=at)


def resume(
    *, point_id: UUID, on: date, note: str, expected_version: int, actor: Actor, at: datetime
) -> Point:
    """Let a stopped point count again from a day on.

    Raises:
        NotPermitted, PointNotFound, ChangedMeanwhile, StateWrong, OwnPoint, DayWrong, NoteMissing
    """
    with transaction.atomic():
        row = _opened(point_id, expected_version, State.SUSPENDED, actor=actor)
        _require_day(on, row, at)
        _stand(row, on)
        return _done(row, Deed.RESUMED, on, said(note), actor=actor, at=at)


def close(
    *, point_id: UUID, on: date, note: str, expected_version: int, actor: Actor, at: datetime
) -> Point:
    """Close a point for good, with the reason; its history stays, its open findings are no longer awaited.

    Raises:
        NotPermitted, PointNotFound, ChangedMeanwhile, StateWrong, OwnPoint, DayWrong, NoteMissing
    """
    with transaction.atomic():
        row = _opened(
            point_id, expected_version, State.ENTERED, State.CONFIRMED, State.SUSPENDED, actor=actor
        )
        _require_day(on, row, at)
        if row.state == State.CONFIRMED:
            _end_period(row, on)
        row.state, row.closed_on, row.open_findings = State.CLOSED.value, on, 0
        row.review_on = row.ends_on = None
        unsettled = row.findings.exclude(state=FindingState.SETTLED.value)
        subjects = [Subject(FINDING, str(each.id)) for each in unsettled]
        if subjects:
            deadlines.cancel_of(subjects, reason="closed", actor=actor, at=at)
        return _done(row, Deed.CLOSED, on, said(note), actor=actor, at=at)


def _opened(point_id: UUID, expected: int, *states: State, actor: Actor) -> models.Point:
    row = reach.locked(point_id, CONFIRM, actor=actor)
    require_version(row.version, expected)
    require_state(row, *states)
    reach.require_other(actor, row)
    return row


def _require_other_hand(row: models.Point, actor: Actor) -> None:
    if row.entered_by == actor.account and actor.account:
        raise SameHand()


def _require_day(on: date, row: models.Point, at: datetime) -> None:
    """Not in the future, nor before what counted until then."""
    last = row.periods.order_by("-from_on").first()
    first = FIRST_DAY if last is None else last.until_on or last.from_on
    require_day(on, first=first, last=legal_day(at))


def _stand(row: models.Point, on: date) -> None:
    row.periods.create(from_on=on)
    row.state = State.CONFIRMED.value
    _set_review(row, on)


def _end_period(row: models.Point, on: date) -> None:
    row.periods.filter(until_on=None).update(until_on=on)


def _set_review(row: models.Point, on: date) -> None:
    months = kind(row.kind, on=on).review_months
    row.review_on = months_after(on, months) if months else None


def _done(
    row: models.Point, deed: Deed, on: date, note: str, *, actor: Actor, at: datetime
) -> Point:
    step(row, deed, on=on, note=note, actor=actor, at=at)
    save(row)
    announce(
        events.STANDING_CHANGED, row, {"deed": deed.value, "on": on.isoformat()}, actor=actor, at=at
    )
    return point_of(row)
