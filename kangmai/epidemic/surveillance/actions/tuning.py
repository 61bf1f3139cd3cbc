"""Change the numbers of the plan: proposed with a replay of the last year, decided by somebody else."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.surveillance import events, models, rules, tuning
from kangmai.epidemic.surveillance.errors import (
    DayOutOfRange,
    NotReplayed,
    PartUnknown,
    ReasonMissing,
)
from kangmai.epidemic.surveillance.reach import DECIDE, WORK
from kangmai.epidemic.surveillance.types import Setting, Tuning
from kangmai.epidemic.surveillance.writing import write_down
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def propose(*, setting: Setting, reason: str, actor: Actor, at: datetime) -> Tuning:
    """Propose other numbers: the last year is replayed with those that stand and with these.

    Raises:
        NotPermitted, SettingOutOfRange, ReasonMissing.
    """
    # the detectors behind it import SciPy, which takes half a second that only this deed pays for
    from kangmai.epidemic.surveillance import replaying

    require(actor, WORK)
    rules.require_setting(setting)
    if not reason.strip():
        raise ReasonMissing()
    on = legal_day(at) - timedelta(days=1)
    standing = tuning.setting(on)
    with transaction.atomic(), unit_of_work() as database:
        found = replaying.compare(database, on=on, standing=standing, proposed=setting)
        row = models.Tuning.objects.create(
            id=uuid7(),
            high_alpha=setting.high_alpha,
            watch_alpha=setting.watch_alpha,
            least_cases=setting.least_cases,
            standing={
                "high_alpha": standing.high_alpha,
                "watch_alpha": standing.watch_alpha,
                "least_cases": standing.least_cases,
            },
            replay=found,
            reason=reason.strip()[:300],
            proposed_at=at,
            proposed_by=actor.account,
            state=tuning.PROPOSED,
        )
        _write(row, actor, at)
    return tuning_of(row)


def decide(
    *,
    tuning_id: UUID,
    is_accepted: bool,
    in_force_from: date | None = None,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Tuning:
    """Let a proposal take effect from a day on, or drop it.

    Raises:
        NotPermitted, PartUnknown, ChangedMeanwhile.
        NotReplayed: it was decided already, or by who proposed it.
        DayOutOfRange: it would take effect in the past.
    """
    require(actor, DECIDE)
    with transaction.atomic():
        row = models.Tuning.objects.select_for_update().filter(id=tuning_id).first()
        if row is None:
            raise PartUnknown(part="tuning")
        require_version(row.version, expected_version)
        if row.state != tuning.PROPOSED or (is_accepted and row.proposed_by == actor.account):
            raise NotReplayed()
        from_on = in_force_from or legal_day(at) + timedelta(days=1)
        if is_accepted and from_on <= legal_day(at):
            raise DayOutOfRange(day=from_on, why="not after today / 须晚于今天")
        row.state = tuning.IN_FORCE if is_accepted else tuning.DROPPED
        row.in_force_from = from_on if is_accepted else None
        row.decided_at, row.decided_by = at, actor.account
        row.version += 1
        row.save()
        _write(row, actor, at)
    return tuning_of(row)


def tuning_of(row: models.Tuning) -> Tuning:
    """A change as the rest of the house sees it."""
    return Tuning(
        id=row.id,
        setting=Setting(row.high_alpha, row.watch_alpha, row.least_cases),
        standing=Setting(**row.standing),
        replay=row.replay,
        reason=row.reason,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        in_force_from=row.in_force_from,
        decided_by=row.decided_by,
        state=row.state,
        version=row.version,
    )


def _write(row: models.Tuning, actor: Actor, at: datetime) -> None:
    data: dict[str, object] = {
        "state": row.state,
        "high_alpha": row.high_alpha,
        "watch_alpha": row.watch_alpha,
        "least_cases": row.least_cases,
    }
    write_down(
        events.TUNED,
        [row.id],
        object_type="Tuning",
        data=data,
        reason=row.reason,
        actor=actor,
        at=at,
    )
