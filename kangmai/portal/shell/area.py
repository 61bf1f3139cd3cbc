"""Divisions in the words of the page's language, and the city that this installation is about."""

from functools import lru_cache

from django.utils.translation import get_language

from kangmai.kernel.actor import Actor
from kangmai.standards.division_names import division_label
from kangmai.standards.divisions import City, Division, Level, city, city_code_of, find_division


def name(division: Division) -> str:
    """A division's name alone."""
    return division_label(division, language=get_language() or "zh")


def name_of(code: str) -> str:
    """The name alone of the division with a code; the code where there is none."""
    found = find_division(code)
    return name(found) if found else code


def path(code: str) -> str:
    """A division with what stands above it inside the city: Duanzhou District, Chengdong Subdistrict."""
    return _path(code, get_language() or "zh")


@lru_cache(maxsize=4096)
def _path(code: str, language: str) -> str:
    home = city_code_of(code)
    found = find_division(code)
    if home is None or found is None:
        return code
    inside = [
        each
        for each in (*city(home).ancestors(found.code), found)
        if each.level not in (Level.PROVINCE, Level.PREFECTURE)
    ]
    names = [division_label(each, language=language) for each in inside or (found,)]
    return " ".join(names) if language.startswith("zh") else ", ".join(reversed(names))


def home_city(actor: Actor, *codes: str) -> City | None:
    """The city of the first of an actor's places, or of `codes`, that lies in a known one."""
    lows = [place.low for grant in actor.grants for place in grant.places]
    lows += [place.low for place in actor.scope.places]
    known = (city_code_of(code) for code in (*lows, *codes) if code)
    home = next(filter(None, known), None)
    return city(home) if home else None


def counties(home: City) -> tuple[Division, ...]:
    """The counties and districts of a city, in order of code."""
    return home.at_level(Level.COUNTY)
