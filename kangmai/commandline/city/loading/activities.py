"""Health education and patrols of the invented city in the running year, from each institution's least and diligence."""

import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.institutions.types import Institution
from kangmai.kernel.actor import Actor
from kangmai.programmes.activities import actions, queries
from kangmai.programmes.activities.actions import ActivityDraft
from kangmai.programmes.activities.types import ActivityKind, ActivityRule
from kangmai.standards.calendars import legal_day

RULES = ("health_education", "health_supervision")
TOWN = ("township_hospital", "community_centre")


def load_city_activities(
    city: InventedCity, organizations: Sequence[int], *, actor: Actor, at: datetime
) -> int:
    """Load a year's activities up to today; how many."""
    on, table = legal_day(at), read("activities")
    drafts = [
        draft
        for id in RULES
        for each in city.network.institutions
        if each.kind in TOWN or each.order % table["village_from"] == 0
        for draft in _of(queries.activity_rule(id, on=on), each, organizations[each.order], on, table)
    ]  # fmt: skip
    return actions.load_activities(drafts, actor=actor, at=at)


def _of(
    rule: ActivityRule, each: Institution, organization: int, on: date, table: dict[str, Any]
) -> Iterator[ActivityDraft]:
    passed = (on - date(on.year, 1, 1)).days
    low, high = table["diligence_percent"]
    diligence = low + _dice(f"{rule.id}{each.code}", high - low)
    for kind_id, least in rule.least.get(each.kind, {}).items():
        venues = [""] if least.count else [str(n + 1) for n in range(least.venues or 1)]
        asked = least.count or least.times
        count = asked * passed * diligence // (365 * 100)
        for venue in venues:
            for number in range(count):
                day = date(on.year, 1, 1) + timedelta(days=passed * (number + 1) // (count + 1))
                kind = rule.kinds[kind_id]
                yield _draft(rule, kind, each, organization, day, number, venue, table)


def _draft(
    rule: ActivityRule,
    kind: ActivityKind,
    each: Institution,
    organization: int,
    day: date,
    number: int,
    venue: str,
    table: dict[str, Any],
) -> ActivityDraft:
    seed = f"{rule.id}{kind.id}{each.code}{number}{venue}"
    topics = table["topics"]
    found = kind.finds and _dice(seed, 100) < table["problem_percent"]
    is_reported = found and _dice(f"r{seed}", 100) < table["reported_percent"]
    return ActivityDraft(
        rule=rule.id, kind=kind.id, organization=organization, place_code=each.division, on=day,
        title="" if kind.finds else topics[(number + _dice(each.code, len(topics))) % len(topics)],
        venue=table["sites"].get(kind.id, f"宣传栏{venue}" if venue else "" if kind.id in ("print", "audiovisual") else "会议室"),
        people=20 + _dice(seed, 60) if kind.asks_people else None,
        pieces=40 + _dice(seed, 200) if kind.pieces else None,
        problem=table["problems"][_dice(seed, len(table["problems"]))] if found else "",
        reported_on=day if is_reported else None,
    )  # fmt: skip


def _dice(what: str, sides: int) -> int:
    """A number from 0 on, below `sides`, that a text always has."""
    return zlib.crc32(what.encode()) % max(1, sides)
