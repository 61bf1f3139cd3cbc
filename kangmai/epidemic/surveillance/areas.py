"""Areas as early warning counts in them: town, county, city, and what lies in what."""

from collections.abc import Mapping
from functools import lru_cache

from kangmai.standards.divisions import Level, city, city_code_of

TOWN, COUNTY = 9, 6


def town_of(code: str) -> str:
    """The town of a division code, or what is known of it."""
    return code[:TOWN] if len(code) > TOWN else code


def county_of(code: str) -> str:
    """The county of a division code; the city's own code stays."""
    return code[:COUNTY]


def above(code: str) -> str:
    """The area right above: village, town, county, city; empty above the city."""
    if len(code) > TOWN:
        return code[:TOWN]
    if len(code) > COUNTY:
        return code[:COUNTY]
    return "" if code.endswith("00") else f"{code[:4]}00"


def contains(outer: str, inner: str) -> bool:
    """Whether an area holds another one, or is the same."""
    stem = outer[:4] if len(outer) == COUNTY and outer.endswith("00") else outer
    return inner.startswith(stem)


@lru_cache(maxsize=8)
def inside(city_code: str) -> Mapping[str, str]:
    """Of each town and county of a city, the area it lies in."""
    home = city(city_code)
    lower = [*home.at_level(Level.TOWN), *home.at_level(Level.COUNTY)]
    return {each.code: above(each.code) for each in lower if each.code != home.code}


@lru_cache(maxsize=8)
def towns(city_code: str) -> tuple[str, ...]:
    """The town-level areas of a city, by code."""
    return tuple(each.code for each in city(city_code).at_level(Level.TOWN))


def home_of(code: str) -> str | None:
    """The city that lists a code, or None."""
    return city_code_of(code) if code else None
