"""Series as pages show them: of one signal by source, of the city by county and day, and how whole the sources are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kangmai.epidemic.surveillance import counting, rule_book
from kangmai.epidemic.surveillance.reach import READ, places
from kangmai.epidemic.surveillance.types import Completeness, Signal, SourceKind
from kangmai.kernel.actor import Actor, Label, require, subtree
from kangmai.kernel.connections import reading


@dataclass(frozen=True, slots=True)
class SourceSeries:
    """What one source counts of one condition in an area, by day; absent days have no count."""

    source: str
    condition: str
    counts: Mapping[date, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """What a school or another place reported of a condition."""

    place_id: int
    condition: str
    source: str
    count: int
    latest: date


def around(signal: Signal, *, on: date, days: int = 42, actor: Actor) -> tuple[SourceSeries, ...]:
    """What every source says of a signal's group and area in the days before, for comparison.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    members = list({signal.group, signal.condition, *rule_book.members(signal.group, on)})
    reach = subtree(signal.area_code)
    with reading() as database:
        rows = database.execute(
            """SELECT source, condition, day, sum(count)::int8 FROM surveillance_daily
               WHERE condition = ANY(%s) AND area_code >= %s AND area_code < %s AND day > %s AND day <= %s
               GROUP BY source, condition, day ORDER BY source, condition, day""",
            [members, reach.low, reach.high, on - timedelta(days=days), on],
        ).fetchall()
    spell = [on - timedelta(days=back) for back in reversed(range(days))]
    counted = {id for id, each in rule_book.sources(on).items() if each.kind is SourceKind.COUNTS}
    found: dict[tuple[str, str], dict[date, int]] = {}
    for source, condition, day, count in rows:
        # who counts case by case has counted none on the other days; a silent school has not
        empty = {} if source in counted else dict.fromkeys(spell, 0)
        found.setdefault((source, condition), empty)[day] = count
    return tuple(SourceSeries(*key, counts) for key, counts in found.items())


def places_of(signal: Signal, *, on: date, days: int = 14, actor: Actor) -> tuple[PlaceCount, ...]:
    """The institutions behind a signal, the most cases first. Raises NotPermitted."""
    require(actor, READ)
    members = list({signal.group, signal.condition, *rule_book.members(signal.group, on)})
    reach = subtree(signal.area_code)
    with reading() as database:
        rows = database.execute(
            """SELECT place_id, condition, source, sum(count)::int8 AS total, max(day) FROM surveillance_daily
               WHERE condition = ANY(%s) AND area_code >= %s AND area_code < %s AND day > %s AND day <= %s
                 AND place_id <> 0
               GROUP BY place_id, condition, source HAVING sum(count) > 0 ORDER BY total DESC LIMIT 20""",
            [members, reach.low, reach.high, on - timedelta(days=days), on],
        ).fetchall()
    return tuple(PlaceCount(*row) for row in rows)


def by_area(*, group: str, on: date, days: int, digits: int, actor: Actor) -> dict[str, int]:
    """Cases of a group by county or town in the days before, in the actor's places. Raises NotPermitted."""
    key = "left(area_code, %(digits)s)"
    return dict(_grouped(key, group=group, on=on, days=days, digits=digits, actor=actor))


def by_day(*, group: str, on: date, days: int, actor: Actor) -> dict[date, int]:
    """Cases of a group by day in the actor's places. Raises NotPermitted."""
    return dict(_grouped("day", group=group, on=on, days=days, digits=0, actor=actor))


def completeness(*, on: date, actor: Actor) -> tuple[Completeness, ...]:
    """How whole each source is on a day in the actor's places. Raises NotPermitted."""
    require(actor, READ)
    areas = [(each.low, each.high) for each in places(actor, READ)]
    with reading() as database:
        return tuple(
            counting.completeness(database, source=source, on=on, areas=areas)
            for source in rule_book.sources(on)
        )


def conditions_seen(*, on: date, days: int, actor: Actor) -> tuple[tuple[str, int], ...]:
    """The groups that anything was counted of in the days before, the most cases first."""
    require(actor, READ)
    areas = [(each.low, each.high) for each in places(actor, READ)]
    with reading() as database:
        rows = database.execute(
            """SELECT condition, sum(count)::int8 FROM surveillance_daily d
               WHERE day > %s AND day <= %s AND EXISTS (
                 SELECT FROM unnest(%s::text[], %s::text[]) AS r (low, high)
                 WHERE d.area_code >= r.low AND d.area_code < r.high)
               GROUP BY condition""",
            [on - timedelta(days=days), on, [a for a, _ in areas], [b for _, b in areas]],
        ).fetchall()
    sums: dict[str, int] = {}
    for condition, count in rows:
        if rule_book.label(condition, on) in actor.scope.labels:
            group = rule_book.group_of(condition, on)
            sums[group] = sums.get(group, 0) + count
    return tuple(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _grouped(
    key: str, *, group: str, on: date, days: int, digits: int, actor: Actor
) -> Sequence[tuple[Any, int]]:
    require(actor, READ)
    members = [
        each
        for each in {group, *rule_book.members(group, on)}
        if rule_book.label(each, on) in actor.scope.labels
        or rule_book.label(each, on) is Label.NORMAL
    ]
    areas = [(each.low, each.high) for each in places(actor, READ)]
    with reading() as database:
        return database.execute(
            f"""SELECT {key} AS key, sum(count)::int8 FROM surveillance_daily d
                WHERE condition = ANY(%(members)s) AND day > %(first)s AND day <= %(on)s AND EXISTS (
                  SELECT FROM unnest(%(low)s::text[], %(high)s::text[]) AS r (low, high)
                  WHERE d.area_code >= r.low AND d.area_code < r.high)
                GROUP BY key ORDER BY key""",
            {
                "members": members,
                "first": on - timedelta(days=days),
                "on": on,
                "digits": digits,
                "low": [a for a, _ in areas],
                "high": [b for _, b in areas],
            },
        ).fetchall()
