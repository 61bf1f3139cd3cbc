"""What stands in the stores of the invented city, and who is at post there at full load. No database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from kangmai.commandline.city.assumptions import Table, read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.institutions.types import Institution
from kangmai.commandline.city.streams import Stream
from kangmai.epidemic.supplies import rules
from kangmai.epidemic.supplies.types import HeldLot, LoadLine, Rule, StoreLoadRow

PIECES = 10
"""Stocks are whole tens: nobody counts 1,237 gloves."""


def stores(city: InventedCity, organizations: Sequence[int]) -> Iterator[StoreLoadRow]:
    """The stores of every institution that has one, in the order of the network."""
    found, table = rules.rule(on=city.on), read("supplies")
    stream = Stream(city.seed, city.code, "supplies")
    for each in city.network.institutions:
        loads = _loads(city, each, table, found, stream)
        if not loads:
            continue
        parent = organizations[each.parent] if each.parent >= 0 else None
        lots = tuple(_lots(city, each, loads, table, found, stream))
        said = () if stream.chance(table["silent_share"], 1)[0] else loads
        yield StoreLoadRow(organizations[each.order], parent, each.division, said, lots)


def _loads(
    city: InventedCity, each: Institution, table: Table, found: Rule, stream: Stream
) -> tuple[LoadLine, ...]:
    members = city.network.staff_of[each.order]
    posts = Counter(city.network.staff[person].role for person in members)
    loads = rules.from_posts(each.kind, posts, found)
    for load, (low, high) in table["services"].get(each.kind, {}).items():
        loads.append(LoadLine(load, low + int(stream.below(high - low + 1, 1)[0])))
    return tuple(loads)


def _lots(
    city: InventedCity,
    each: Institution,
    loads: tuple[LoadLine, ...],
    table: Table,
    found: Rule,
    stream: Stream,
) -> Iterator[HeldLot]:
    """The lots of one store: as many days of each item in use as chance gives, a few that have expired."""
    for item in found.items:
        burn = rules.burn_milli(item, loads, found)
        if not burn:
            continue
        days = _days(each.kind, table, stream)
        units = max(PIECES, int(burn * days / 1000 / PIECES) * PIECES)
        count = table["lots"][0] + int(stream.below(table["lots"][1] - table["lots"][0] + 1, 1)[0])
        near, distant = table["expiry_days"]
        for number, part in enumerate(_parts(units, count)):
            if part:
                left = near + int(stream.below(distant - near, 1)[0])
                yield HeldLot(item, f"{number + 1:02}", city.on + timedelta(left), part)
        if stream.chance(table["expired_share"], 1)[0]:
            yield HeldLot(item, "00", city.on - timedelta(1 + left % 60), PIECES)


def _days(kind: str, table: Table, stream: Stream) -> float:
    if kind in table["reserve_kinds"]:
        low, high = table["reserve_days"]
    else:
        share = table["short_share"].get(kind, table["short_share"]["other"])
        low, high = table["short_days" if stream.chance(share, 1)[0] else "enough_days"]
    return float(low + stream.uniform(1)[0] * (high - low))


def _parts(units: int, count: int) -> list[int]:
    """Whole tens that sum to `units`, the first lot the smallest."""
    each = units // count // PIECES * PIECES
    return [*[each] * (count - 1), units - each * (count - 1)]
