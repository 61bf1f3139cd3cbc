"""Merge signals that are one thing, and keep silent about something for a while, by a name and with an end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Subject
from kangmai.epidemic.surveillance import events, joining, keeping, models, rule_book, rules, tuning
from kangmai.epidemic.surveillance.actions.raising import CLOCK_KIND, MESSAGE_SUBJECT
from kangmai.epidemic.surveillance.errors import (
    EndMissing,
    NotMutable,
    PartUnknown,
    ReasonMissing,
    SignalUnknown,
)
from kangmai.epidemic.surveillance.reach import DECIDE, WORK, signals
from kangmai.epidemic.surveillance.rules import Mergeable
from kangmai.epidemic.surveillance.types import Mute, Signal, State, Within
from kangmai.epidemic.surveillance.writing import (
    keep,
    locked_signal,
    reference,
    require_reach,
    write_down,
)
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import uuid7
from kangmai.messages import actions as messages
from kangmai.standards.calendars import legal_day

LONGEST_MUTE_DAYS = 90


def merge(
    *,
    signal_id: UUID,
    others: Sequence[UUID],
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Signal:
    """Put unjudged signals of the same group into one; their evidence speaks for it, their clocks end.

    Raises:
        NotPermitted, SignalUnknown, ChangedMeanwhile, CannotMerge.
    """
    with transaction.atomic():
        wanted = {*others, signal_id}
        locked = signals(actor).select_for_update(of=("self",)).filter(id__in=wanted)
        found = {row.id: row for row in locked.order_by("id")}
        row = locked_signal(signal_id, expected_version, WORK, actor)
        if set(found) != wanted:
            raise SignalUnknown()
        gone = [found[id] for id in others]
        for each in gone:
            require_reach(each.area_code, WORK, actor)
        rules.require_mergeable(_mergeable(row), map(_mergeable, gone))
        _merge(row, gone, note, actor, at)
    return keeping.signal_of(row)


def mute(
    *,
    group: str,
    area_code: str,
    until_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Mute:
    """Raise no signals about a group of conditions in an area until a day.

    Raises:
        NotPermitted, ReasonMissing.
        EndMissing: there is no end, or it is too far off.
        NotMutable: one case of it is enough.
    """
    require(actor, DECIDE)
    require_reach(area_code, DECIDE, actor)
    today = legal_day(at)
    if not reason.strip():
        raise ReasonMissing()
    if not today < until_on <= today + timedelta(days=LONGEST_MUTE_DAYS):
        raise EndMissing(most=LONGEST_MUTE_DAYS)
    members = {group, *rule_book.members(group, today)}
    if any(
        each.within is Within.CASE and each.conditions & members
        for each in rule_book.case_rules(today)
    ):
        raise NotMutable()
    with transaction.atomic():
        row = models.Mute.objects.create(
            id=uuid7(),
            group=group,
            area_code=area_code,
            from_on=today,
            until_on=until_on,
            reason=reason.strip()[:300],
            account_id=actor.account,
        )
        data: dict[str, object] = {
            "group": group,
            "area": area_code,
            "until": until_on.isoformat(),
        }
        write_down(
            events.MUTED, [row.id], object_type="Mute", data=data, reason=reason, actor=actor, at=at
        )
    return mute_of(row, today)


def unmute(*, mute_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Mute:
    """End a mute before its day. Raises NotPermitted, PartUnknown, ChangedMeanwhile."""
    require(actor, DECIDE)
    with transaction.atomic():
        row = models.Mute.objects.select_for_update().filter(id=mute_id).first()
        if row is None:
            raise PartUnknown(part="mute")
        require_reach(row.area_code, DECIDE, actor)
        require_version(row.version, expected_version)
        row.ended_at = row.ended_at or at
        row.version += 1
        row.save()
        data: dict[str, object] = {"group": row.group, "area": row.area_code, "ended": True}
        write_down(events.MUTED, [row.id], object_type="Mute", data=data, actor=actor, at=at)
    return mute_of(row, legal_day(at))


def mute_of(row: models.Mute, today: date) -> Mute:
    """A mute as the rest of the house sees it."""
    return Mute(
        id=row.id,
        group=row.group,
        area_code=row.area_code,
        from_on=row.from_on,
        until_on=row.until_on,
        reason=row.reason,
        account=row.account_id,
        silenced=row.silenced,
        is_over=row.ended_at is not None or row.until_on < today,
        version=row.version,
    )


def _mergeable(row: models.Signal) -> Mergeable:
    return Mergeable(str(row.id), row.group, State(row.state))


def _merge(
    row: models.Signal, gone: Sequence[models.Signal], note: str, actor: Actor, at: datetime
) -> None:
    on = legal_day(at)
    for each in gone:
        each.state, each.merged_into = State.MERGED.value, row
        each.version += 1
        each.save()
    # what went into one of them goes along
    models.Signal.objects.filter(merged_into__in=gone).update(merged_into=row)
    everything = [keeping.pure_of(e, row.group) for e in keeping.all_evidence([row])[row.id]]
    severity = rule_book.severity(row.group, on)
    keeping.lay_on(row, joining.summary(everything, severity=severity, plan=tuning.plan(on)))
    row.version += 1
    row.save()
    subjects = [Subject(CLOCK_KIND, str(each.id)) for each in gone]
    deadlines.cancel_of(
        subjects, reason=f"merged into {reference(row.id, 'S')}", actor=actor, at=at
    )
    messages.settle([(MESSAGE_SUBJECT, str(each.id)) for each in gone], actor=actor, at=at)
    keep(signal_ids=[each.id for each in (row, *gone)], deed="merge", note=note, actor=actor, at=at)
    data: dict[str, object] = {"into": str(row.id)}
    write_down(events.MERGED, [each.id for each in gone], data=data, actor=actor, at=at)
