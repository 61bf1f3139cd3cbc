"""From counts of villages to figures of every area, so that parts always add up to their whole."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kangmai.analytics.engines.measure import Cell, Measure
from kangmai.analytics.errors import AreaUnknown, LevelNotCounted
from kangmai.analytics.indicators.counting import Counts
from kangmai.analytics.indicators.definition import Indicator
from kangmai.analytics.indicators.reporting import NOWHERE, Reporting
from kangmai.analytics.types import By, Figure, Form, Status
from kangmai.kernel.actor import subtree
from kangmai.standards.division_codes import Level, level_of
from kangmai.standards.divisions import DivisionKind, city, city_code_of, find_division

LENGTHS = {By.COUNTY: 6, By.TOWN: 9, By.VILLAGE: 12}
LEVELS = {By.COUNTY: Level.COUNTY, By.TOWN: Level.TOWN, By.VILLAGE: Level.VILLAGE}
NEXT = {Level.PREFECTURE: By.COUNTY, Level.COUNTY: By.TOWN, Level.TOWN: By.VILLAGE}


@dataclass(frozen=True, slots=True)
class Amounts:
    """Numerator, denominator (None for a plain count) and how much is known."""

    numerator: int
    denominator: int | None
    known: int | None


def next_below(area: str) -> By | None:
    """What an area is broken down by if nobody says."""
    return NEXT.get(level_of(area))


def check_level(indicator: Indicator, area: str, by: By | None) -> None:
    """Raises AreaUnknown, LevelNotCounted."""
    if find_division(area) is None:
        raise AreaUnknown(area=area)
    if by is None:
        return
    if by is By.INSTITUTION:
        counted = indicator.counted
        if counted is not None and (counted.rows.institution is None or indicator.against):
            raise LevelNotCounted(indicator=indicator.id, level=by.value)
        return
    order = [Level.PREFECTURE, Level.COUNTY, Level.TOWN, Level.VILLAGE]
    level = level_of(area)
    if level in order and order.index(LEVELS[by]) <= order.index(level):
        raise LevelNotCounted(indicator=indicator.id, level=by.value)


def placed(indicator: Indicator, counts: Counts, by: Reporting) -> Counts:
    """The counts with what institutions report elsewhere where they report it."""

    def cells(some: tuple[Cell, ...], measure: Measure | None) -> tuple[Cell, ...]:
        return by.placed(some, stands=measure is not None and measure.rows.stands is not None)

    return Counts(
        cells(counts.counted, indicator.counted), cells(counts.against, indicator.against)
    )


def total(
    indicator: Indicator, counts: Counts, area: str, reporting: Reporting = NOWHERE
) -> Amounts:
    """The amounts of a whole area."""
    return _amounts(
        indicator,
        _inside(counts.counted, area, reporting),
        _inside(counts.against, area, reporting),
    )


def parts(
    indicator: Indicator, counts: Counts, area: str, by: By, reporting: Reporting = NOWHERE
) -> dict[str, Amounts]:
    """The amounts of the parts of an area, by code: every division of the level, those without rows, too.

    What lies in the area and in none of its parts stands under "".
    """
    if by is By.INSTITUTION:
        grouped = _grouped(_inside(counts.counted, area, reporting), lambda cell: cell.institution)
        return {code: _amounts(indicator, cells, []) for code, cells in sorted(grouped.items())}
    length = LENGTHS[by]
    counted = _grouped(
        _inside(counts.counted, area, reporting), lambda cell: reporting.code(cell.place, length)
    )
    against = _grouped(
        _inside(counts.against, area, reporting), lambda cell: reporting.code(cell.place, length)
    )
    codes = sorted({*divisions_below(area, by), *counted, *against})
    return {
        code: _amounts(indicator, counted.get(code, ()), against.get(code, ())) for code in codes
    }


@lru_cache(maxsize=4096)
def divisions_below(area: str, by: By) -> tuple[str, ...]:
    """The codes of an area's civil divisions of a level, in order."""
    home, reach = city_code_of(area), subtree(area)
    if home is None:
        return ()
    divisions = city(home).at_level(LEVELS[by], kind=DivisionKind.CIVIL)
    return tuple(each.code for each in divisions if reach.covers(each.code))


def _inside(cells: Sequence[Cell], area: str, reporting: Reporting) -> Sequence[Cell]:
    """Those counted in an area; without zones they stand together, since counts are in the order of places."""
    if reporting.zones:
        covers = reporting.inside(area)
        return [cell for cell in cells if covers(cell.place)]
    reach = subtree(area)
    first, last = (bisect_left(cells, end, key=_place) for end in (reach.low, reach.high))
    return cells[first:last]


def _place(cell: Cell) -> str:
    return cell.place


def nearby(counts: Counts, by: By, reporting: Reporting = NOWHERE) -> Callable[[str], Counts]:
    """What gives an area of a level the counts among which its own are, so that not all are looked through for each.

    Those that lie in it, and those of zones that report elsewhere, which may count in any area.
    """
    length = LENGTHS[by]

    def near(cell: Cell) -> str:
        return "" if reporting.zone_of(cell.place) else cell.place[:length]

    counted, against = _grouped(counts.counted, near), _grouped(counts.against, near)

    def of(area: str) -> Counts:
        return Counts(
            (*counted.get("", ()), *counted.get(area, ())),
            (*against.get("", ()), *against.get(area, ())),
        )

    return of


def _grouped(cells: Iterable[Cell], key: Callable[[Cell], str]) -> dict[str, list[Cell]]:
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(key(cell), []).append(cell)
    return groups


def _amounts(indicator: Indicator, counted: Iterable[Cell], against: Iterable[Cell]) -> Amounts:
    cells = list(counted)
    whole = sum(cell.whole for cell in cells)
    match indicator.form:
        case Form.SHARE:
            has_known = indicator.counted is not None and indicator.counted.known is not None
            known = sum(cell.known for cell in cells) if has_known else None
            return Amounts(sum(cell.part for cell in cells), whole, known)
        case Form.RATIO:
            return Amounts(whole, sum(cell.whole for cell in against), None)
        case _:
            return Amounts(whole, None, None)


def figure(indicator: Indicator, area: str, amounts: Amounts) -> Figure:
    """Amounts as a figure; an empty denominator is no data, never 0 or 100."""
    value = indicator.value(amounts.numerator, amounts.denominator)
    status = Status.NO_DATA if value is None else Status.OK
    return Figure(area, status, value, amounts.numerator, amounts.denominator, amounts.known)
