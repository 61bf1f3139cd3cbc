"""Departments and the people who work there, and the family-doctor teams they form."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.institutions.capacity import works_of
from kangmai.commandline.city.institutions.types import Department, Institution, StaffMember, Team
from kangmai.commandline.city.people.names import draw_given, full_names, region_of, surnames
from kangmai.commandline.city.places import Places
from kangmai.commandline.city.streams import (
    YEAR_DAYS,
    Flags,
    Floats,
    Stream,
    Whole,
    inverse,
    midnight_ms,
    uuid_text,
)

WOMEN_PART = {"nurse": 0.97, "physician": 0.44, "village_doctor": 0.38, "pharmacist": 0.66}


def departments_of(institutions: list[Institution], *, seed: int, on: date) -> list[Department]:
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
                    id=uuid_text(
                        stream.uuids(1, from_ms=midnight_ms(on), from_ordinal=order).tobytes()
                    ),
                    name=name,
                    name_en=english,
                    subject_code=subject,
                )
            )
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What is drawn for every post: who, how old, which title, how long at work (0 to 1)."""

    names: pa.StringArray
    is_man: Flags
    births: list[date]
    title: Whole
    worked: Floats


def staff_of(
    institutions: list[Institution],
    departments: list[Department],
    posts: list[int],
    *,
    places: Places,
    seed: int,
    on: date,
) -> list[StaffMember]:
    """A person for every post of every institution, institution by institution."""
    works = works_of(institutions, posts)
    drawn = _drawn(works, places=places, seed=seed, on=on)
    at = np.repeat(np.arange(len(institutions)), posts).tolist()
    inside = _department_of(institutions, departments, posts)
    ids = Stream(seed, places.city.code, "staff-ids")
    rows = ids.uuids(2 * len(works), from_ms=midnight_ms(on), from_ordinal=0)
    known, titles = read("network")["posts"]["names"], list(read("network")["titles"])
    return [
        StaffMember(
            order=n,
            id=uuid_text(rows[2 * n].tobytes()),
            post_id=uuid_text(rows[2 * n + 1].tobytes()),
            name=drawn.names[n].as_py(),
            sex="1" if drawn.is_man[n] else "2",
            birth_on=drawn.births[n],
            institution=at[n],
            department=inside[n],
            work=work,
            role=known[work]["role"],
            licence=known[work]["licence"],
            title=titles[int(drawn.title[n])],
            certificate=f"INV{places.city.code}{n:07d}",
            issued_on=_issued_on(drawn, n),
            from_on=_from_on(drawn, n, on=on),
        )
        for n, work in enumerate(works)
    ]


def _drawn(works: list[str], *, places: Places, seed: int, on: date) -> _Drawn:
    stream, count = Stream(seed, places.city.code, "staff"), len(works)
    is_man = ~stream.chance(np.array([WOMEN_PART.get(work, 0.5) for work in works]), count)
    age = 24 + 36 * stream.uniform(count) ** 1.1
    births = [on - timedelta(days=int(each * YEAR_DAYS)) for each in age]
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
    parts = np.array(list(read("network")["titles"].values()))
    seniority = np.clip((age - 24) / 36 * 0.6 + stream.uniform(count) * 0.5, 0, 0.999)
    return _Drawn(
        names=full_names(table.points[inverse(table.shares, stream.uniform(count))], given),
        is_man=is_man,
        births=births,
        title=inverse(parts, seniority),
        worked=stream.uniform(count),
    )


def _issued_on(drawn: _Drawn, n: int) -> date:
    """The licence came at 23 years of age or in the year after."""
    return drawn.births[n] + timedelta(days=int((23 + drawn.worked[n]) * YEAR_DAYS))


def _from_on(drawn: _Drawn, n: int, *, on: date) -> date:
    """Some day between the licence and a month ago."""
    since = (on - _issued_on(drawn, n)).days
    return on - timedelta(days=min(since, int(30 + drawn.worked[n] * since)))


def _department_of(
    institutions: list[Institution], departments: list[Department], posts: list[int]
) -> list[int]:
    first: dict[int, int] = {}
    for department in departments:
        first.setdefault(department.institution, department.order)
    table = read("network")["departments"]
    found: list[int] = []
    for each, count in zip(institutions, posts, strict=True):
        weights = np.array([entry[3] for entry in table[each.kind]], dtype=np.float64)
        if not len(weights):
            found += [-1] * count
            continue
        spread = (np.arange(count, dtype=np.float64) * 0.6180339887498949 + 0.2) % 1.0
        found += [first[each.order] + int(p) for p in inverse(weights, spread)]
    return found


def by_institution(staff: list[StaffMember], count: int) -> tuple[tuple[int, ...], ...]:
    groups: list[list[int]] = [[] for _ in range(count)]
    for each in staff:
        groups[each.institution].append(each.order)
    return tuple(tuple(group) for group in groups)


def teams_of(
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
    for works in (("physician", "assistant_physician"), ("nurse",), ("public_health",)):
        fitting = [each for each in members if staff[each].work in works]
        if fitting:
            chosen.append(fitting[number % len(fitting)])
    return chosen
