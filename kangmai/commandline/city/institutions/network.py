"""The invented institutions of the city, their departments, staff and family-doctor teams.

Which institutions exist is data (`invented_city/network.yaml`).
"""

from datetime import date

from kangmai.commandline.city.institutions.capacity import (
    posts_of,
    residents_served,
    with_beds,
)
from kangmai.commandline.city.institutions.inventory import institutions_of
from kangmai.commandline.city.institutions.staff import (
    by_institution,
    departments_of,
    staff_of,
    teams_of,
)
from kangmai.commandline.city.institutions.types import Institution, Network
from kangmai.commandline.city.places import Places, Town


def make_network(places: Places, *, residents: int, seed: int, on: date) -> Network:
    """The institutions of the laid-out city, with staff and beds for so many residents."""
    institutions = list(institutions_of(places, seed=seed, on=on))
    sizes = residents_served(places, institutions)
    institutions = with_beds(institutions, sizes, residents=residents)
    posts = posts_of(institutions, sizes, residents=residents)
    departments = departments_of(institutions, seed=seed, on=on)
    staff = staff_of(institutions, departments, posts, places=places, seed=seed, on=on)
    members = by_institution(staff, len(institutions))
    by_division = {(each.kind, each.division): each.order for each in institutions}
    town_institution = tuple(_of_town(by_division, town) for town in places.towns)
    clinics = tuple(_of_villages(by_division, town) for town in places.towns)
    return Network(
        institutions=tuple(institutions),
        departments=tuple(departments),
        staff=tuple(staff),
        teams=tuple(teams_of(places, town_institution, clinics, staff, members)),
        town_institution=town_institution,
        village_clinics=clinics,
        county_hospital={c.code: _at(institutions, c.code, "hospital") for c in places.counties},
        county_cdc={c.code: _at(institutions, c.code, "cdc") for c in places.counties},
        staff_of=members,
    )


def _at(institutions: list[Institution], division: str, key: str) -> int:
    return next(
        each.order for each in institutions if each.division == division and each.key == key
    )


def _of_town(by_division: dict[tuple[str, str], int], town: Town) -> int:
    for kind in ("township_hospital", "community_centre"):
        if (kind, town.code) in by_division:
            return by_division[kind, town.code]
    raise KeyError(town.code)


def _of_villages(by_division: dict[tuple[str, str], int], town: Town) -> tuple[int, ...]:
    return tuple(
        by_division.get(("village_clinic", code), by_division.get(("community_station", code), -1))
        for code in town.villages
    )
