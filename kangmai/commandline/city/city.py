"""The invented city as a whole: its frame first, then its people town by town."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.institutions.network import make_network
from kangmai.commandline.city.institutions.types import Network
from kangmai.commandline.city.people.ages import AgeStructure, age_structure
from kangmai.commandline.city.people.person import departed
from kangmai.commandline.city.people.town import make_town
from kangmai.commandline.city.places import Places, lay_out

INVENTED_ZH = "本城居民、机构与记录均为虚构"
INVENTED_EN = "All residents, institutions and records of this city are invented"


@dataclass(frozen=True, slots=True, eq=False)
class InventedCity:
    """The frame of the city. `first_numbers[t]` is the city-wide number of town t's first person."""

    code: str
    residents: int
    seed: int
    on: date
    places: Places
    network: Network
    structure: AgeStructure
    first_numbers: tuple[int, ...]

    @property
    def serves_everyone(self) -> bool:
        """Whether everybody whom a programme is for is in it, not two of each village."""
        return self.residents <= int(read("health")["history"]["whole_up_to"])


def invent(
    *, code: str = "441200", residents: int = 50_000, seed: int = 1, on: date
) -> InventedCity:
    """Lay the city out: places, institutions, staff, teams.

    `residents` is how many live there on `on`; those who died or moved away within the year are
    made besides. Raises: CityUnknown.
    """
    places = lay_out(code=code, residents=residents, seed=seed, on=on)
    first_numbers, number = [], 1
    for town in places.towns:
        first_numbers.append(number)
        number += town.residents + sum(departed(town.residents))
    return InventedCity(
        code=code,
        residents=residents,
        seed=seed,
        on=on,
        places=places,
        network=make_network(places, residents=residents, seed=seed, on=on),
        structure=age_structure(area=code, urban_part=places.urban_part),
        first_numbers=tuple(first_numbers),
    )


def towns(city: InventedCity) -> Iterator[TownChunk]:
    """The people of the city, one town at a time; towns without residents are left out."""
    for town in city.places.towns:
        if town.residents:
            yield town_of(city, town.order)


def people_of_city(city: InventedCity) -> int:
    """How many people the city has in all, with those who died or moved away within the year."""
    return sum(town.residents + sum(departed(town.residents)) for town in city.places.towns)


def town_of(city: InventedCity, order: int) -> TownChunk:
    """The people of one town, the same whether or not others are made."""
    town = city.places.towns[order]
    return make_town(
        places=city.places,
        town=town,
        structure=city.structure,
        first_number=city.first_numbers[order],
        seed=city.seed,
        on=city.on,
    )
