"""The tree from the city to the micro-grid, line by line, and those who look after its cells."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left, Length

from kangmai.epidemic.grid import models, rules
from kangmai.epidemic.grid.errors import CellUnknown
from kangmai.epidemic.grid.queries.residents import counts_of
from kangmai.epidemic.grid.reach import MANAGE, READ, require_at
from kangmai.epidemic.grid.reading import cell_of, worker_of
from kangmai.epidemic.grid.types import (
    GRID_DIGITS,
    VILLAGE_DIGITS,
    Cell,
    GridFigures,
    Line,
    Worker,
)
from kangmai.kernel.actor import Actor, is_permitted, subtree
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import Division, city, city_code_of


def lines(*, code: str, actor: Actor, at: datetime) -> tuple[Line, ...]:
    """What lies right below a division or cell: divisions down to the village, then its cells.

    Raises:
        NotPermitted, CodeUnknown, CellUnknown.
    """
    require_at(actor, READ, code)
    if len(code) < VILLAGE_DIGITS:
        home = city_code_of(code)
        return _divisions(city(home).children(code) if home else ())
    return _cells(code, actor, at)


def _divisions(below: Iterable[Division]) -> tuple[Line, ...]:
    found = []
    for each in below:
        stem = subtree(each.code).low
        inside = {"code__startswith": stem}
        by_length = Counter(
            dict(
                models.Cell.objects.filter(**inside, is_closed=False)
                .annotate(n=Length("code")).values_list("n").annotate(c=Count("code"))
            )
        )  # fmt: skip
        homes = models.Home.objects.filter(cell__code__startswith=stem).count()
        people = _working(models.Worker.objects.filter(cell__code__startswith=stem)).count()
        found.append(
            Line(each.code, each.display, False, False, by_length[GRID_DIGITS], by_length[GRID_DIGITS + 2], homes, people, None)
        )  # fmt: skip
    return tuple(found)


def _cells(code: str, actor: Actor, at: datetime) -> tuple[Line, ...]:
    digits = len(code) + 2
    rows = models.Cell.objects.annotate(n=Length("code")).filter(n=digits, code__startswith=code)
    below = models.Cell.objects.annotate(n=Length("code")).filter(n=digits + 2, code__startswith=code, is_closed=False)  # fmt: skip
    micro = dict(below.annotate(up=Left("code", digits)).values_list("up").annotate(c=Count("code")))  # fmt: skip
    inside = {"cell__code__startswith": code}
    homes = dict(models.Home.objects.filter(**inside).annotate(up=Left("cell__code", digits)).values_list("up").annotate(c=Count("id")))  # fmt: skip
    working = _working(models.Worker.objects.filter(**inside))
    people = dict(working.annotate(up=Left("cell__code", digits)).values_list("up").annotate(c=Count("id")))  # fmt: skip
    residents: Counter[str] = Counter()
    for cell, n in counts_of(village=code[:VILLAGE_DIGITS], actor=actor, at=at).items():
        residents[cell[:digits]] += n
    is_grid = digits == GRID_DIGITS
    return tuple(
        Line(
            row.code, row.name, True, row.is_closed, 0, micro.get(row.code, 0) if is_grid else 0,
            homes.get(row.code, 0), people.get(row.code, 0), residents[row.code],
        )
        for row in rows.order_by("code")
    )  # fmt: skip


def _working(rows: QuerySet[models.Worker]) -> QuerySet[models.Worker]:
    return rows.filter(until_on=None)


def get_cell(*, code: str, actor: Actor, at: datetime) -> Cell:
    """One cell. Raises NotPermitted, CodeUnknown, CellUnknown."""
    require_at(actor, READ, code)
    row = models.Cell.objects.filter(code=code).first()
    if row is None:
        raise CellUnknown()
    return cell_of(row)


def workers(*, code: str, actor: Actor, at: datetime) -> tuple[Worker, ...]:
    """Who looks after a cell, by role and name. Raises NotPermitted, CodeUnknown, CellUnknown."""
    require_at(actor, READ, code)
    return _sorted(models.Worker.objects.filter(cell_id=code, until_on=None), at)


def workers_over(*, codes: Collection[str], at: datetime) -> dict[str, tuple[Worker, ...]]:
    """Who looks after each of some cells, or after the grid above it; for rooms that give them work."""
    above = {each[:digits] for each in codes for digits in (GRID_DIGITS, GRID_DIGITS + 2)}
    found = _sorted(models.Worker.objects.filter(cell_id__in=above, until_on=None), at)
    return {code: tuple(each for each in found if code.startswith(each.cell)) for code in codes}


def _sorted(rows: Iterable[models.Worker], at: datetime) -> tuple[Worker, ...]:
    order = {id: n for n, id in enumerate(rules.rule(on=legal_day(at)).roles)}
    found = [worker_of(row) for row in rows]
    return tuple(sorted(found, key=lambda each: (each.cell, order.get(each.role, 99), each.name)))


def own_cells(*, actor: Actor, at: datetime) -> tuple[str, ...]:
    """The cells that an actor looks after, by code."""
    today = legal_day(at)
    rows = models.Worker.objects.filter(account_id=actor.account, from_on__lte=today)
    standing = rows.filter(Q(until_on=None) | Q(until_on__gt=today))
    return tuple(sorted(set(standing.values_list("cell_id", flat=True))))


def cell_names(*, codes: Collection[str]) -> dict[str, str]:
    """What some cells are called."""
    return dict(models.Cell.objects.filter(code__in=set(codes)).values_list("code", "name"))


def may_shape(*, code: str, actor: Actor) -> bool:
    """Whether an actor may draw and appoint there."""
    return is_permitted(actor, MANAGE, code[:VILLAGE_DIGITS])


def figures(*, area: str, actor: Actor, at: datetime) -> GridFigures:
    """The grid of an area in numbers. Raises NotPermitted, CodeUnknown."""
    require_at(actor, READ, area)
    stem = subtree(area).low
    cells = models.Cell.objects.filter(code__startswith=stem, is_closed=False)
    counted = dict(cells.annotate(n=Length("code")).values_list("n").annotate(c=Count("code")))
    return GridFigures(
        grids=counted.get(GRID_DIGITS, 0),
        micro_grids=counted.get(GRID_DIGITS + 2, 0),
        workers=_working(models.Worker.objects.filter(cell__code__startswith=stem)).count(),
        homes=models.Home.objects.filter(cell__code__startswith=stem).count(),
    )
