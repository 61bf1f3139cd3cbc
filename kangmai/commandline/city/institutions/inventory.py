"""Which institutions the city has, from the commission down to the village clinic."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.institutions.credit import invented_credit_code
from kangmai.commandline.city.institutions.types import Institution
from kangmai.commandline.city.places import Places, Town, stem_of_village
from kangmai.commandline.city.streams import Stream, midnight_ms, uuid_text
from kangmai.standards.division_names import english_name
from kangmai.standards.divisions import Division

NOT_GRADED = "11"


OWNED_BY_STATE, OWNED_COLLECTIVELY = "11", "12"


def institutions_of(places: Places, *, seed: int, on: date) -> Iterator[Institution]:
    """Parents before children; a city that is one county has the city's institutions only in part."""
    maker = Maker(places, seed=seed, on=on)
    root = places.city.root
    is_county = len(places.counties) == 1 and places.counties[0].code == root.code
    top = -1
    if not is_county:
        yield from maker.level("city", root, parent=-1)
        top = 0
    for county in places.counties:
        bureau = maker.count
        yield from maker.level("county", county, parent=top)
        if is_county:
            yield from maker.only("city", ("quality", "laboratory"), county, parent=bureau)
        hospital = bureau + 3
        for town in (each for each in places.towns if each.county == county.code):
            seat = maker.count
            yield maker.town(town, parent=hospital if not town.is_urban else bureau)
            yield from maker.villages(town, parent=seat)


class Maker:
    """Numbers institutions as they are made."""

    def __init__(self, places: Places, *, seed: int, on: date) -> None:
        self.count = 0
        self._places = places
        self._stream = Stream(seed, places.city.code, "institutions")
        self._from_ms = midnight_ms(on)
        self._on = on
        self._towns = 0

    def level(self, level: str, division: Division, *, parent: int) -> Iterator[Institution]:
        """All institutions of the city or of a county, the administration first."""
        first = self.count
        for entry in read("network")[level]:
            above = parent if self.count == first else first
            yield self._make(entry, division.code, division.display, above, division.code)

    def only(
        self, level: str, keys: tuple[str, ...], division: Division, *, parent: int
    ) -> Iterator[Institution]:
        """Some institutions of another level."""
        for entry in read("network")[level]:
            if entry["key"] in keys:
                yield self._make(entry, division.code, division.display, parent, division.code)

    def town(self, town: Town, *, parent: int) -> Institution:
        """The township hospital or community centre."""
        table = read("network")["town"]
        self._towns += 1
        rural = "central" if self._towns % table["central"]["one_in"] == 0 else "rural"
        entry = table["urban"] if town.is_urban else table[rural]
        return self._make({"key": "town", **entry}, town.code, town.name, parent, town.code)

    def villages(self, town: Town, *, parent: int) -> Iterator[Institution]:
        """A clinic or station for each village."""
        table = read("network")["village"]
        for code, name, urban in zip(
            town.villages, town.village_names, town.village_urban, strict=True
        ):
            entry = {"key": "village", **table["urban" if urban else "rural"]}
            stem = stem_of_village(name).removeprefix(town.name)
            stem = stem.removesuffix("社区") if urban else stem
            yield self._make(entry, code, f"{town.name}{stem}", parent, code)

    def _make(
        self, entry: dict[str, Any], division: str, place: str, parent: int, jurisdiction: str
    ) -> Institution:
        network = read("network")
        order, self.count = self.count, self.count + 1
        english = english_name(self._places.city.get(division))
        if entry["en"].startswith("Community"):
            english = english.removesuffix(" Community")
        return Institution(
            order=order,
            code=f"INV{self._places.city.code}{order:05d}",
            id=uuid_text(
                self._stream.uuids(1, from_ms=self._from_ms, from_ordinal=order).tobytes()
            ),
            key=entry["key"],
            kind=entry["kind"],
            name=f"{network['mark']['zh']}{place}{entry['zh']}",
            name_en=f"{network['mark']['en']}{english} {entry['en']}",
            type_code=entry["type"],
            level_code=_level_code(entry),
            ownership_code=entry.get("ownership", _ownership(entry["kind"])),
            management_code=entry.get("management", "9" if entry["kind"] == "bureau" else "1"),
            division=division,
            jurisdiction=jurisdiction,
            parent=parent,
            credit_code=invented_credit_code(region=division[:6], number=order),
            beds=0,
            opened_on=date(1985 + order % 25, 1 + order % 12, 1),
        )


def _ownership(kind: str) -> str:
    return OWNED_COLLECTIVELY if kind == "village_clinic" else OWNED_BY_STATE


def _level_code(entry: dict[str, Any]) -> str:
    """Level and grade as one code: tertiary special, A, B, C are 01 to 04, secondary A 05, and so on."""
    if "level" not in entry or entry["grade"] == "9":
        return NOT_GRADED
    first = {"3": 1, "2": 4, "1": 7}[entry["level"]]
    return f"{first + int(entry['grade']):02d}"
