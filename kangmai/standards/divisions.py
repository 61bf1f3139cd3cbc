"""Divisions of a city, from province to village, by the statistical code list of GB/T 2260 and GB/T 10114.

Reading a city reads its own table only; importing this module reads nothing.

Source: National Bureau of Statistics, 统计用区划代码和城乡划分代码 (list of 2023-06-30).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import cast

from kangmai.standards.division_codes import Level, code_prefix, prefix_range, short_code
from kangmai.standards.errors import CityUnknown, DivisionUnknown
from kangmai.standards.tables import names_of, read_header, read_rows

FIRST_SPECIAL_SERIAL = 400


class DivisionKind(Enum):
    """Civil divisions have a government or a committee; special ones (zones, farms, prisons) are shown apart."""

    CIVIL = "civil"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True)
class Division:
    """One division as listed. `name` is the listed name, `display` what people see."""

    code: str
    name: str
    level: Level
    parent: str
    kind: DivisionKind
    display: str

    @property
    def prefix(self) -> str:
        """The digits that every code inside this division begins with."""
        return code_prefix(self.code)


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """An area with its divisions down to the village; the root is a prefecture, or one county."""

    code: str
    listed_on: date
    divisions: Mapping[str, Division]
    english: Mapping[str, str] = field(repr=False)
    attributions: tuple[str, ...]
    _children: Mapping[str, tuple[Division, ...]] = field(repr=False)

    @property
    def root(self) -> Division:
        """The division that this list is about."""
        return self.divisions[self.code]

    def get(self, code: str) -> Division:
        """The division of this code. Raises DivisionUnknown."""
        found = self.find(code)
        if found is None:
            raise DivisionUnknown(code=code)
        return found

    def find(self, code: str) -> Division | None:
        """The division of this code, also given in the 12-digit form padded with zeros, or None."""
        return self.divisions.get(code) or self.divisions.get(short_code(code))

    def children(self, code: str, *, kind: DivisionKind | None = None) -> tuple[Division, ...]:
        """The divisions right below, in order of code, of one kind or of both."""
        below = self._children.get(self.get(code).code, ())
        return below if kind is None else tuple(each for each in below if each.kind is kind)

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """The divisions above, province first, without the division itself."""
        found: list[Division] = []
        above = self.divisions.get(self.get(code).parent)
        while above is not None:
            found.append(above)
            above = self.divisions.get(above.parent)
        return tuple(reversed(found))

    def path(self, code: str) -> tuple[str, ...]:
        """The displayed names from the province down to the division."""
        return (*(each.display for each in self.ancestors(code)), self.get(code).display)

    def descendants(self, code: str) -> Iterator[Division]:
        """Every division below, parents before children."""
        for child in self.children(code):
            yield child
            yield from self.descendants(child.code)

    def at_level(self, level: Level, *, kind: DivisionKind | None = None) -> tuple[Division, ...]:
        """Every division of one level inside the city, in order of code."""
        lo, hi = prefix_range(self.code)
        return tuple(
            each
            for each in self.divisions.values()
            if each.level is level and lo <= each.code < hi and kind in (None, each.kind)
        )


@cache
def cities() -> tuple[str, ...]:
    """The codes of the areas whose divisions are at hand."""
    return names_of("divisions")


@cache
def city(code: str) -> City:
    """The divisions of one area. Raises CityUnknown."""
    if code not in cities():
        raise CityUnknown(code=code, known=", ".join(cities()))
    header = read_header("divisions", code)
    display = cast(dict[str, str], header["display"])
    divisions = _read_divisions(code, display=display)
    tables = cast(dict[str, dict[str, str]], header["tables"])
    return City(
        code=code,
        listed_on=cast(date, header["listed_on"]),
        divisions=MappingProxyType(divisions),
        english=MappingProxyType(cast(dict[str, str], header["english"])),
        attributions=tuple(dict.fromkeys(table["attribution"] for table in tables.values())),
        _children=_by_parent(divisions),
    )


def _read_divisions(code: str, *, display: Mapping[str, str]) -> dict[str, Division]:
    divisions: dict[str, Division] = {}
    for row in read_rows(f"divisions/{code}", "divisions"):
        parent = divisions.get(row["parent"])
        divisions[row["code"]] = Division(
            code=row["code"],
            name=row["name"],
            level=Level(row["level"]),
            parent=row["parent"],
            kind=_kind_of(row["code"], parent=parent),
            display=display.get(row["code"], row["name"]),
        )
    return divisions


def _kind_of(code: str, *, parent: Division | None) -> DivisionKind:
    """Towns and villages numbered from 400 are special, and so is all inside a special town."""
    if parent is not None and parent.kind is DivisionKind.SPECIAL:
        return DivisionKind.SPECIAL
    special = len(code) > 6 and int(code[-3:]) >= FIRST_SPECIAL_SERIAL
    return DivisionKind.SPECIAL if special else DivisionKind.CIVIL


def _by_parent(divisions: Mapping[str, Division]) -> dict[str, tuple[Division, ...]]:
    below: dict[str, list[Division]] = {}
    for each in divisions.values():
        below.setdefault(each.parent, []).append(each)
    return {parent: tuple(children) for parent, children in below.items()}


def city_code_of(code: str) -> str | None:
    """The area at hand that lists this code, or None: 441202001 is in 441200.

    A province or a prefecture is also listed above the areas inside it.
    """
    known = cities()
    home = next((each for each in (code[:6], f"{code[:4]}00") if each in known), None)
    if home is None and len(code) == 6 and code.endswith("00"):
        stem = code.removesuffix("00").removesuffix("00")
        home = next((each for each in known if each.startswith(stem)), None)
    return home


def find_division(code: str) -> Division | None:
    """The division of this code in any area at hand, or None."""
    home = city_code_of(code)
    return None if home is None else city(home).find(code)


def division(code: str) -> Division:
    """The division of this code in any area at hand. Raises DivisionUnknown."""
    found = find_division(code)
    if found is None:
        raise DivisionUnknown(code=code)
    return found
