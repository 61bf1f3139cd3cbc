"""The figures of a kind by county beside its list: a map, places for a thousand residents, coverage of bases."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.kernel.actor import Actor
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area
from kangmai.programmes.points import queries, rules
from kangmai.programmes.points.types import AreaFigures, Covered, Kind
from kangmai.standards.divisions import City, find_division
from kangmai.standards.geography import boundaries_json
from kangmai.standards.population import Confidence, find_population

COUNTY = 6


@dataclass(frozen=True, slots=True)
class CountyLine:
    """A county in the table of figures; `rate` is places for a thousand, or the first base's coverage."""

    code: str
    name: str
    points: int
    confirmed: int
    able: int
    size: int
    used: int
    to_mend: int
    rate: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True)
class BaseLine:
    """A base of a kind: how many of its institutions have a confirmed point that fulfils everything."""

    title: str
    able: int
    with_point: int
    institutions: int
    percent: str
    target: str
    tone: str
    source: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything counted of a kind in the actor's places."""

    lines: list[CountyLine]
    whole: CountyLine
    bases: list[BaseLine]
    rate_title: str
    target: str
    target_source: str
    population_note: str
    map: dict[str, Any] | None
    map_title: str
    attribution: str


def size_title(known: Kind) -> str:
    """What is added up: places, beds, rooms."""
    return known.fields[known.size].title.in_language(language()) if known.size else ""


def board(known: Kind, *, on: date, actor: Actor) -> Board:
    """The figures of a kind: by county, together, by base."""
    found = {each.county: each for each in queries.figures(known.id, actor=actor)}
    covered = queries.covered(known, on=on, actor=actor)
    counties = sorted({*found, *(each.county for each in covered)})
    empty = AreaFigures("", 0, 0, 0, 0, 0, 0)
    lines = [_county(known, found.get(each, empty), each, covered, on, actor) for each in counties]
    whole = _whole(known, list(found.values()), covered, on, actor)
    home = area.home_city(actor, *counties[:1])
    drawn = _map(known, lines, home) if home and len(counties) > 1 else None
    return Board(
        lines=lines,
        whole=whole,
        bases=[_base(known, each.id, covered) for each in known.bases],
        rate_title=_rate_title(known),
        target=f"{known.per_1000.normalize():f}" if known.per_1000 else "",
        target_source=known.per_1000_source,
        population_note=_population_note(known, home, on),
        map=drawn,
        map_title=_("Map: %(figure)s by county") % {"figure": _rate_title(known)},
        attribution=str(drawn["boundaries"].get("attribution", "")) if drawn else "",
    )


def _rate_title(known: Kind) -> str:
    if known.per_1000:
        return _("per 1,000 residents")
    if known.bases:
        return _("coverage, %")
    return pgettext("points", "confirmed")


def _county(
    known: Kind,
    found: AreaFigures,
    code: str,
    covered: tuple[Covered, ...],
    on: date,
    actor: Actor,
) -> CountyLine:
    here = tuple(each for each in covered if each.county == code)
    division = find_division(code)
    name = area.name(division) if division else code
    rate, note = _rate(known, found, here, code if _is_whole(actor, code) else "", on)
    return _line(known, found, code, name, rate, note)


def _whole(
    known: Kind, found: list[AreaFigures], covered: tuple[Covered, ...], on: date, actor: Actor
) -> CountyLine:
    sums = [sum(getattr(e, part) for e in found) for part in ("points", "confirmed", "able", "size", "used", "to_mend")]  # fmt: skip
    together = AreaFigures("", *sums)
    home = area.home_city(actor)
    code = home.root.code if home and _is_whole(actor, home.root.code) else ""
    rate, note = _rate(known, together, covered, code, on)
    return _line(known, together, "", _("Together"), rate, note)


def _line(
    known: Kind, found: AreaFigures, code: str, name: str, rate: Decimal | None, note: str
) -> CountyLine:
    target = known.per_1000 or next((each.target for each in known.bases), None)
    tone = "" if rate is None or target is None else "good" if rate >= target else "warning"
    return CountyLine(
        code, name, found.points, found.confirmed, found.able, found.size, found.used, found.to_mend,
        "—" if rate is None else f"{rate:f}", tone, note,
    )  # fmt: skip


def _rate(
    known: Kind, found: AreaFigures, covered: tuple[Covered, ...], code: str, on: date
) -> tuple[Decimal | None, str]:
    """Places for a thousand residents, or the coverage of the first base; with what makes it uncertain."""
    if known.per_1000:
        figure = find_population(code, year=on.year) if code else None
        if figure is None:
            return None, ""
        note = _("estimate") if figure.confidence is Confidence.ESTIMATE else ""
        return rules.per_1000(found.size, figure.residents), note
    if known.bases:
        return _share([each for each in covered if each.base == known.bases[0].id]), ""
    return Decimal(found.confirmed), ""


def _share(some: list[Covered]) -> Decimal | None:
    institutions = sum(each.institutions for each in some)
    able = sum(each.able for each in some)
    if not institutions:
        return None
    return (Decimal(100 * able) / institutions).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _base(known: Kind, id: str, covered: tuple[Covered, ...]) -> BaseLine:
    base = next(each for each in known.bases if each.id == id)
    some = [each for each in covered if each.base == id]
    percent = _share(some)
    is_short = percent is not None and base.target is not None and percent < base.target
    return BaseLine(
        base.title.in_language(language()),
        sum(each.able for each in some),
        sum(each.with_point for each in some),
        sum(each.institutions for each in some),
        "—" if percent is None else f"{percent:f}",
        f"{base.target.normalize():f}" if base.target else "",
        "" if percent is None or base.target is None else "warning" if is_short else "good",
        base.source,
    )


def _is_whole(actor: Actor, code: str) -> bool:
    """Whether an actor sees all of a division."""
    stem = code[:4] if code.endswith("00") and len(code) == COUNTY else code
    return any(
        stem.startswith(place.low) if place.low else True
        for grant in actor.grants
        if {"points.read", "*"} & grant.permissions
        for place in grant.places
    )


def _population_note(known: Kind, home: City | None, on: date) -> str:
    """Whose residents the rate is measured against, and of which years."""
    if not known.per_1000 or home is None:
        return ""
    codes = [home.root.code, *(each.code for each in area.counties(home))]
    figures = [figure for code in codes if (figure := find_population(code, year=on.year))]
    years = sorted({figure.year for figure in figures})
    if not years:
        return _("The resident population of this city is not known here.")
    span = "–".join(str(each) for each in dict.fromkeys((years[0], years[-1])))
    return _("Measured against the published resident population of %(years)s.") % {"years": span}


def _map(known: Kind, lines: list[CountyLine], home: City) -> dict[str, Any]:
    by_code = {each.code: each for each in lines}
    return {
        "name": known.title.in_language(language()),
        "unit": _rate_title(known),
        "boundaries": json.loads(boundaries_json(home.code)),
        "areas": [
            {
                "code": each.code,
                "name": area.name(each),
                "value": _number(by_code.get(each.code)),
                "link": f"?kind={known.id}&area={each.code}",
            }
            for each in area.counties(home)
        ],
    }


def _number(line: CountyLine | None) -> float | None:
    return None if line is None or line.rate == "—" else float(line.rate)
