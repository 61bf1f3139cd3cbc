"""The residents of one town: people, families, households, and what is written down about each."""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kangmai.commandline.city import numbers
from kangmai.commandline.city.ages import (
    AgeStructure,
    deaths_by_year_of_age,
    draw_ages,
    draw_men,
)
from kangmai.commandline.city.assumptions import Table, for_area, read
from kangmai.commandline.city.columns import (
    DIED,
    HERE,
    MOVED_AWAY,
    Dates,
    Households,
    Residents,
    Text,
    TownChunk,
)
from kangmai.commandline.city.families import (
    MARRIED,
    NEVER,
    NOBODY,
    WIDOWED,
    Families,
    make_families,
)
from kangmai.commandline.city.gatherings import make_gatherings
from kangmai.commandline.city.health import NONE, draw_conditions, draw_pregnancies
from kangmai.commandline.city.names import (
    draw_given,
    ethnic_shares,
    full_names,
    household_surnames,
    long_names,
    region_of,
    surnames,
)
from kangmai.commandline.city.places import Places, Town, village_targets
from kangmai.commandline.city.streams import (
    MILLISECONDS_A_DAY,
    YEAR_DAYS,
    Codes,
    Days,
    Flags,
    Floats,
    Stream,
    Whole,
    along,
    inverse,
    largest_remainder,
    rows_choice,
)

HAN = b"01"
MARITAL_CODES = np.array([b"10", b"21", b"30", b"40"])
REMARRIED = b"22"


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """The bare columns of a town's people while they are being made, in one common order."""

    births: Days
    is_man: Flags
    marital: Codes
    spouse: Whole
    mother: Whole
    guardian: Whole
    twin: Whole
    nucleus: Whole
    household: Whole
    depth: Codes
    state: NDArray[np.int8]
    ended: Days


def departed(residents: int) -> tuple[int, int]:
    """How many died and how many moved away within the year, for a town of so many residents."""
    rules = read("population")
    dead = largest_remainder(round(residents * rules["deaths"]["per_1000"]), [1, 999])[0]
    away = round(residents * rules["moves"]["out"])
    return (int(dead), away) if residents else (0, 0)


def make_town(
    *,
    places: Places,
    town: Town,
    structure: AgeStructure,
    first_number: int,
    seed: int,
    on: date,
) -> TownChunk:
    """All columns of a town. `first_number` is the city-wide number of its first person."""
    today = np.datetime64(on, "D")
    day = int(today.astype(np.int64))
    stream = Stream(seed, places.city.code, town.code)
    person = _people(stream, town=town, structure=structure, day=day)
    village_of, rank = _settle(stream, town=town, person=person)
    person, village, order_key = _in_order(person, village_of, rank)
    here = person.state == HERE
    years = (day - person.births) / YEAR_DAYS
    urban = np.array(town.village_urban)[village]
    table = read("population")
    homes, home_of = np.unique(order_key, return_inverse=True)
    ethnic = _ethnic_groups(stream, town=town, person=person, home_of=home_of)
    names = _names(stream, places, town, person, village, home_of, ethnic, len(homes))
    from_elsewhere = _from_elsewhere(stream, table, person, urban)
    identity, region = numbers.identity_numbers(
        stream, places=places, town=town, births=person.births, is_man=person.is_man,
        from_elsewhere=from_elsewhere,
    )  # fmt: skip
    without = stream.chance(along(table["households"]["without_identity_number"], "part", years), len(here))
    number = first_number + np.arange(len(here))
    phone, shared = _phones(stream, number, person, years, table)
    gatherings, gathering, room = make_gatherings(
        stream, town=town, years=years, village=village, here=here
    )
    known, enrolled = draw_conditions(stream, years=years, is_man=person.is_man, on=today)
    serial = _household_serials(village, home_of)
    came_on, came_from = _moves(stream, places, town, home_of, len(homes), region, today)
    record, record_on = _records(stream, town, village, person, years, table, today)
    team, signed_on = _teams(stream, village, years, known, here, table, today)
    residents = Residents(
        number=number,
        patient_id=Stream(seed, town.code, "patients").uuids(
            len(here), from_ms=day * MILLISECONDS_A_DAY, from_ordinal=first_number
        ),
        state=person.state,
        ended_on=np.where(here, NONE, person.ended.astype("datetime64[D]")),
        name=names,
        sex=np.where(person.is_man, b"1", b"2").astype("S1"),
        birth_on=person.births.astype("datetime64[D]"),
        identity_number=np.where(without, b"", identity),
        phone=phone,
        phone_is_shared=shared,
        household=first_number + home_of,
        relation=_relations(person),
        generation=person.depth,
        mother=person.mother,
        spouse=person.spouse,
        guardian=person.guardian,
        twin=person.twin,
        village=village,
        place_code=np.array(town.villages, dtype="S12")[village],
        address=numbers.addresses(
            places=places, town=town, village=village, serial=serial, seed=seed
        ),
        ethnic=ethnic,
        marital=_marital_codes(stream, person, table),
        education=_education(stream, person, years, table),
        occupation=_occupations(stream, person, years, urban, table),
        residence_type=np.where(region // 100 == int(town.county) // 100, b"1", b"2").astype("S1"),
        payment=_by_urban(stream, table["payment"], urban),
        blood_abo=_pick(stream, table["blood_group"], len(here)),
        blood_rh=_pick(stream, table["rh"], len(here)),
        record_number=record,
        record_on=record_on,
        team=team,
        signed_on=signed_on,
        came_from=came_from,
        came_on=came_on,
        gathering=gathering,
        room=room,
        known_on=known,
        enrolled_on=enrolled,
    )
    return TownChunk(
        town=town,
        residents=residents,
        households=_households(person, village, home_of, len(homes), first_number),
        pregnancies=draw_pregnancies(
            stream, years=years, births=person.births, is_man=person.is_man,
            marital=person.marital, here=here, mother=person.mother, on=today,
        ),  # fmt: skip
        gatherings=gatherings,
    )


def _people(stream: Stream, *, town: Town, structure: AgeStructure, day: int) -> Person:
    """The living with their families, then those who died or moved away within the year."""
    shares = structure.urban if town.is_urban else structure.rural
    ages = draw_ages(stream, shares, town.residents)
    years = ages / YEAR_DAYS
    is_man = draw_men(stream, structure, years)
    births = (day - ages).astype(np.int32)
    families, births = make_families(
        stream, births=births, is_man=is_man, years=years, urban=town.is_urban
    )
    living = _person(families, births, is_man)
    dead, away = departed(town.residents)
    return _together(
        living,
        _dead(stream, living, shares=shares, count=dead, day=day),
        _away(stream, living, count=away, day=day),
    )


def _person(families: Families, births: Days, is_man: Flags) -> Person:
    count = len(births)
    return Person(
        births=births,
        is_man=is_man,
        state=np.full(count, HERE, dtype=np.int8),
        ended=np.zeros(count, dtype=np.int32),
        **{field.name: getattr(families, field.name) for field in fields(Families)},
    )


def _dead(stream: Stream, living: Person, *, shares: Floats, count: int, day: int) -> Person:
    """The year's dead; the old among them were married to someone now widowed, where one is found."""
    dying, _ = deaths_by_year_of_age(shares, 0)
    years = inverse(dying, stream.uniform(count)) + stream.uniform(count)
    ended = day - 1 - stream.below(365, count)
    births = (ended - (years * YEAR_DAYS).astype(np.int64)).astype(np.int32)
    is_man = stream.chance(0.57, count)
    homes = living.household[stream.below(len(living.births), count)]
    marital = np.where(years < 25, NEVER, np.where(stream.chance(0.4, count), WIDOWED, MARRIED))
    widowed = np.flatnonzero(living.marital == WIDOWED)
    partner = stream.order(len(widowed))[:count]
    match = np.flatnonzero(years[: len(partner)] > 55)
    for row in match:
        left = widowed[partner[row]]
        if abs(int(living.births[left]) - int(births[row])) < 14 * YEAR_DAYS:
            homes[row], is_man[row] = living.household[left], not living.is_man[left]
            marital[row] = MARRIED
    return _apart(births, is_man, marital.astype(np.int16), homes, DIED, ended.astype(np.int32))


def _away(stream: Stream, living: Person, *, count: int, day: int) -> Person:
    """Young adults who moved away within the year."""
    years = 17 + 30 * stream.uniform(count) ** 1.3
    births = (day - (years * YEAR_DAYS).astype(np.int64)).astype(np.int32)
    homes = living.household[stream.below(len(living.births), count)]
    marital = np.where(stream.uniform(count) * 18 < years - 20, MARRIED, NEVER)
    ended = (day - 1 - stream.below(365, count)).astype(np.int32)
    is_man = stream.chance(0.54, count)
    return _apart(births, is_man, marital.astype(np.int16), homes, MOVED_AWAY, ended)


def _apart(
    births: Days, is_man: Flags, marital: Codes, homes: Whole, state: int, ended: Days
) -> Person:
    nobody = np.full(len(births), NOBODY, dtype=np.int64)
    return Person(
        births=births,
        is_man=is_man,
        marital=marital,
        spouse=nobody,
        mother=nobody,
        guardian=nobody,
        twin=nobody,
        nucleus=nobody,
        household=homes,
        depth=np.zeros(len(births), dtype=np.int16),
        state=np.full(len(births), state, dtype=np.int8),
        ended=ended,
    )


def _together(*parts: Person) -> Person:
    return Person(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Person)
        }
    )


def _settle(stream: Stream, *, town: Town, person: Person) -> tuple[Codes, Whole]:
    """The village of each, by household, and the household's rank in the town.

    Households stand in random order and fill the villages one after the other.
    """
    roots, home = np.unique(person.household, return_inverse=True)
    sizes = np.bincount(home[person.state == HERE], minlength=len(roots))
    order = stream.order(len(roots))
    before = np.cumsum(sizes[order]) - sizes[order]
    edges = np.cumsum(village_targets(town))
    village = np.empty(len(roots), dtype=np.int16)
    found = np.searchsorted(edges, before, side="right")
    village[order] = np.minimum(found, len(town.villages) - 1)
    rank = np.empty(len(roots), dtype=np.int64)
    rank[order] = np.arange(len(roots))
    return village[home], rank[home]


def _in_order(person: Person, village: Codes, rank: Whole) -> tuple[Person, Codes, Whole]:
    """Everyone by village, household, state, generation and age; positions follow."""
    order = np.lexsort((person.births, person.depth, person.state, rank, village))
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[order] = np.arange(len(order))
    place[-1] = NOBODY
    moved = {field.name: getattr(person, field.name)[order] for field in fields(Person)}
    for link in ("spouse", "mother", "guardian", "twin", "nucleus", "household"):
        moved[link] = place[moved[link]]
    return Person(**moved), village[order], rank[order]


def _ethnic_groups(stream: Stream, *, town: Town, person: Person, home_of: Whole) -> Text:
    """One group a household, but for one in eight who married in."""
    table = for_area(read("population")["ethnic_groups"], town.county) or {}
    codes = np.array([HAN, *(code.encode() for code in table)])
    parts = np.array([1 - sum(table.values()), *table.values()])
    of_home = inverse(parts, stream.uniform(len(home_of)))[_first_of(home_of)][home_of]
    own = inverse(parts, stream.uniform(len(home_of)))
    married_in = (person.spouse >= 0) & ~person.is_man & stream.chance(0.125, len(home_of))
    return codes[np.where(married_in, own, of_home)]


def _first_of(home_of: Whole) -> Whole:
    """The first row of each household."""
    return np.unique(home_of, return_index=True)[1]


def _names(
    stream: Stream,
    places: Places,
    town: Town,
    person: Person,
    village: Codes,
    home_of: Whole,
    ethnic: Text,
    homes: int,
) -> pa.StringArray:
    rules = read("population")["households"]
    region = region_of(places.city.code)
    table = surnames(region)
    leading = rules["village_surnames"]
    urban = np.array(town.village_urban)
    home_village = village[_first_of(home_of)]
    of_home = household_surnames(
        stream,
        shares=table.shares,
        village=home_village,
        leading=leading["leading"],
        leading_part=np.where(urban, leading["urban"], leading["rural"]),
    )
    own = inverse(table.shares, stream.uniform(len(home_of)))
    surname = np.where(_has_own_surname(stream, person, rules), own, of_home[home_of])
    surname = _mothers_surname(stream, person, surname, rules)
    for group in np.unique(ethnic):
        shares = ethnic_shares(table, group.decode())
        if group != HAN and shares is not None:
            _take_ethnic(stream, surname, person, home_of, ethnic == group, shares, homes)
    given = _given(stream, region, person, rules)
    names = full_names(table.points[surname], given)
    return _with_long_names(stream, names, person, ethnic)


def _has_own_surname(stream: Stream, person: Person, rules: Table) -> Flags:
    """Women who married, and the departed who were not of the house, bring their own."""
    married_women = ~person.is_man & (person.marital != NEVER)
    return married_women | ((person.state != HERE) & stream.chance(0.3, len(person.births)))


def _mothers_surname(stream: Stream, person: Person, surname: Whole, rules: Table) -> Whole:
    takes = stream.chance(rules["child_takes_mothers_surname"], len(surname))
    child = (person.mother >= 0) & (person.depth > 0) & (person.nucleus != np.arange(len(surname)))
    return np.where(takes & child, surname[np.maximum(person.mother, 0)], surname)


def _take_ethnic(
    stream: Stream,
    surname: Whole,
    person: Person,
    home_of: Whole,
    members: Flags,
    shares: Floats,
    homes: int,
) -> None:
    """Surnames of the group: one for the house, their own for women who married in."""
    of_home = inverse(shares, stream.uniform(homes))
    own = inverse(shares, stream.uniform(len(home_of)))
    married_women = ~person.is_man & (person.marital != NEVER)
    surname[members] = np.where(married_women, own, of_home[home_of])[members]


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
            names = pa.compute.replace_with_mask(names, mask, pa.array(found))
    return names


def _from_elsewhere(stream: Stream, table: Table, person: Person, urban: Flags) -> Flags:
    """Who was born outside the city, fewer among children."""
    rules = table["birthplace_outside_county"]
    chance = np.where(urban, rules["urban"], rules["rural"])
    chance = np.where(person.mother >= 0, chance * 0.3, chance)
    return stream.chance(chance, len(urban))


def _phones(
    stream: Stream, number: Whole, person: Person, years: Floats, table: Table
) -> tuple[Text, Flags]:
    rules = table["households"]
    head = person.household
    is_head = head == np.arange(len(head))
    draw = stream.uniform(len(head))
    none = along(rules["no_phone"], "part", years)
    shares = along(rules["shared_phone"], "part", years)
    shared = (draw >= none) & (draw < none + shares) & ~is_head
    number_of = np.where(shared, number[head], number)
    phone = numbers.phones(number_of)
    return np.where((draw < none) & ~is_head, b"", phone), shared


def _household_serials(village: Codes, home_of: Whole) -> Whole:
    """The number of each one's household within its village, from 0; rows are in that order."""
    first = _first_of(home_of)
    of_home = village[first]
    starts = np.searchsorted(of_home, of_home, side="left")
    return (np.arange(len(first)) - starts)[home_of]


def _moves(
    stream: Stream,
    places: Places,
    town: Town,
    home_of: Whole,
    homes: int,
    region: Whole,
    today: np.datetime64,
) -> tuple[Dates, Text]:
    """Households that moved in within the last years: from another village, or from outside."""
    rules = read("population")["moves"]
    inside, outside = rules["within_city"] * rules["years"], rules["in_from_outside"] * rules["years"]
    draw = stream.uniform(homes)
    days = (stream.uniform(homes) * rules["years"] * YEAR_DAYS).astype(np.int64) + 1
    everywhere = [code for each in places.towns for code in each.villages]
    source = np.array(everywhere, dtype="S12")[stream.below(len(everywhere), homes)]
    near, _ = numbers.regions_outside(places.city.code)
    abroad = near[stream.below(len(near), homes)].astype("S12")
    came_from = np.where(draw < inside, source, np.where(draw < inside + outside, abroad, b""))
    came_on = np.where(came_from != b"", today - days.astype("timedelta64[D]"), NONE)
    return came_on[home_of], came_from[home_of]


def _records(
    stream: Stream,
    town: Town,
    village: Codes,
    person: Person,
    years: Floats,
    table: Table,
    today: np.datetime64,
) -> tuple[Text, Dates]:
    """Health record numbers, a serial for each village, and the day the record was begun."""
    has = stream.chance(table["households"]["health_record_part"], len(years))
    before = np.cumsum(has) - has
    starts = before[np.searchsorted(village, village, side="left")]
    serial = before - starts + 1
    codes = np.array([int(code) for code in town.villages])[village]
    since = np.datetime64("2010-01-01") + stream.below(4000, len(years)).astype("timedelta64[D]")
    born = person.births.astype("datetime64[D]")
    start = np.minimum(np.maximum(since, born + np.timedelta64(28, "D")), today)
    ended = np.where(person.state == HERE, today, person.ended.astype("datetime64[D]"))
    start = np.minimum(start, ended)
    return np.where(has, numbers.record_numbers(codes, serial), b""), np.where(has, start, NONE)


def _teams(
    stream: Stream,
    village: Codes,
    years: Floats,
    known: Dates,
    here: Flags,
    table: Table,
    today: np.datetime64,
) -> tuple[Codes, Dates]:
    """Which team serves one, and since when one has signed with it."""
    part = table["households"]["signed_with_team"]
    ill = ~np.isnat(known).all(axis=1)
    priority = ill | (years >= 65) | (years < 7)
    signed = here & stream.chance(np.where(priority, part["priority"], part["all"]), len(years))
    days = (stream.uniform(len(years)) * 3 * YEAR_DAYS).astype(np.int64)
    days = np.minimum(days, (years * YEAR_DAYS).astype(np.int64))
    team = (village // read("network")["team_villages"]).astype(np.int16)
    return team, np.where(signed, today - days.astype("timedelta64[D]"), NONE)


def _relations(person: Person) -> Text:
    """To the head, who is the man, else the adult, of the oldest nucleus: codes of the record form."""
    own = np.arange(len(person.births))
    head = person.household
    relation = np.full(len(own), b"8", dtype="S1")
    of_child = np.where(person.is_man, b"2", b"3")
    same_house = person.nucleus == head
    child = (person.depth == 1) & (same_house | person.is_man | (person.spouse < 0))
    relation[child] = of_child[child]
    grandchild = (person.depth >= 2) & (person.spouse < 0)
    relation[grandchild] = b"4"
    relation[(person.spouse == head) & (own != head)] = b"1"
    relation[person.state != HERE] = b"8"
    relation[own == head] = b"0"
    return relation


def _households(
    person: Person, village: Codes, home_of: Whole, homes: int, first_number: int
) -> Households:
    here = person.state == HERE
    first = _first_of(home_of)
    deepest = np.zeros(homes, dtype=np.int16)
    np.maximum.at(deepest, home_of[here], person.depth[here])
    return Households(
        number=first_number + np.arange(homes),
        head=person.household[first],
        size=np.bincount(home_of[here], minlength=homes).astype(np.int16),
        generations=deepest + np.int16(1),
        village=village[first],
    )


def _marital_codes(stream: Stream, person: Person, table: Table) -> Text:
    codes = MARITAL_CODES[person.marital]
    again = stream.chance(table["marriage_percent"]["remarried_part"], len(codes))
    return np.where((person.marital == MARRIED) & again, REMARRIED, codes)


def _education(stream: Stream, person: Person, years: Floats, table: Table) -> Text:
    """Highest schooling finished, or begun by those who are still at school."""
    rules = table["education"]
    codes = np.array([*rules["codes"], ""], dtype="S2")
    born = person.births / YEAR_DAYS + 1970
    lines = np.array(rules["parts"])
    at = np.interp(born, rules["born"], np.arange(len(lines)))
    row = np.clip((at + stream.uniform(len(at))).astype(np.int64), 0, len(lines) - 1)
    old_women = ~person.is_man & (born < 1970)
    draw = stream.uniform(len(at)) * np.where(old_women, 0.8, 1.0)
    found = rows_choice(lines, row, draw)
    found = np.where(years < 22, np.minimum(found, 4), found)
    found = np.where(years < 18, 2, found)
    found = np.where(years < 15, 1, found)
    return codes[np.where(years < 6, len(codes) - 1, found)]


def _occupations(
    stream: Stream, person: Person, years: Floats, urban: Flags, table: Table
) -> Text:
    rules = table["occupation"]
    codes = np.array(rules["codes"], dtype="S1")
    both = np.array([rules["rural"], rules["urban"]])
    found = rows_choice(both, urban.astype(np.int64), stream.uniform(len(years)))
    until = rules["works_until"]
    retired = years >= np.where(person.is_man, until["men"], until["women"])
    farming = (codes[found] == b"4") & (years < until["farmers"])
    at_school = np.where(years < 18, 0.95, 0.55)
    learning = (years < 16) | ((years < 22) & stream.chance(at_school, len(years)))
    return np.where(learning | (retired & ~farming), codes[-1], codes[found])


def _by_urban(stream: Stream, rules: Table, urban: Flags) -> Text:
    both = np.array([rules["rural"], rules["urban"]])
    found = rows_choice(both, urban.astype(np.int64), stream.uniform(len(urban)))
    return np.array(rules["codes"], dtype="S1")[found]


def _pick(stream: Stream, rules: Table, count: int) -> Text:
    codes = np.array(rules["codes"], dtype="S1")
    return codes[inverse(np.array(rules["parts"], dtype=np.float64), stream.uniform(count))]
