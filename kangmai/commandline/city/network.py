"""The invented institutions of the city, their departments and staff, and the family-doctor teams.

Which institutions exist is data (`invented_city/network.yaml`); beds and staff follow the national
ratios for the number of residents asked for, shared out by largest remainder over a least staff.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.credit import invented_credit_code
from kangmai.commandline.city.names import draw_given, full_names, region_of, surnames
from kangmai.commandline.city.places import Places, Town, village_targets
from kangmai.commandline.city.streams import MILLISECONDS_A_DAY, Stream, inverse, largest_remainder
from kangmai.standards.division_names import english_name
from kangmai.standards.divisions import Division

NOT_GRADED = "11"
OWNED_BY_STATE, OWNED_COLLECTIVELY = "11", "12"
WOMEN_PART = {"nurse": 0.97, "physician": 0.44, "village_doctor": 0.38, "pharmacist": 0.66}


@dataclass(frozen=True, slots=True)
class Institution:
    """An invented institution. `order` is its position in the network, `parent` another's or -1.

    `kind` is a `registry.types.OrganizationKind`, `type_code` WS 218, `level_code` level and grade
    in one (02 = tertiary A, 11 = none), `jurisdiction` the division whose residents it answers for.
    """

    order: int
    code: str
    id: str
    key: str
    kind: str
    name: str
    name_en: str
    type_code: str
    level_code: str
    ownership_code: str
    management_code: str
    division: str
    jurisdiction: str
    parent: int
    credit_code: str
    beds: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class Department:
    """A department of an institution, by position."""

    order: int
    institution: int
    code: str
    id: str
    name: str
    name_en: str
    subject_code: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person at work: `role` and `title` are keys of `network.yaml`; `certificate` marks itself invented."""

    order: int
    id: str
    post_id: str
    name: str
    sex: str
    birth_on: date
    institution: int
    department: int
    role: str
    title: str
    certificate: str
    issued_on: date
    from_on: date


@dataclass(frozen=True, slots=True)
class Team:
    """A family-doctor team of a town: which of its villages, who leads, who belongs (staff positions)."""

    town: int
    number: int
    name: str
    institution: int
    villages: tuple[int, ...]
    leader: int
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Everything that treats, prevents, supervises and steers.

    `town_institution[t]` is the township hospital or community centre of town t, `village_clinics[t]`
    the clinic of each of its villages, `county_hospital` and `county_cdc` by county code.
    """

    institutions: tuple[Institution, ...]
    departments: tuple[Department, ...]
    staff: tuple[StaffMember, ...]
    teams: tuple[Team, ...]
    town_institution: tuple[int, ...]
    village_clinics: tuple[tuple[int, ...], ...]
    county_hospital: dict[str, int]
    county_cdc: dict[str, int]
    staff_of: tuple[tuple[int, ...], ...]


def _sizes(places: Places, institutions: list[Institution]) -> list[float]:
    """How many residents each institution serves: the weight of its share of beds and staff."""
    served: dict[str, float] = {code: float(n) for code, n in places.real_population.items()}
    for town in places.towns:
        served[town.code] = float(town.residents)
        targets = village_targets(town)
        served |= {code: float(n) for code, n in zip(town.villages, targets, strict=True)}
    return [served.get(each.jurisdiction, 1.0) for each in institutions]


def make_network(places: Places, *, residents: int, seed: int, on: date) -> Network:
    """The institutions of the laid-out city, with staff and beds for so many residents."""
    institutions = list(_institutions(places, seed=seed, on=on))
    sizes = _sizes(places, institutions)
    institutions = _with_beds(institutions, sizes, residents=residents)
    posts = _posts(institutions, sizes, residents=residents)
    departments = _departments(institutions, seed=seed, on=on)
    staff = _staff(institutions, departments, posts, places=places, seed=seed, on=on)
    staff_of = _by_institution(staff, len(institutions))
    by_division = {(each.kind, each.division): each.order for each in institutions}
    town_institution = tuple(_of_town(by_division, town) for town in places.towns)
    clinics = tuple(_of_villages(by_division, town) for town in places.towns)
    return Network(
        institutions=tuple(institutions),
        departments=tuple(departments),
        staff=tuple(staff),
        teams=tuple(_teams(places, town_institution, clinics, staff, staff_of)),
        town_institution=town_institution,
        village_clinics=clinics,
        county_hospital={c.code: _at(institutions, c.code, "hospital") for c in places.counties},
        county_cdc={c.code: _at(institutions, c.code, "cdc") for c in places.counties},
        staff_of=staff_of,
    )


def _at(institutions: list[Institution], division: str, key: str) -> int:
    return next(each.order for each in institutions if each.division == division and each.key == key)


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


def _institutions(places: Places, *, seed: int, on: date) -> Iterator[Institution]:
    """Parents before children; a city that is one county has the city's institutions only in part."""
    maker = _Maker(places, seed=seed, on=on)
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


class _Maker:
    """Numbers institutions as they are made."""

    def __init__(self, places: Places, *, seed: int, on: date) -> None:
        self.count = 0
        self._places = places
        self._stream = Stream(seed, places.city.code, "institutions")
        self._from_ms = _midnight_ms(on)
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
            stem = _stem(name).removesuffix("社区") if urban else _stem(name)
            yield self._make(entry, code, f"{town.name}{stem}", parent, code)

    def _make(
        self, entry: dict[str, Any], division: str, place: str, parent: int, jurisdiction: str
    ) -> Institution:
        network = read("network")
        order, self.count = self.count, self.count + 1
        english = english_name(self._places.city.get(division))
        return Institution(
            order=order,
            code=f"INV{self._places.city.code}{order:05d}",
            id=_uuid(self._stream, self._from_ms, order),
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
            credit_code=invented_credit_code(region=_county(division), number=order),
            beds=0,
            opened_on=date(1985 + order % 25, 1 + order % 12, 1),
        )


def _county(division: str) -> str:
    return division[:6]


def _stem(name: str) -> str:
    for ending in ("村民委员会", "村委会", "居民委员会", "居委会"):
        if name.endswith(ending) and len(name) > len(ending):
            stem = name.removesuffix(ending)
            return stem + "村" if ending.startswith("村") and not stem.endswith("村") else stem
    return name


def _ownership(kind: str) -> str:
    return OWNED_COLLECTIVELY if kind == "village_clinic" else OWNED_BY_STATE


def _level_code(entry: dict[str, Any]) -> str:
    """Level and grade as one code: tertiary special, A, B, C are 01 to 04, secondary A 05, and so on."""
    if "level" not in entry or entry["grade"] == "9":
        return NOT_GRADED
    first = {"3": 1, "2": 4, "1": 7}[entry["level"]]
    return f"{first + int(entry['grade']):02d}"


def _midnight_ms(on: date) -> int:
    return (on - date(1970, 1, 1)).days * MILLISECONDS_A_DAY


def _uuid(stream: Stream, from_ms: int, ordinal: int) -> str:
    text = stream.uuids(1, from_ms=from_ms, from_ordinal=ordinal).tobytes().hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _tier(institution: Institution) -> str:
    if institution.key in ("town", "village"):
        return institution.key
    return "county" if not institution.division.endswith("00") else "city"


def _entries() -> dict[tuple[str, str], dict[str, Any]]:
    network = read("network")
    entries = {(tier, e["key"]): e for tier in ("city", "county") for e in network[tier]}
    entries["town", "township_hospital"] = network["town"]["rural"]
    entries["town", "community_centre"] = network["town"]["urban"]
    entries["village", "village_clinic"] = network["village"]["rural"]
    entries["village", "community_station"] = network["village"]["urban"]
    return entries


def _entry(institution: Institution) -> dict[str, Any]:
    tier = _tier(institution)
    key = institution.kind if tier in ("town", "village") else institution.key
    entries = _entries()
    return entries.get((tier, key)) or entries["city", key]


def _with_beds(
    institutions: list[Institution], sizes: list[float], *, residents: int
) -> list[Institution]:
    network = read("network")
    total = round(residents * network["per_1000"]["beds"] / 1000)
    tiers = list(network["beds_share"])
    shares = largest_remainder(total, list(network["beds_share"].values()))
    beds = np.zeros(len(institutions), dtype=np.int64)
    present = {tier: [e for e in institutions if _tier(e) == tier] for tier in tiers}
    for tier, share in zip(tiers, shares, strict=True):
        members = present[tier] or present["county"]
        weights = [
            sizes[each.order] * _entry(each).get("beds", 0 if tier != "town" else 1)
            for each in members
        ]
        for each, part in zip(members, largest_remainder(int(share), weights), strict=True):
            beds[each.order] += part
    return [replace(each, beds=int(beds[each.order])) for each in institutions]


def _posts(institutions: list[Institution], sizes: list[float], *, residents: int) -> list[int]:
    """How many people work in each institution: its least staff, or its share if that is more."""
    network = read("network")
    total = round(residents * network["per_1000"]["health_staff"] / 1000)
    tiers = list(network["staff_share"])
    shares = largest_remainder(total, list(network["staff_share"].values()))
    posts = [0] * len(institutions)
    for tier, share in zip(tiers, shares, strict=True):
        members = [each for each in institutions if _tier(each) == tier]
        if not members:
            continue
        plain = 1 if tier in ("town", "village") else 0.3
        weights = [sizes[each.order] * _entry(each).get("weight", plain) for each in members]
        for each, part in zip(members, largest_remainder(int(share), weights), strict=True):
            posts[each.order] = max(int(part), _entry(each)["least_staff"])
    return posts


def _departments(institutions: list[Institution], *, seed: int, on: date) -> list[Department]:
    stream = Stream(seed, institutions[0].code, "departments")
    table = read("network")["departments"]
    made: list[Department] = []
    for each in institutions:
        for number, (name, english, subject, _) in enumerate(table[each.kind], 1):
            order = len(made)
            made.append(
                Department(
                    order=order,
                    institution=each.order,
                    code=f"{number:02d}",
                    id=_uuid(stream, _midnight_ms(on), order),
                    name=name,
                    name_en=english,
                    subject_code=subject,
                )
            )
    return made


def _staff(
    institutions: list[Institution],
    departments: list[Department],
    posts: list[int],
    *,
    places: Places,
    seed: int,
    on: date,
) -> list[StaffMember]:
    """Names, ages, roles and titles are drawn for all at once, then rows are made."""
    stream = Stream(seed, places.city.code, "staff")
    at = np.repeat(np.arange(len(institutions)), posts)
    roles = _roles(institutions, posts)
    count = len(at)
    women = np.array([WOMEN_PART.get(role, 0.5) for role in roles])
    is_man = ~stream.chance(women, count)
    age = 24 + 36 * stream.uniform(count) ** 1.1
    births = [on - timedelta(days=int(each * 365.25)) for each in age]
    region = region_of(places.city.code)
    table = surnames(region)
    given = draw_given(
        stream,
        region=region,
        is_man=is_man,
        birth_year=np.array([each.year for each in births]),
        family=np.full(count, -1),
        shares_character=np.zeros(count, dtype=bool),
    )
    names = full_names(table.points[inverse(table.shares, stream.uniform(count))], given)
    titles = read("network")["titles"]
    title_keys = list(titles)
    seniority = np.clip((age - 24) / 36 * 0.6 + stream.uniform(count) * 0.5, 0, 0.999)
    title = inverse(np.array(list(titles.values())), seniority)
    inside = _department_of(institutions, departments, posts)
    ids = Stream(seed, places.city.code, "staff-ids")
    rows = ids.uuids(2 * count, from_ms=_midnight_ms(on), from_ordinal=0)
    hexes = [row.tobytes().hex() for row in rows]
    worked = stream.uniform(count)
    return [
        StaffMember(
            order=n,
            id=_dashed(hexes[2 * n]),
            post_id=_dashed(hexes[2 * n + 1]),
            name=names[n].as_py(),
            sex="1" if is_man[n] else "2",
            birth_on=births[n],
            institution=int(at[n]),
            department=inside[n],
            role=roles[n],
            title=title_keys[int(title[n])],
            certificate=f"INV{places.city.code}{n:07d}",
            issued_on=births[n] + timedelta(days=int((23 + worked[n]) * 365.25)),
            from_on=on - timedelta(days=int(30 + worked[n] * max(age[n] - 23.5, 0.2) * 365)),
        )
        for n in range(count)
    ]


def _dashed(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _roles(institutions: list[Institution], posts: list[int]) -> list[str]:
    """The posts of each kind of institution by largest remainder; in village clinics in turn."""
    table = read("network")["posts"]
    roles: list[str] = []
    singles: dict[str, int] = defaultdict(int)
    for each, count in zip(institutions, posts, strict=True):
        parts = table[each.kind]
        if count < 3:
            for _ in range(count):
                roles.append(_in_turn(parts, singles[each.kind]))
                singles[each.kind] += 1
            continue
        for role, number in zip(parts, largest_remainder(count, list(parts.values())), strict=True):
            roles += [role] * int(number)
    return roles


def _in_turn(parts: dict[str, float], number: int) -> str:
    """Roles spread evenly (by the golden section) so that many single posts have the right parts."""
    at = (number * 0.6180339887498949 + 0.31) % 1.0
    return list(parts)[int(inverse(np.array(list(parts.values())), np.array([at]))[0])]


def _department_of(
    institutions: list[Institution], departments: list[Department], posts: list[int]
) -> list[int]:
    first: dict[int, int] = {}
    for each in departments:
        first.setdefault(each.institution, each.order)
    table = read("network")["departments"]
    found: list[int] = []
    for each, count in zip(institutions, posts, strict=True):
        weights = [entry[3] for entry in table[each.kind]]
        if not weights:
            found += [-1] * count
            continue
        places = (np.arange(count) * 0.6180339887498949 + 0.2) % 1.0
        found += [first[each.order] + int(p) for p in inverse(np.array(weights, float), places)]
    return found


def _by_institution(staff: list[StaffMember], count: int) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(count)]
    for each in staff:
        groups[each.institution].append(each.order)
    return tuple(tuple(group) for group in groups)


def _teams(
    places: Places,
    town_institution: tuple[int, ...],
    clinics: tuple[tuple[int, ...], ...],
    staff: list[StaffMember],
    staff_of: tuple[tuple[int, ...], ...],
) -> Iterator[Team]:
    """One team for every few villages: a physician, a nurse, a public health physician of the town's
    institution, and the village doctors."""
    size = read("network")["team_villages"]
    for town in places.towns:
        seat = town_institution[town.order]
        for number, start in enumerate(range(0, max(len(town.villages), 1), size)):
            villages = tuple(range(start, min(start + size, len(town.villages))))
            core = _core(staff, staff_of[seat], number)
            doctors = [m for v in villages for m in staff_of[clinics[town.order][v]]]
            yield Team(
                town=town.order,
                number=number,
                name=f"{town.name}家庭医生团队{number + 1}",
                institution=seat,
                villages=villages,
                leader=core[0],
                members=tuple(dict.fromkeys([*core, *doctors])),
            )


def _core(staff: list[StaffMember], members: tuple[int, ...], number: int) -> list[int]:
    chosen = []
    for roles in (("physician", "assistant_physician"), ("nurse",), ("public_health",)):
        fitting = [each for each in members if staff[each].role in roles]
        if fitting:
            chosen.append(fitting[number % len(fitting)])
    return chosen
