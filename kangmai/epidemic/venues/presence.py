"""Who was where, as SQL over the scans: how it is counted stands in docs/algorithms/co-presence.md."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from kangmai.epidemic.venues import rules
from kangmai.epidemic.venues.types import Carrying, Contact, Exposure, PersonKey, VenueRule
from kangmai.kernel.connections import reading

SQL = Path(__file__).parent / "sql"
Asked = tuple[PersonKey, int, int]
"""Somebody asked about, with the first second of the scans that count and the first that no longer does."""


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _dwell(rule: VenueRule, first: int, past: int) -> dict[str, Any]:
    """The dwell times, and the days that may hold a scan that matters."""
    longest = max(kind.dwell_minutes for kind in rule.kinds.values()) * 60
    return {
        "kinds": list(rule.kinds),
        "seconds": [kind.dwell_minutes * 60 for kind in rule.kinds.values()],
        "low": first - longest,
        "high": past + longest,
    }


Place = tuple[int, datetime, datetime, int, int]
"""Venue, from, until, answer, channel."""


def places(person: PersonKey, first: int, past: int, rule: VenueRule) -> list[Place]:
    """The stays of one person, in order of time."""
    asked = {**_dwell(rule, first, past), "person": person, "first": first, "past": past}
    with reading() as database:
        rows = database.execute(_statement("places"), asked, prepare=False).fetchall()
    return [
        (venue, rules.instant_of(at), rules.instant_of(until), answer, channel)
        for venue, at, until, answer, channel in rows
    ]


def _asked(asked: Sequence[Asked], rule: VenueRule) -> dict[str, Any]:
    first, past = min(each[1] for each in asked), max(each[2] for each in asked)
    return {
        **_dwell(rule, first, past),
        "persons": [each[0] for each in asked],
        "firsts": [each[1] for each in asked],
        "pasts": [each[2] for each in asked],
        "least": rule.least_overlap_minutes * 60,
    }


def contacts(asked: Sequence[Asked], rule: VenueRule, *, generation: int = 1) -> list[Contact]:
    """Everybody who was somewhere together with one of those asked about, the longest first."""
    if not asked:
        return []
    with reading() as database:
        rows = database.execute(
            _statement("contacts"), _asked(asked, rule), prepare=False
        ).fetchall()
    return [
        Contact(
            PersonKey(of), PersonKey(person), venue, rules.instant_of(at), seconds // 60, generation
        )
        for of, person, venue, at, seconds in rows
    ]


def generations(asked: Sequence[Asked], rule: VenueRule) -> list[Contact]:
    """Contacts of the cases, and contacts of these from their first exposure on who are neither."""
    first = contacts(asked, rule)
    past = max((each[2] for each in asked), default=0)
    known = {each[0] for each in asked}
    exposed: dict[PersonKey, int] = {}
    for each in first:
        if each.person not in known:
            at = rules.second_of(each.first_at)
            exposed[each.person] = min(at, exposed.get(each.person, at))
    second = contacts(
        [(person, since, past) for person, since in sorted(exposed.items())], rule, generation=2
    )
    fresh = [each for each in second if each.person not in known and each.person not in exposed]
    return [*first, *fresh]


def exposures(
    asked: Sequence[Asked],
    rule: VenueRule,
    *,
    excluded: Sequence[PersonKey] = (),
    generation: int = 1,
) -> list[Exposure]:
    """What `contacts` finds, by day and with the last moment together, in the order of people, venue and day."""
    if not asked:
        return []
    given = {**_asked(asked, rule), "excluded": list(excluded)}
    with reading() as database:
        rows = database.execute(_statement("exposures"), given, prepare=False).fetchall()
    return [
        Exposure(
            PersonKey(of), PersonKey(person), venue, kind, day,
            rules.instant_of(first), rules.instant_of(last), seconds // 60, total // 60, generation,
        )
        for of, person, venue, kind, day, first, last, seconds, total in rows
    ]  # fmt: skip


def exposed_generations(
    asked: Sequence[Asked], rule: VenueRule, carrying: Carrying | None
) -> list[Exposure]:
    """Exposures by those asked about; and, where some of the exposed carry on, exposures by these.

    A second generation is counted from each carrier's first exposure to the end of the window, and leaves out
    everybody asked about and everybody of the first.
    """
    first = exposures(asked, rule)
    if carrying is None:
        return first
    known = {each[0] for each in asked}
    past = max((each[2] for each in asked), default=0)
    since: dict[PersonKey, int] = {}
    for each in first:
        if each.person not in known and carrying.takes(each):
            at = rules.second_of(each.first_at)
            since[each.person] = min(at, since.get(each.person, at))
    carriers = [(person, at, past) for person, at in sorted(since.items())]
    excluded = sorted(known | {each.person for each in first})
    return [*first, *exposures(carriers, rule, excluded=excluded, generation=2)]
