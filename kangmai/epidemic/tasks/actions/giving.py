"""Give tasks: by hand, to everybody in home quarantine, to those a round has not sampled, to those who need help."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import models, rules
from kangmai.epidemic.tasks.entering import Wanted, enter
from kangmai.epidemic.tasks.errors import (
    DueInThePast,
    KindUnknown,
    NobodyNamed,
    TooManyAtOnce,
)
from kangmai.epidemic.tasks.reach import GIVE, VILLAGE_DIGITS, needs_of, require_area
from kangmai.epidemic.tasks.types import About, Kind, NeedState
from kangmai.epidemic.tracing import queries as tracing
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.standards.calendars import legal_day

HOME_CHECK, TEST_NOTICE = "home_check", "test_notice"


@emergency_door(Purpose.QUARANTINE)
def give(
    *,
    kind: str,
    cell: str = "",
    residents: Sequence[ResidentId] = (),
    due_at: datetime | None = None,
    note: str = "",
    key: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Give a task about each of some residents, or about a cell; returns how many are new. The same key gives none.

    Args:
        note: what is asked, goods and numbers; never who somebody is.
        due_at: by when; without it as the kind of task says.

    Raises:
        NoOrderInForce, NotPermitted, KindUnknown, NobodyNamed, DueInThePast, TooManyAtOnce.
    """
    rule = rules.rule(on=legal_day(at))
    found = rule.kinds.get(kind)
    if found is None or not found.by_hand:
        raise KindUnknown(kind=kind[:24])
    due = due_at or at + timedelta(hours=found.due_hours)
    if due <= at:
        raise DueInThePast()
    if len(residents) > rule.most_at_once:
        raise TooManyAtOnce(count=len(residents), most=rule.most_at_once)
    cells = _cells(found, cell, residents, actor)
    note = note.strip()[:200]
    wanted = [
        Wanted(f"{actor.account}:{key[:64]}:{resident or 0}", kind, code, due, resident, note=note)
        for resident, code in cells
    ]
    return _by_order(wanted, actor, at)


def _cells(
    kind: Kind, cell: str, residents: Sequence[ResidentId], actor: Actor
) -> list[tuple[ResidentId | None, str]]:
    """Whom a task is about with the cell that does it, all inside what the actor may give."""
    if kind.about is About.PLACE:
        if not cell:
            raise NobodyNamed()
        require_area(actor, GIVE, cell)
        return [(None, cell)]
    now = identity.standing(residents)
    found = grid.cells_of(residents=set(now.values()))
    if not found:
        raise NobodyNamed()
    for code in {each[:VILLAGE_DIGITS] for each in found.values()}:
        require(actor, GIVE, code)
    return sorted(found.items())


def _by_order(wanted: Sequence[Wanted], actor: Actor, at: datetime) -> int:
    """Enter tasks under the order of each village."""
    by_village: dict[str, list[Wanted]] = {}
    for each in wanted:
        by_village.setdefault(each.cell[:VILLAGE_DIGITS], []).append(each)
    made = 0
    with transaction.atomic():
        for village, tasks in sorted(by_village.items()):
            order = in_force(Purpose.QUARANTINE, place=village, at=at)
            made += enter(tasks, order_id=order.id, place=village, actor=actor, at=at)
    return made


@emergency_door(Purpose.QUARANTINE)
def give_checks(*, area: str, actor: Actor, at: datetime) -> int:
    """Send somebody to everybody of a town or village who is in quarantine at home, for the half of the day that is.

    Pressed again in the same half day it adds only those who came since.

    Raises:
        NoOrderInForce (also where tracing is not ordered), NotPermitted, AreaTooLarge.
    """
    require_area(actor, GIVE, area)
    day, half = legal_day(at), rules.half_of(at)
    people = tracing.at_home(area=area, at=at)
    known = grid.cells_of(residents={each.resident for each in people if each.resident is not None})
    due = max(rules.due_of_half(day, half), at + timedelta(hours=1))
    wanted = [
        Wanted(
            f"check:{each.contact_id}:{day}:{half.value}", HOME_CHECK,
            known.get(each.resident, each.place_code) if each.resident else each.place_code,
            due, each.resident, each.contact_id,
        )
        for each in people
    ]  # fmt: skip
    return _by_order(wanted, actor, at)


@emergency_door(Purpose.QUARANTINE)
def give_unsampled(*, round_id: int, area: str, due_at: datetime | None = None, actor: Actor, at: datetime) -> int:  # fmt: skip
    """Send somebody to everybody of a town, village or cell whom a round of testing has not sampled, once a round.

    Raises:
        NoOrderInForce (also where testing is not ordered), NotPermitted, RoundUnknown, AreaTooLarge, DueInThePast,
        TooManyAtOnce.
    """
    require_area(actor, GIVE, area)
    rule = rules.rule(on=legal_day(at))
    due = due_at or at + timedelta(hours=rule.kinds[TEST_NOTICE].due_hours)
    if due <= at:
        raise DueInThePast()
    missing = testing.unsampled_ids(round_id, area=area[:VILLAGE_DIGITS], actor=actor, at=at)
    inside = {id: cell for id, cell in grid.cells_of(residents=missing).items() if cell.startswith(area)}  # fmt: skip
    if len(inside) > rule.most_at_once:
        raise TooManyAtOnce(count=len(inside), most=rule.most_at_once)
    wanted = [
        Wanted(f"unsampled:{round_id}:{id}", TEST_NOTICE, cell, due, id)
        for id, cell in sorted(inside.items())
    ]
    return _by_order(wanted, actor, at)


@emergency_door(Purpose.QUARANTINE)
def give_for_needs(*, area: str, actor: Actor, at: datetime) -> int:
    """Give the tasks by which confirmed needs of a town or village are served that are due today or tomorrow.

    Raises:
        NoOrderInForce, NotPermitted, AreaTooLarge.
    """
    require_area(actor, GIVE, area)
    rule = rules.rule(on=legal_day(at))
    rows = models.Need.objects.filter(
        needs_of(actor, at), state=NeedState.CONFIRMED.value, cell__startswith=area,
        next_on__lte=legal_day(at) + timedelta(days=1), resident_id__isnull=False,
    )  # fmt: skip
    wanted = [
        Wanted(
            f"need:{row.id}:{row.next_on}", row.service, row.cell,
            at + timedelta(hours=rule.kinds[row.service].due_hours), ResidentId(row.resident_id), need_id=row.id,
        )
        for row in rows.order_by("id")
    ]  # fmt: skip
    return _by_order(wanted, actor, at)


def first_task(need_id: UUID, *, at: datetime, actor: Actor) -> int:
    """Give the first task of a need that was just confirmed; part of the caller's transaction."""
    row = models.Need.objects.get(id=need_id)
    kind = rules.rule(on=legal_day(at)).kinds[row.service]
    wanted = Wanted(
        f"need:{row.id}:{row.next_on}", row.service, row.cell, at + timedelta(hours=kind.due_hours),
        ResidentId(row.resident_id), need_id=row.id,
    )  # fmt: skip
    return enter([wanted], order_id=row.order_id, place=row.cell[:VILLAGE_DIGITS], actor=actor, at=at)  # fmt: skip
