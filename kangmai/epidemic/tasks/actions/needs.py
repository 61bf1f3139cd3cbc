"""Who needs help: proposed from the record, entered by hand, confirmed by who knows the person, ended.

The house looks through the record by codes, and only by codes; what it finds is a proposal that a person of the
town confirms. Nothing is served, and no worker sees a name, before that.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import events, models, rules
from kangmai.epidemic.tasks.actions.giving import first_task
from kangmai.epidemic.tasks.errors import KindUnknown, NeedThere, NobodyNamed, NotInThisState
from kangmai.epidemic.tasks.reach import GIVE, VILLAGE_DIGITS, need_locked, require_area
from kangmai.epidemic.tasks.reading import need_of
from kangmai.epidemic.tasks.types import Need, NeedKind, NeedSource, NeedState
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, Label, NotPermitted, operator, require
from kangmai.kernel.connections import reading, unit_of_work
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.records import queries as records
from kangmai.standards.calendars import legal_day

FINDER = operator("tasks.finder", permissions=("records.read",))
"""The house's own look through the record; it hands nothing on but a kind of need."""

_LIVING = """r.place_code >= %(low)s AND r.place_code < %(high)s AND r.merged_into_id IS NULL
  AND r.deceased_on IS NULL AND r.moved_out_on IS NULL AND (%(born)s::date IS NULL OR r.birth_date <= %(born)s)"""
_CODED = "SELECT c.rt, c.rid, c.resident_id FROM ({coded}) c JOIN identity_resident r ON r.id = c.resident_id WHERE {living}"  # fmt: skip
_ALONE = """
SELECT r.id FROM identity_resident r WHERE {living} AND r.household_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM identity_resident o WHERE o.household_id = r.household_id AND o.id <> r.id
      AND o.merged_into_id IS NULL AND o.deceased_on IS NULL AND o.moved_out_on IS NULL)"""
_PROPOSE = """
INSERT INTO tasks_need (id, order_id, resident_id, kind, service, label, cell, source, state, every_days, created_at, version)
SELECT id, %s, resident, kind, service, label, cell, 'record', 'proposed', every, %s, 1
FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::smallint[])
     AS n (id, resident, kind, service, label, cell, every)
ON CONFLICT (order_id, resident_id, kind) DO NOTHING"""


@emergency_door(Purpose.QUARANTINE)
def propose_needs(*, area: str, actor: Actor, at: datetime) -> int:
    """Look through the record for people of a town or village who may need help; returns how many are new.

    Who is on the list already, in whatever state, is not proposed again.

    Raises:
        NoOrderInForce, NotPermitted, AreaTooLarge.
    """
    require_area(actor, GIVE, area)
    stem = area[:VILLAGE_DIGITS]
    order = in_force(Purpose.QUARANTINE, place=stem, at=at)
    found = [
        (resident, need)
        for need in rules.rule(on=legal_day(at)).needs.values()
        for resident in sorted(_found(need, stem, legal_day(at)))
    ]
    cells = grid.cells_of(residents={resident for resident, _need in found})
    rows = [(resident, need) for resident, need in found if cells.get(resident, "").startswith(area)]  # fmt: skip
    columns: list[Iterable[object]] = [
        [uuid7() for _ in rows], [resident for resident, _ in rows], [need.id for _, need in rows],
        [need.service for _, need in rows], [need.label.value for _, need in rows],
        [cells[resident] for resident, _ in rows], [need.every_days for _, need in rows],
    ]  # fmt: skip
    with transaction.atomic(), unit_of_work() as database:
        made = int(database.execute(_PROPOSE, [order.id, at, *columns]).rowcount)
        write_down("tasks.needs_proposed", "Need", area, details={"needs": made}, database=database, actor=actor, at=at)  # fmt: skip
    return made


def _found(need: NeedKind, stem: str, today: date) -> set[ResidentId]:
    born = None if need.from_age is None else _born_by(today, need.from_age)
    values = {"low": stem, "high": stem + ":", "born": born}
    if need.is_alone:
        with reading() as database:
            return {ResidentId(id) for (id,) in database.execute(_ALONE.format(living=_LIVING), values)}  # fmt: skip
    if need.clue is None:
        return set()
    coded = records.coded_rows(need.clue.resource, need.clue.parameter, need.clue.codes, actor=FINDER)  # fmt: skip
    with reading() as database:
        sql = _CODED.format(coded=coded.sql, living=_LIVING)
        rows = database.execute(sql, {**coded.values, **values}).fetchall()
    if need.clue.within_days is not None:
        since = today - timedelta(days=need.clue.within_days)
        recent = _recent({(rt, rid) for rt, rid, _ in rows}, since)
        rows = [row for row in rows if row[1] in recent]
    now = identity.standing([ResidentId(id) for _, _, id in rows])
    return set(now.values())


def _born_by(today: date, age: int) -> date:
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # 29 February
        return today.replace(year=today.year - age, day=28)


def _recent(wanted: Collection[tuple[int, int]], since: date) -> set[int]:
    """The rows of those resources of one type that say of themselves a day not before `since`."""
    found = records.by_row_ids(sorted(wanted), actor=FINDER)
    return {each.rid for each in found if _day(orjson.loads(each.body)) >= since.isoformat()}


def _day(body: Mapping[str, Any]) -> str:
    said = body.get("effectiveDateTime") or body.get("recordedDate") or body.get("issued") or ""
    return str(said)[:10]


@emergency_door(Purpose.QUARANTINE)
def add_need(*, resident: ResidentId, kind: str, actor: Actor, at: datetime) -> Need:
    """Enter that somebody needs help, as he or a neighbour said; confirmed at once, with a first task.

    Raises:
        NoOrderInForce, NotPermitted, KindUnknown, NobodyNamed, NeedThere.
    """
    require(actor, GIVE)
    need = rules.rule(on=legal_day(at)).needs.get(kind)
    if need is None:
        raise KindUnknown(kind=kind[:24])
    if need.label is not Label.NORMAL and need.label not in actor.scope.labels:
        raise NotPermitted(permission=GIVE)
    now = identity.standing([resident]).get(resident)
    cell = grid.cells_of(residents={now}).get(now) if now is not None else None
    if now is None or cell is None:
        raise NobodyNamed()
    require(actor, GIVE, cell[:VILLAGE_DIGITS])
    order = in_force(Purpose.QUARANTINE, place=cell[:VILLAGE_DIGITS], at=at)
    with transaction.atomic():
        row, is_new = models.Need.objects.get_or_create(
            order_id=order.id, resident_id=now, kind=kind,
            defaults={
                "id": uuid7(), "service": need.service, "label": need.label.value, "cell": cell,
                "source": NeedSource.HAND.value, "state": NeedState.CONFIRMED.value, "every_days": need.every_days,
                "next_on": legal_day(at), "created_at": at, "decided_by": actor.account,
            },
        )  # fmt: skip
        if not is_new:
            raise NeedThere()
        _confirmed(row, actor, at)
    return need_of(row, with_reason=True)


@emergency_door(Purpose.QUARANTINE)
def confirm_need(
    *, need_id: UUID, every_days: int | None = None, expected_version: int, actor: Actor, at: datetime
) -> Need:  # fmt: skip
    """Say that somebody does need help, and how often; a first task is given for today.

    Raises:
        NoOrderInForce, NotPermitted, NeedUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _decided(need_id, NeedState.PROPOSED, expected_version, actor, at)
        row.state, row.next_on = NeedState.CONFIRMED.value, legal_day(at)
        if every_days is not None:
            row.every_days = max(1, min(every_days, 90))
        row.save()
        _confirmed(row, actor, at)
    return need_of(row, with_reason=True)


def _confirmed(row: models.Need, actor: Actor, at: datetime) -> None:
    first_task(row.id, actor=actor, at=at)
    write_down("tasks.need_confirmed", "Need", row.id, actor=actor, at=at)
    announce(events.NEED_CONFIRMED, row.id, {"order": str(row.order_id), "service": row.service}, at=at)  # fmt: skip


@emergency_door(Purpose.QUARANTINE)
def decline_need(*, need_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Need:
    """Say that somebody who was proposed needs no help; he is not proposed again under this order.

    Raises:
        NoOrderInForce, NotPermitted, NeedUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _decided(need_id, NeedState.PROPOSED, expected_version, actor, at)
        row.state = NeedState.DECLINED.value
        row.save()
        write_down("tasks.need_declined", "Need", row.id, actor=actor, at=at)
    return need_of(row, with_reason=True)


@emergency_door(Purpose.QUARANTINE)
def end_need(*, need_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Need:
    """Say that somebody needs help no more; tasks that wait are taken back.

    Raises:
        NoOrderInForce, NotPermitted, NeedUnknown, ChangedMeanwhile, NotInThisState.
    """
    with transaction.atomic():
        row = _decided(need_id, NeedState.CONFIRMED, expected_version, actor, at)
        row.state = NeedState.ENDED.value
        row.save()
        row.tasks.filter(state__in=("open", "started")).update(state="cancelled")
        write_down("tasks.need_ended", "Need", row.id, actor=actor, at=at)
    return need_of(row, with_reason=True)


def _decided(
    need_id: UUID, state: NeedState, expected_version: int, actor: Actor, at: datetime
) -> models.Need:
    row = need_locked(need_id, actor=actor, at=at)
    require_version(row.version, expected_version)
    if row.state != state.value:
        raise NotInThisState(state=row.state)
    row.version += 1
    row.decided_by = actor.account
    return row
