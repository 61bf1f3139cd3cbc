"""The rules on cases, applied to what has just come in: single cases, clusters, deaths, the first in years."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from kangmai.epidemic.surveillance import rule_book
from kangmai.epidemic.surveillance.areas import county_of, town_of
from kangmai.epidemic.surveillance.case_rules import CaseReport, Place, Threshold, clusters
from kangmai.epidemic.surveillance.evidence import Evidence, Layer
from kangmai.epidemic.surveillance.types import (
    CaseRule,
    Occurrence,
    SourceKind,
    Within,
)

FIRST_IN_YEARS = "FIRST5"
YEARS = 5
VILLAGE = 12
IN_PLACES = (Within.CASE, Within.PLACE)
MOST_KEYS = 200
"""Cases that evidence names one by one; a larger number is a number."""


@dataclass(frozen=True, slots=True)
class _Row:
    source: str
    key: str
    condition: str
    area_code: str
    place_id: int | None
    day: date
    count: int
    deaths: int
    is_imported: bool


def evidence(
    database: psycopg.Connection, arrived: Sequence[Occurrence], *, on: date
) -> list[Evidence]:
    """What the rules say about the places and days that something arrived for."""
    found: list[Evidence] = []
    known = rule_book.sources(on)
    arrived = [
        each for each in arrived if each.source in known and "rule" in known[each.source].layers
    ]
    for rule in rule_book.case_rules(on):
        touched = [each for each in arrived if each.condition in rule.conditions]
        if touched:
            found += _by_rule(database, rule, touched, on)
    cases = [e for e in arrived if e.is_counted and known[e.source].kind is SourceKind.CASES]
    found += _first_in_years(database, cases, on)
    found += [_told(each, on) for each in arrived if known[each.source].kind is SourceKind.PEOPLE]
    return found


def _by_rule(
    database: psycopg.Connection, rule: CaseRule, touched: Sequence[Occurrence], on: date
) -> Iterator[Evidence]:
    """The latest evidence of each place that a touched case belongs to."""
    places = {(e.source, place) for e in touched if (place := _place(rule, e)) is not None}
    if not places:
        return
    keys = {(each.source, each.key) for each in touched}
    first = min(each.day for each in touched) - timedelta(days=rule.days - 1)
    last = max(each.day for each in touched) + timedelta(days=rule.days - 1)
    rows = [
        row
        for row in _rows(database, rule, first, last)
        if (row.source, _place(rule, row)) in places
    ]
    named = {f"{row.source}\x1f{row.key}\x1f{row.condition}": row for row in rows}
    for cases, least in (("count", rule.cases), ("deaths", rule.deaths)):
        if least is None:
            continue
        reports = [
            CaseReport(
                id=id,
                disease=rule.id,
                area=row.area_code,
                day=row.day,
                institution=f"{row.source}\x1f{_place(rule, row)}",
                cases=getattr(row, cases),
            )
            for id, row in named.items()
            if getattr(row, cases)
        ]
        threshold = Threshold(rule.id, least, rule.days, Place.INSTITUTION)
        signals = clusters(reports, threshold=threshold)
        latest = {
            (named[e.cases[-1]].source, _place(rule, named[e.cases[-1]]), e.day): e for e in signals
        }
        for each in latest.values():
            behind = [named[id] for id in each.cases]
            if {(row.source, row.key) for row in behind} & keys:
                yield _evidence(rule, behind, each, is_death=cases == "deaths", on=on)


def _place(rule: CaseRule, row: Occurrence | _Row) -> str | None:
    """What a rule counts together, as text; None where a case does not say."""
    match rule.within:
        case Within.CASE:
            # cases of a day in one town stand together, so that each is seen and none hides another
            return f"{town_of(row.area_code)} {row.place_id or 0} {row.day}"
        case Within.PLACE:
            return str(row.place_id) if row.place_id else None
        case Within.VILLAGE:
            return row.area_code[:VILLAGE] if len(row.area_code) >= VILLAGE else None
        case Within.TOWN:
            return town_of(row.area_code)
        case Within.COUNTY:
            return county_of(row.area_code)


def _rows(database: psycopg.Connection, rule: CaseRule, first: date, last: date) -> list[_Row]:
    """What stands in the window; for single cases also what is suspected and not counted yet."""
    counted = "" if rule.within is Within.CASE else "AND is_counted"
    rows = database.execute(
        f"""SELECT source, key, condition, area_code, place_id, day, count, deaths, is_imported
            FROM surveillance_occurrence
            WHERE condition = ANY(%s) AND day >= %s AND day <= %s AND NOT is_withdrawn {counted}
            ORDER BY day, key""",
        [list(rule.conditions), first, last],
    ).fetchall()
    return [_Row(*row) for row in rows]


def _evidence(
    rule: CaseRule, behind: Sequence[_Row], said: Evidence, *, is_death: bool, on: date
) -> Evidence:
    latest = behind[-1]
    inside = county_of if rule.within is Within.COUNTY else town_of
    return Evidence(
        layer=Layer.RULE,
        disease=rule_book.group_of(latest.condition, on),
        area=inside(latest.area_code),
        day=said.day,
        source=latest.source,
        observed=said.observed,
        expected=None,
        p=None,
        reason=said.reason,
        cases=tuple(row.key for row in behind[:MOST_KEYS]),
        condition=latest.condition,
        place=_named_place(rule, behind) if rule.within in IN_PLACES else "",
        method=f"{rule.id}D" if is_death else rule.id,
        threshold=float(rule.deaths or 0) if is_death else float(rule.cases),
        detail={
            "days": rule.days,
            "within": rule.within.value,
            "hours": rule.hours,
            "verified": rule.is_verified,
            "deaths": is_death,
            "imported": sum(row.is_imported for row in behind),
            "village": latest.area_code if rule.within is Within.VILLAGE else "",
        },
    )


def _named_place(rule: CaseRule, behind: Sequence[_Row]) -> str:
    """The institution, where all cases of the evidence are of one."""
    places = {row.place_id for row in behind}
    (only,) = places if len(places) == 1 else (None,)
    return str(only) if only else ""


def _first_in_years(
    database: psycopg.Connection, arrived: Collection[Occurrence], on: date
) -> Iterator[Evidence]:
    """The first case of a disease in a county after five years without; silent where history is shorter."""
    for each in arrived:
        county = county_of(each.area_code)
        row = database.execute(
            """SELECT (SELECT min(day) FROM surveillance_daily WHERE source = %(source)s) <= %(since)s::date
                 AND NOT EXISTS (
                   SELECT FROM surveillance_occurrence
                   WHERE source = %(source)s AND condition = %(condition)s AND left(area_code, 6) = %(county)s
                     AND day >= %(since)s AND (day, key) < (%(day)s, %(key)s) AND is_counted AND NOT is_withdrawn)""",
            {
                "source": each.source,
                "condition": each.condition,
                "county": county,
                "day": each.day,
                "key": each.key,
                "since": each.day - timedelta(days=round(YEARS * 365.25)),
            },
        ).fetchone()
        if row and row[0]:
            yield Evidence(
                layer=Layer.RULE,
                disease=rule_book.group_of(each.condition, on),
                area=county,
                day=each.day,
                source=each.source,
                observed=float(each.count),
                expected=0.0,
                p=None,
                reason=f"the first case of {each.condition} in {county} in {YEARS} years",
                cases=(each.key,),
                condition=each.condition,
                place=str(each.place_id or ""),
                method=FIRST_IN_YEARS,
                threshold=1.0,
                detail={"within": "county", "years": YEARS, "hours": 24, "verified": True},
            )


def _told(each: Occurrence, on: date) -> Evidence:
    """Somebody says so: always a signal."""
    return Evidence(
        layer=Layer.RULE,
        disease=rule_book.group_of(each.condition, on),
        area=town_of(each.area_code),
        day=each.day,
        source=each.source,
        observed=float(each.count),
        expected=None,
        p=None,
        reason="somebody reports it",
        cases=(each.key,),
        condition=each.condition,
        place=str(each.place_id or ""),
        method=f"TOLD {each.key}"[:40],
        threshold=None,
        detail={"within": "case", "hours": 24, "verified": True},
    )
