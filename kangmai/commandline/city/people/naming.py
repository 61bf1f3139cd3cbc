"""Ethnic groups and names of a town's people: one surname a house, wives keep their own."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kangmai.commandline.city.assumptions import Table, for_area, read
from kangmai.commandline.city.columns import HERE, Text
from kangmai.commandline.city.people.families import NEVER
from kangmai.commandline.city.people.frame import Frame
from kangmai.commandline.city.people.names import (
    draw_given,
    ethnic_shares,
    full_names,
    household_surnames,
    long_names,
    region_of,
    surnames,
)
from kangmai.commandline.city.people.person import Person
from kangmai.commandline.city.streams import Flags, Floats, Stream, Whole, inverse

HAN = b"01"


def ethnic_groups(frame: Frame) -> Text:
    """One group a household, but for one in eight of the wives."""
    table = for_area(read("population")["ethnic_groups"], frame.town.county) or {}
    codes = np.array([HAN, *(code.encode() for code in table)])
    parts = np.array([1 - sum(table.values()), *table.values()])
    of_home = inverse(parts, frame.stream.uniform(frame.homes))[frame.home_of]
    own = inverse(parts, frame.stream.uniform(frame.count))
    wives = (frame.person.spouse >= 0) & ~frame.person.is_man
    married_in = wives & frame.stream.chance(0.125, frame.count)
    return codes[np.where(married_in, own, of_home)]


def full_names_of(frame: Frame, ethnic: Text) -> pa.StringArray:
    """Names: the house's surname or one's own, a given name of one's cohort."""
    region = region_of(frame.places.city.code)
    table = surnames(region)
    surname = _surnames(frame, table.shares)
    for group in np.unique(ethnic):
        shares = ethnic_shares(table, group.decode())
        if group != HAN and shares is not None:
            _take_ethnic(frame, surname, ethnic == group, shares)
    given = _given(frame.stream, region, frame.person, read("population")["households"])
    names = full_names(table.points[surname], given)
    return _with_long_names(frame.stream, names, frame.person, ethnic)


def _surnames(frame: Frame, shares: Floats) -> Whole:
    """A surname for each house, often one that leads in the village, and for those not of the house."""
    stream, rules = frame.stream, read("population")["households"]
    leading = rules["village_surnames"]
    of_home = household_surnames(
        stream,
        shares=shares,
        village=frame.village[frame.first_of],
        leading=leading["leading"],
        leading_part=np.where(frame.town.village_urban, leading["urban"], leading["rural"]),
    )
    own = inverse(shares, stream.uniform(frame.count))
    surname = np.where(_has_own_surname(stream, frame.person), own, of_home[frame.home_of])
    return _mothers_surname(stream, frame.person, surname, rules)


def _has_own_surname(stream: Stream, person: Person) -> Flags:
    """Women who married, and the departed who were not of the house, bring their own."""
    married_women = ~person.is_man & (person.marital != NEVER)
    return married_women | ((person.state != HERE) & stream.chance(0.3, len(person.births)))


def _mothers_surname(stream: Stream, person: Person, surname: Whole, rules: Table) -> Whole:
    takes = stream.chance(rules["child_takes_mothers_surname"], len(surname))
    child = (person.mother >= 0) & (person.depth > 0) & (person.nucleus != np.arange(len(surname)))
    return np.where(takes & child, surname[np.maximum(person.mother, 0)], surname)


def _take_ethnic(frame: Frame, surname: Whole, members: Flags, shares: Floats) -> None:
    """Surnames of the group: one for the house, their own for women who married in."""
    of_home = inverse(shares, frame.stream.uniform(frame.homes))
    own = inverse(shares, frame.stream.uniform(frame.count))
    married_women = ~frame.person.is_man & (frame.person.marital != NEVER)
    surname[members] = np.where(married_women, own, of_home[frame.home_of])[members]


def _given(stream: Stream, region: str | None, person: Person, rules: Table) -> NDArray[np.uint32]:
    """Given names; in some families brothers, or sisters, share a generation character."""
    year = person.births.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    by_year = sorted((int(start), part) for start, part in rules["generation_character"].items())
    part = np.interp(year, [start for start, _ in by_year], [share for _, share in by_year])
    count = len(year)
    family = person.mother
    keeps = stream.uniform(count)[np.maximum(family, 0)] < part
    return draw_given(
        stream,
        region=region,
        is_man=person.is_man,
        birth_year=year,
        family=family,
        shares_character=keeps & (family >= 0),
    )


def _with_long_names(
    stream: Stream, names: pa.StringArray, person: Person, ethnic: Text
) -> pa.StringArray:
    for group in np.unique(ethnic):
        rows = np.flatnonzero(ethnic == group)
        found = long_names(stream, group=group.decode(), is_man=person.is_man[rows])
        if found is not None:
            mask = pa.array(ethnic == group)
            names = pc.replace_with_mask(names, mask, pa.array(found))
    return names
