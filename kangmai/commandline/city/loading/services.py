"""Residents in the other programmes than hypertension: in a small city all whom a programme is for, in a large one
at most two of a village, so that every account has somebody to look at and it grows by less than two in a hundred.

Visits are judged by the programmes' own rules as they are loaded.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import CONDITIONS, HERE, TownChunk
from kangmai.commandline.city.loading.children import (
    blood_spot,
    child,
    hearing,
    heart,
    number,
    subsidised,
)
from kangmai.commandline.city.loading.chosen import Chosen, Seen
from kangmai.commandline.city.loading.families import bereaved, marrying
from kangmai.commandline.city.loading.women import (
    delivered,
    expecting,
    planning,
    pregnant,
    screened,
)
from kangmai.commandline.city.loading.work import Work
from kangmai.commandline.city.streams import YEAR_DAYS, Flags, Stream
from kangmai.identity.actions import LoadedResident
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import EnrolmentDraft, Method, State, VisitDraft

Maker = Callable[[Any, int, date, float], Chosen]
A_VILLAGE = 2
WOMAN = b"2"


def load_services(
    work: Work, chunk: TownChunk, loaded: Sequence[LoadedResident], *, first: int, at: datetime
) -> None:
    """Load enrolments and visits of some residents that were just loaded; `first` is their position in the town."""
    chosen = list(_chosen(work, chunk, first))
    ids = actions.load_enrolments(
        [_enrolment(work, chunk, each, loaded[each.row]) for each in chosen],
        actor=work.actor,
        at=at,
    )
    visits = [
        visit
        for each, id in zip(chosen, ids, strict=True)
        for visit in _visits(work.city.on, each, id)
    ]
    actions.load_visits(visits, actor=work.actor, at=at)


def _chosen(work: Work, chunk: TownChunk, first: int) -> Iterator[Chosen]:
    on, people = work.city.on, chunk.residents
    stream = Stream(work.city.seed, work.city.code, chunk.town.code, "services", first)
    chance = stream.uniform(len(people))
    is_reached = stream.uniform(len(people))
    for maker, who, part in _programmes(work, chunk, first):
        rows = _few(people.village, who) if part is None else _rows(work, people.village, who & (is_reached < part))  # fmt: skip
        for row in rows:
            yield maker(people, row, on, float(chance[row]))
    table = chunk.pregnancies
    inside = np.flatnonzero((table.woman >= first) & (table.woman < first + len(people)))
    inside = inside[np.argsort(table.woman[inside], kind="stable")]
    villages = people.village[table.woman[inside] - first]
    some = _rows(work, villages, np.ones(len(inside), dtype=bool))
    yield from pregnant(chunk, inside[some], first, on, chance)
    for row, born in _mothers(people, first, on) if work.city.serves_everyone else ():
        yield from delivered(row, born, on, float(chance[row]))


def _programmes(
    work: Work, chunk: TownChunk, first: int
) -> Iterator[tuple[Maker, Flags, float | None]]:
    """Who makes a programme's enrolments, whom it is for, and the part of these who are reached; None where a few do."""
    part: dict[str, float] = read("health")["history"]["reached"]
    people, on = chunk.residents, work.city.on
    here = people.state == HERE
    age = (np.datetime64(on, "D") - people.birth_on).astype(np.int64) / YEAR_DAYS
    is_woman, everyone = people.sex == WOMAN, work.city.serves_everyone
    yield _diabetes, here & _enrolled(people, "diabetes") & (age >= 36), part["diabetes"]
    yield _copd, here & _enrolled(people, "copd") & (age >= 36), part["copd"]
    yield _mental, here & _enrolled(people, "mental"), part["mental"]
    yield _tuberculosis, here & _enrolled(people, "tuberculosis"), part["tuberculosis"]
    yield _elderly, here & (age >= 66), part["elderly"]
    yield child, here & (age < (7 if everyone else 1.5)), part["child"]
    newborn = here & (age < (SCREENED_YEARS if everyone else SHOWN_YEARS))
    yield blood_spot, newborn, part["blood_spot"]
    yield hearing, newborn, part["hearing"]
    yield heart, newborn, part["heart"]
    yield screened, here & is_woman & (age >= 36) & (age < 64), part["two_cancer"]
    yield planning, here & is_woman & (age >= 24) & (age < 38) & ~expecting(chunk, first), None
    yield marrying, here & (age >= 23) & (age < 31), None
    yield bereaved, here & (age >= 50) & (age < 72) & (people.village % 4 == 1), None
    yield _recorded, here, None
    yield subsidised, here & (age < 2.9), None
    yield _dying, here & (age >= 80) & (people.village % 5 == 0), None


def _mothers(people: Any, first: int, on: date) -> Iterator[tuple[int, date]]:
    """Mothers and births of the last year; a mother in another part of the town is left out."""
    young = people.birth_on > np.datetime64(on - timedelta(BORN_DAYS), "D")
    mother = people.mother - first
    rows = np.flatnonzero(young & (people.state == HERE) & (people.mother >= 0))
    rows = rows[(mother[rows] >= 0) & (mother[rows] < len(people))]
    _, once = np.unique(mother[rows], return_index=True)
    for row in rows[np.sort(once)].tolist():
        born: date = people.birth_on[row].astype(object)
        yield int(mother[row]), born


def _enrolled(people: Any, condition: str) -> Flags:
    return ~np.isnat(people.enrolled_on[:, CONDITIONS.index(condition)])


def _rows(work: Work, village: NDArray[np.signedinteger[Any]], who: Flags) -> list[int]:
    """Everyone in a small city, in a large one a few."""
    return np.flatnonzero(who).tolist() if work.city.serves_everyone else _few(village, who)


def _few(village: NDArray[np.signedinteger[Any]], who: Flags) -> list[int]:
    """The first two of each village, in order; of a small town with few people a village, not more than 1 in 200."""
    rows = np.flatnonzero(who)
    of_village = village[rows]
    order = np.arange(len(rows)) - np.searchsorted(of_village, of_village)
    most = max(A_VILLAGE, len(village) // 200)
    return [int(row) for row in rows[order < A_VILLAGE][:most]]


def _since(people: Any, row: int, condition: str, on: date, days: int) -> date:
    """The day of enrolment, not later than so many days ago, that visits may follow it."""
    day: date = people.enrolled_on[row, CONDITIONS.index(condition)].astype(object)
    return min(day, on - timedelta(days))


YEARS_AGO = (365, 0)
"""Days before the latest year's visits: a year and the one before it are on record, that they can be compared."""


def _each_year(service: str, days: Sequence[int], facts: dict[str, Any]) -> tuple[Seen, ...]:
    """The same visits in the latest year and the one before it; who came later has those since."""
    return tuple(Seen(service, each + ago, facts) for ago in YEARS_AGO for each in days)


def _exams(days: int, chance: float, share: float) -> list[Seen]:
    """An examination in the year before, and for a share of the people one in the latest year."""
    years = YEARS_AGO if (chance * 23) % 1 < share else YEARS_AGO[:1]
    return [Seen("exam", days + ago, {}) for ago in years]


def _diabetes(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Seen every quarter and examined every year; one in five was missed once a year."""
    seen = ((330, 5), (240, 7), (150, 3), (60, 9), (12, 1))
    missed = 240 if chance < 1 / 5 else None
    visits = [
        Seen(
            "followup", days + ago, {"fasting_glucose": number(4.5, 9, (chance * (more + ago)) % 1)}
        )
        for ago in YEARS_AGO
        for days, more in seen
        if days != missed
    ]
    visits += _exams(150, chance, 0.85)
    since = _since(people, row, "diabetes", on, 340)
    return Chosen(row, "diabetes", since, {}, tuple(visits))


def _copd(people: Any, row: int, on: date, chance: float) -> Chosen:
    facts = {"spo2": round(88 + 10 * chance), "mmrc": "1", "exacerbations": 0}
    since = _since(people, row, "copd", on, 310)
    days = (300, 120) if chance > 1 / 5 else (120,)
    return Chosen(row, "copd", since, {}, _each_year("followup", days, facts))


def _mental(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Seen every quarter, one in seven once less; three in ten are given a long-acting injection."""
    facts = {"risk": str(int(chance * 4)), "takes_regularly": chance < 0.8}
    since = _since(people, row, "mental", on, 330)
    guardian = {"result": "paid", "amount": 2400, "informed": "both"}
    days = (320, 220, 130, 45) if (chance * 7) % 1 > 1 / 7 else (220, 130, 45)
    seen = (
        *_each_year("followup", days, facts),
        *_each_year("guardian", (80,), guardian),
        *_exams(140, chance, 0.7),
    )
    if chance > INJECTED:
        return Chosen(row, "smd", since, {}, seen)
    # every fourth of them came too late for the second
    days = (95, 50, 20) if chance < INJECTED / 4 else (81, 51, 20)
    given = tuple(Seen("injection", each, {"drug": "pp1m"}) for each in days)
    return Chosen(row, "smd", since, {"latest_injection": on - timedelta(days[-1])}, given + seen)


INJECTED = 0.3
"""How many of the patients are given a long-acting injection."""


def _tuberculosis(people: Any, row: int, on: date, chance: float) -> Chosen:
    notice = max(_since(people, row, "tuberculosis", on, 40), on - timedelta(150))
    begun = notice - timedelta(2)
    days = (on - notice).days
    doses = {"doses_due": 10, "doses_missed": 0, "taken_percent": 100, "supervisor": "2"}
    visits = (Seen("first_visit", days - 1, {}), Seen("followup", days - 11, doses))
    return Chosen(row, "tuberculosis", notice, {"notice": notice, "treatment": begun}, visits)


def _elderly(people: Any, row: int, on: date, chance: float) -> Chosen:
    facts = {
        "systolic": round(118 + 40 * chance),
        "diastolic": round(70 + 15 * chance),
        "fasting_glucose": number(4.4, 7.4, chance),
        "adl_score": round(5 * chance),
        "explained": True,
    }
    days = 20 + int(370 * chance)
    seen = [Seen("exam", days, facts)]
    if (chance * 13) % 1 < ASKED_CONSTITUTION:
        highest = 6 + int(6 * chance)
        seen.append(Seen("constitution", days, {"balanced": 26 - highest, "highest": highest}))
    return Chosen(row, "elderly", on - timedelta(400), {}, tuple(seen))


ASKED_CONSTITUTION = 0.93
SHOWN_YEARS = 0.45
SCREENED_YEARS = 1.2
"""Of newborn screening those under six months are shown in a large city, in a small one all of the last year."""
BORN_DAYS = 400


def _recorded(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A record that was looked through: one in four longer than a year ago."""
    days = 20 + int(460 * chance)
    seen = Seen("basic_information", days, {"is_allergic": chance > 0.9, "is_disabled": chance < 0.05})  # fmt: skip
    born: date = people.birth_on[row].astype(object)
    return Chosen(row, "resident_record", max(born, on - timedelta(days + 5)), {}, (seen,))


def _dying(people: Any, row: int, on: date, chance: float) -> Chosen:
    visits = (
        Seen("assessment", 6, {"pain": 5, "breathlessness": 2}),
        Seen("assessment", 1 + int(3 * chance), {"pain": int(7 * chance), "breathlessness": 1}),
    )
    return Chosen(row, "hospice", on - timedelta(9), {}, visits)


def _enrolment(
    work: Work, chunk: TownChunk, chosen: Chosen, resident: LoadedResident
) -> EnrolmentDraft:
    people, network = chunk.residents, work.city.network
    clinic = network.village_clinics[chunk.town.order][int(people.village[chosen.row])]
    return EnrolmentDraft(
        resident_id=resident.id,
        programme=chosen.programme,
        enrolled_on=chosen.since,
        organization=OrganizationId(work.organizations[clinic]),
        place_code=people.place_code[chosen.row].decode(),
        anchors=chosen.anchors,
        state=State.CLOSED if chosen.completed_on else State.MANAGED,
        closed_on=chosen.completed_on,
        closing_reason="completed" if chosen.completed_on else "",
    )


def _visits(on: date, chosen: Chosen, id: UUID) -> Iterator[VisitDraft]:
    for seen in sorted(chosen.visits, key=lambda each: -each.days_ago):
        day = on - timedelta(seen.days_ago)
        if chosen.since <= day < on:
            yield VisitDraft(
                enrolment_id=id,
                service=seen.service,
                visited_on=day,
                entered_at=datetime.combine(day, time(2), UTC),
                method=Method.FACE_TO_FACE,
                facts=_exact(seen.facts),
                occasion=seen.occasion,
            )


def _exact(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(str(value)) if isinstance(value, float) else value
        for name, value in facts.items()
    }


PROGRAMMES: tuple[str, ...] = (
    "diabetes", "copd", "smd", "tuberculosis", "elderly", "child", "newborn_blood", "newborn_hearing", "newborn_heart", "two_cancer", "prepregnancy", "premarital", "maternal",
    "high_risk_pregnancy", "prenatal", "resident_record", "childcare_subsidy", "hospice", "special_family",
)  # fmt: skip
"""What is loaded here; each is planned once everybody is there."""
