"""How tasks stand by cell, who of each cell a round has not sampled, and the figures of an area."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.db.models.functions import Left

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.nucleic_acid import queries as testing
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import models
from kangmai.epidemic.tasks.reach import COUNT, GIVE, placed, require_any, require_area
from kangmai.epidemic.tasks.types import (
    WAITING,
    CellLine,
    NeedState,
    TaskFigures,
    TaskState,
    UnsampledLine,
)
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.standards.calendars import LEGAL_TIME, legal_day

MOST = 300
DIGITS = {4: 6, 6: 9, 9: 12, 12: 14, 14: 16, 16: 16}
"""From the length of an area's stem to that of its parts."""


def _times(at: datetime) -> dict[str, Q]:
    local = at.astimezone(LEGAL_TIME)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    waiting = Q(state__in=[each.value for each in WAITING])
    done = Q(state=TaskState.DONE.value)
    return {
        "open": waiting,
        "late": waiting & Q(due_at__lt=at),
        "done_today": done & Q(done_at__gte=midnight, done_at__lt=midnight + timedelta(days=1)),
        "abnormal": done & Q(is_abnormal=True),
        "done": done,
        "done_in_time": done & Q(done_at__lte=F("due_at")),
    }


@emergency_door(Purpose.QUARANTINE)
def board(*, area: str, actor: Actor, at: datetime) -> tuple[CellLine, ...]:
    """Tasks of the parts of an area, those with the most late ones first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require_any(actor, COUNT, GIVE)
    stem = subtree(area).low
    digits = DIGITS.get(len(stem), 16)
    rows = models.Task.objects.filter(placed(actor, COUNT, GIVE), order_id__in=living(at=at), cell__startswith=stem)  # fmt: skip
    names = ("open", "late", "done_today", "abnormal")
    counts = {f"n_{name}": Count("id", filter=_times(at)[name]) for name in names}
    found = rows.annotate(part=Left("cell", digits)).values("part").annotate(**counts)
    ordered = found.order_by("-n_late", "-n_open", "part")[:MOST]
    return tuple(CellLine(row["part"], *(row[f"n_{name}"] for name in names)) for row in ordered)


@emergency_door(Purpose.QUARANTINE)
def unsampled(*, round_id: int, area: str, actor: Actor, at: datetime) -> tuple[UnsampledLine, ...]:
    """How many residents of each cell of a town or village a round has not sampled, the most first.

    Raises:
        NoOrderInForce (also where testing is not ordered), NotPermitted, RoundUnknown, AreaTooLarge.
    """
    require_area(actor, GIVE, area)
    missing = testing.unsampled_ids(round_id, area=area[:12], actor=actor, at=at)
    cells = grid.cells_of(residents=missing)
    marks = {f"unsampled:{round_id}:{id}": cell for id, cell in cells.items()}
    given = models.Task.objects.filter(mark__startswith=f"unsampled:{round_id}:", cell__startswith=area)  # fmt: skip
    tasked = Counter(marks[mark] for mark in given.values_list("mark", flat=True) if mark in marks)
    counted = Counter(cell for cell in cells.values() if cell.startswith(area))
    return tuple(UnsampledLine(cell, n, tasked[cell]) for cell, n in counted.most_common(MOST))


@emergency_door(Purpose.QUARANTINE)
def figures(*, area: str = "", actor: Actor, at: datetime) -> TaskFigures:
    """Tasks and needs of the actor's part of an area, in numbers.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, COUNT)
    today = legal_day(at)
    inside = placed(actor, COUNT) & Q(order_id__in=living(at=at))
    if area:
        inside &= Q(cell__startswith=subtree(area).low)
    tasks = models.Task.objects.filter(inside)
    counts = tasks.aggregate(**{f"n_{name}": Count("id", filter=q) for name, q in _times(at).items()})  # fmt: skip
    waiting = tasks.filter(_times(at)["open"]).values_list("kind").annotate(n=Count("id"))
    confirmed = Q(state=NeedState.CONFIRMED.value)
    needs = models.Need.objects.filter(inside).aggregate(
        needs=Count("id", filter=confirmed),
        needs_served=Count("id", filter=confirmed & Q(next_on__gt=today)),
        needs_waiting=Count("id", filter=Q(state=NeedState.PROPOSED.value)),
    )
    return TaskFigures(
        **{name.removeprefix("n_"): n for name, n in counts.items()}, **needs, by_kind=dict(waiting.order_by("kind")), on=today
    )  # fmt: skip
