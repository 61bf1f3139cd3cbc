"""The board: days of supply of an area and its parts, and what is short in them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.cells import cells, smallest
from kangmai.epidemic.supplies.errors import AreaUnknown
from kangmai.epidemic.supplies.reach import READ, reaches, stores
from kangmai.epidemic.supplies.rulebook import rule
from kangmai.epidemic.supplies.types import Board, Cell, UnitLine
from kangmai.kernel.actor import Actor, subtree
from kangmai.registry import queries as registry
from kangmai.registry.types import Organization
from kangmai.standards.divisions import city, city_code_of

WHOLE = ""
LIMIT = 60
PAGE = 200


def board(
    *, area: str, on: date, actor: Actor, only_short: bool = False, after: str = "", limit: int = LIMIT
) -> Board:  # fmt: skip
    """An area with its counties, towns, villages, and the institutions that belong to none of them or stand there alone.

    The cells of a division are pooled: all its stock against all its use. Its short cells are those of single
    institutions, which pooling hides. Lines with the most short cells come first.

    Raises:
        NotPermitted, AreaUnknown.
    """
    places = dict(stores(actor, area=area).values_list("organization_id", "place_code"))
    units = _units(area, places)
    found = rule(on=on)
    keys = [each.id for each in found.key_items]
    alone = cells({id: str(id) for id in places}, keys, found, on=on)
    pooled = cells(units, keys, found, on=on)
    whole = cells(dict.fromkeys(places, WHOLE), keys, found, on=on).get(WHOLE, {})
    members: dict[str, list[int]] = defaultdict(list)
    for id, unit in units.items():
        members[unit].append(id)
    known = set(
        models.StoreLoad.objects.filter(store_id__in=places).values_list("store_id", flat=True)
    )

    def line(unit: str, ids: list[int], in_use: Mapping[str, Cell]) -> UnitLine:
        short = [
            sum(1 for each in alone.get(str(id), {}).values() if (each.days or 0) < found.reserve_days)
            for id in ids
        ]  # fmt: skip
        return UnitLine(
            unit=unit,
            is_institution=len(ids) == 1 and unit == str(ids[0]),
            cells=in_use,
            institutions=len(ids),
            short_cells=sum(short),
            short_institutions=sum(1 for each in short if each),
            unknown_institutions=sum(1 for id in ids if id not in known),
            smallest=smallest(in_use),
        )

    lines = [line(unit, ids, pooled.get(unit, {})) for unit, ids in members.items()]
    lines = [each for each in lines if each.short_cells or not only_short]
    lines.sort(key=lambda each: (-each.short_cells, each.is_institution, each.unit))
    begin = int(after) if after.isascii() and after.isdecimal() else 0
    following = str(begin + limit) if len(lines) > begin + limit else ""
    shown = tuple(lines[begin : begin + limit])
    return Board(area, on, line(WHOLE, list(places), whole), shown, following)


def silent(*, area: str, on: date, actor: Actor) -> tuple[int, ...]:
    """Institutions of an area that should keep a store, since their posts imply a load, and never entered anything.

    Raises:
        NotPermitted.
    """
    seen = set(stores(actor, area=area).values_list("organization_id", flat=True))
    kinds = {kind for share in rule(on=on).from_posts for kind in share.kinds}
    return tuple(
        each.id
        for kind in sorted(kinds)
        for each in institutions(kind, area, actor)
        if each.id not in seen and reaches(actor, READ, each.id, each.parent_id, each.division_code)
    )


def institutions(kind: str, area: str, actor: Actor) -> Iterator[Organization]:
    """Every institution of a kind in an area, by name."""
    after = ""
    while True:
        page = registry.search_organizations(
            kind=kind, division=area, after=after, limit=PAGE, actor=actor
        )
        yield from page.rows
        after = page.next
        if not after:
            return


def _units(area: str, places: Mapping[int, str]) -> dict[int, str]:
    """Under which line each institution stands: the part of the area it lies in, or its own if it is alone there."""
    home = city_code_of(area)
    found = city(home).find(area) if home else None
    if home is None or found is None:
        raise AreaUnknown(area=area[:14])
    stems = {subtree(each.code).low: each.code for each in city(home).children(found.code)}
    lengths = sorted({len(stem) for stem in stems})
    parts = {
        id: next((stems[place[:n]] for n in lengths if place[:n] in stems), "")
        for id, place in places.items()
    }
    members = Counter(parts.values())
    return {id: part if part and members[part] > 1 else str(id) for id, part in parts.items()}
