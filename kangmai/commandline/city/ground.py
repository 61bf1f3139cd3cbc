"""Where the invented city can put people, and which cars bring them there. No database."""

from collections.abc import Iterator, Sequence

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.city import InventedCity
from kangmai.commandline.city.institutions.types import Institution
from kangmai.commandline.city.streams import Stream
from kangmai.epidemic.capacity.types import Beds, SiteFacts, SiteLoadRow

TOWN_DIGITS = 9


def sites(city: InventedCity, organizations: Sequence[int]) -> Iterator[SiteLoadRow]:
    """A quarantine site in the first town with residents and in every other that is large enough, run by its institution."""
    table = read("ground")
    first = next(town for town in city.places.towns if town.residents)
    for town in city.places.towns:
        if town is not first and town.residents < table["site_from_residents"]:
            continue
        institution = city.network.institutions[city.network.town_institution[town.order]]
        count = max(table["least_rooms"], town.residents * table["rooms_per_10000"] // 10_000)
        facts = SiteFacts(
            f"{town.name}集中隔离点（虚构）", organizations[institution.order], town.code[:TOWN_DIGITS],
            address=f"{town.name}虚构路1号",
        )  # fmt: skip
        floor = table["rooms_a_floor"]
        numbers = tuple(f"{2 + n // floor}{n % floor + 1:02}" for n in range(count))
        yield SiteLoadRow(facts, numbers)


def facilities(city: InventedCity, organizations: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Fever clinics, and of each county the hospital with the most beds as designated."""
    table = read("ground")
    largest: dict[str, Institution] = {}
    for each in city.network.institutions:
        if each.kind in table["fever_clinics"]:
            yield organizations[each.order], each.division, "fever_clinic"
        if each.kind == "hospital":
            county = each.division[:6]
            largest[county] = max(largest.get(county, each), each, key=lambda one: (one.beds, -one.order))  # fmt: skip
    for each in largest.values():
        yield organizations[each.order], each.division, "designated_hospital"


def beds(city: InventedCity, organizations: Sequence[int]) -> Iterator[tuple[int, str, str, Beds]]:
    """What hospitals reported of their wards."""
    table = read("ground")
    stream = Stream(city.seed, city.code, "ground")
    low, high = table["occupied_share"]
    for each in city.network.institutions:
        if each.kind != "hospital" or not each.beds:
            continue
        for ward, part in table["wards"].items():
            set_up = max(2, int(each.beds * part))
            staffed = max(1, int(set_up * table["staffed_share"]))
            occupied = int(staffed * (low + float(stream.uniform(1)[0]) * (high - low)))
            yield organizations[each.order], each.division, ward, Beds(set_up, staffed, occupied)


def ambulances(
    city: InventedCity, organizations: Sequence[int]
) -> Iterator[tuple[str, int, str, bool]]:
    """Ambulances; the first of each hospital has negative pressure."""
    table, number = read("ground"), 0
    for each in city.network.institutions:
        for n in range(table["ambulances"].get(each.kind, 0)):
            number += 1
            yield f"虚构{number:04}", organizations[each.order], each.division, n == 0 and each.kind == "hospital"  # fmt: skip
