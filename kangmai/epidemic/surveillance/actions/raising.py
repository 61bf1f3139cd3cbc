"""From evidence to signals: fused, joined to what stands, kept silent where somebody asked for it, told."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Start, Subject
from kangmai.epidemic.surveillance import (
    areas,
    counting,
    events,
    joining,
    keeping,
    models,
    rule_book,
    rules,
    tuning,
)
from kangmai.epidemic.surveillance.evidence import Evidence
from kangmai.epidemic.surveillance.fusion import Alert
from kangmai.epidemic.surveillance.reach import WORK
from kangmai.epidemic.surveillance.types import Level, Occurrence, Plan, Raised, State
from kangmai.epidemic.surveillance.writing import write_down
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import joined, unit_of_work
from kangmai.kernel.ids import uuid7
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

MESSAGE_SUBJECT = "Signal"
CLOCK_KIND = "signal"
LOOK_BACK = timedelta(days=60)


def raise_signals(
    found: Sequence[Evidence], *, run: UUID | None, actor: Actor, at: datetime
) -> Raised:
    """Write evidence within the caller's transaction: into a standing signal, or as a new one."""
    if not found:
        return Raised()
    on = legal_day(at)
    plan = tuning.plan(on)
    result = Raised()
    with joined(), unit_of_work() as database:
        for group in sorted({each.disease for each in found}):
            counting.lock(database, f"group {group}")
            evidence = keeping.unknown(database, [e for e in found if e.disease == group])
            if not evidence:
                continue
            result = _added(result, _raise_group(database, group, evidence, plan, run, actor, at))
    return result


def shake(withdrawn: Sequence[Occurrence], *, actor: Actor, at: datetime) -> None:
    """Mark the open signals that rest on withdrawn reports: a person must look again; nothing vanishes."""
    if not withdrawn:
        return
    resting = models.Evidence.objects.filter(
        cases__overlap=[each.key for each in withdrawn],
        condition__in={each.condition for each in withdrawn},
    )
    open_ones = [each.value for each in rules.OPEN]
    rows = models.Signal.objects.filter(
        id__in=resting.values("signal_id"), state__in=open_ones, is_shaken=False
    )
    ids = list(rows.select_for_update().order_by("id").values_list("id", flat=True))
    models.Signal.objects.filter(id__in=ids).update(is_shaken=True)
    write_down(events.GREW, ids, data={"shaken": True}, actor=actor, at=at)


def _raise_group(
    database: psycopg.Connection,
    group: str,
    evidence: Sequence[Evidence],
    plan: Plan,
    run: UUID | None,
    actor: Actor,
    at: datetime,
) -> Raised:
    on = legal_day(at)
    home = areas.home_of(evidence[0].area)
    inside = areas.inside(home) if home else {}
    result = Raised()
    for alert, parts in joining.alerts(evidence, inside=inside, gap_days=plan.gap_days):
        level = joining.level_of(parts, plan)
        rows = _standing(group, alert, plan)
        known = {str(row.id): row for row in rows}
        place = joining.home_of(
            alert, level, map(keeping.standing_of, rows), gap_days=plan.gap_days
        )
        if place is not None:
            grown = _grow(database, known[place.id], parts, plan, run, actor, at)
            result = _added(result, Raised(grown=(known[place.id].id,) if grown else ()))
        elif level is not Level.IMMEDIATE and _silence(group, alert, on):
            result = _added(result, Raised(muted=1))
        else:
            row = _new(database, group, alert, parts, plan, run, actor, at)
            result = _added(result, Raised(new=(row.id,)))
    return result


def _standing(group: str, alert: Alert, plan: Plan) -> list[models.Signal]:
    gap = timedelta(days=plan.gap_days)
    rows = models.Signal.objects.filter(
        group=group,
        state__in=[*(each.value for each in rules.OPEN), State.EXCLUDED.value],
        latest_day__gte=alert.first_day - gap,
        first_day__lte=alert.latest_day + gap,
    )
    return list(rows.select_for_update(of=("self",)).order_by("id"))


def _silence(group: str, alert: Alert, on: object) -> bool:
    """Whether somebody asked for silence here; counts it."""
    rows = models.Mute.objects.filter(
        group=group, from_on__lte=on, until_on__gte=on, ended_at=None
    ).order_by("id")
    for row in rows.select_for_update():
        if areas.contains(row.area_code, alert.area):
            row.silenced += 1
            row.save(update_fields=["silenced"])
            return True
    return False


def _grow(
    database: psycopg.Connection,
    row: models.Signal,
    parts: Sequence[Evidence],
    plan: Plan,
    run: UUID | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Append evidence to a signal; it is told again only if it became more urgent."""
    if not keeping.put_evidence(database, row.id, parts, run=run, at=at):
        return False
    before = Level(row.level)
    everything = [keeping.pure_of(each, row.group) for each in keeping.all_evidence([row])[row.id]]
    severity = rule_book.severity(row.group, legal_day(at))
    keeping.lay_on(row, joining.summary(everything, severity=severity, plan=plan))
    row.version += 1
    row.save()
    write_down(events.GREW, [row.id], data=_data(row), actor=actor, at=at)
    if Level(row.level) is not before and State(row.state) in rules.UNVERIFIED:
        _tell(row, actor, at)
    return True


def _new(
    database: psycopg.Connection,
    group: str,
    alert: Alert,
    parts: Sequence[Evidence],
    plan: Plan,
    run: UUID | None,
    actor: Actor,
    at: datetime,
) -> models.Signal:
    on = legal_day(at)
    severity = rule_book.severity(group, on)
    said = joining.summary(parts, severity=severity, plan=plan)
    row = models.Signal(
        id=uuid7(),
        group=group,
        area_code=alert.area,
        label=max(rule_book.label(each.condition or group, on) for each in parts),
        state=State.NEW.value,
        raised_at=at,
        owner_org=_owner(alert.area),
    )
    keeping.lay_on(row, said)
    row.save(force_insert=True)
    keeping.put_evidence(database, row.id, parts, run=run, at=at)
    write_down(events.RAISED, [row.id], data=_data(row), actor=actor, at=at)
    _tell(row, actor, at)
    return row


def _owner(area: str) -> int | None:
    """The CDC that answers for an area, of the county first; the health bureau where there is none."""
    county, city = areas.county_of(area), f"{area[:4]}00"
    found = registry.answering(places=(county, city), kinds=("cdc", "bureau"))
    order = [(county, "cdc"), (city, "cdc"), (county, "bureau"), (city, "bureau")]
    return next((found[key] for key in order if key in found), None)


def _tell(row: models.Signal, actor: Actor, at: datetime) -> None:
    """Begin the clock of verification and write to those who work on signals there; of a watch only the list tells."""
    if row.owner_org is not None:
        start = Start(
            definition=rules.clock(Level(row.level)),
            subject=Subject(CLOCK_KIND, str(row.id)),
            started_at=at,
            owner_org=row.owner_org,
            place_code=row.area_code,
            label=row.label,
        )
        deadlines.start([start], actor=actor, at=at)
    if Level(row.level) is Level.WATCH:
        return
    draft = Draft(
        template="signal_immediate" if Level(row.level) is Level.IMMEDIATE else "signal_raised",
        to=to_permission(WORK, row.area_code),
        parameters={"area": row.area_code, "latest": row.latest_day.isoformat()},
        link=f"/signals/{row.id}/",
        subject=(MESSAGE_SUBJECT, str(row.id)),
        key=f"signal {row.id} {row.level}",
    )
    messages.notify([draft], actor=actor, at=at)


def _data(row: models.Signal) -> dict[str, object]:
    return {
        "group": row.group,
        "condition": row.condition,
        "area": row.area_code,
        "level": row.level,
        "state": row.state,
    }


def _added(one: Raised, other: Raised) -> Raised:
    return Raised(one.new + other.new, one.grown + other.grown, one.muted + other.muted)
