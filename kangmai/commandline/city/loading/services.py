"""A few residents of each village in the other programmes, so that every account has somebody to look at.

At most two of a village for each programme: the city grows by less than two in a hundred. Visits are
judged by the programmes' own rules as they are loaded.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kangmai.commandline.city.columns import CONDITIONS, HERE, TownChunk
from kangmai.commandline.city.loading.chosen import Chosen, Seen
from kangmai.commandline.city.loading.families import (
    bereaved,
    marrying,
    screened_before_birth,
    watched_specially,
)
from kangmai.commandline.city.loading.work import Work
from kangmai.commandline.city.streams import YEAR_DAYS, Flags, Stream
from kangmai.identity.actions import LoadedResident
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft

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
    here = people.state == HERE
    age = (np.datetime64(on, "D") - people.birth_on).astype(np.int64) / YEAR_DAYS
    for maker, who in (
        (_diabetes, here & _enrolled(people, "diabetes") & (age >= 36)),
        (_copd, here & _enrolled(people, "copd") & (age >= 36)),
        (_mental, here & _enrolled(people, "mental")),
        (_tuberculosis, here & _enrolled(people, "tuberculosis")),
        (_elderly, here & (age >= 66)),
        (_child, here & (age < 1.5)),
        (_blood_spot, here & (age < SCREENED_YEARS)),
        (_hearing, here & (age < SCREENED_YEARS)),
        (_heart, here & (age < SCREENED_YEARS)),
        (_screened, here & (people.sex == WOMAN) & (age >= 36) & (age < 64)),
        (
            _planning,
            here & (people.sex == WOMAN) & (age >= 24) & (age < 38) & ~_expecting(chunk, first),
        ),
        (marrying, here & (age >= 23) & (age < 31)),
        (bereaved, here & (age >= 50) & (age < 72) & (people.village % 4 == 1)),
        (_recorded, here),
        (_subsidised, here & (age < 2.9)),
        (_dying, here & (age >= 80) & (people.village % 5 == 0)),
    ):
        for row in _some(people.village, who):
            yield maker(people, row, on, float(chance[row]))
    yield from _pregnant(chunk, first, on, chance)


def _enrolled(people: Any, condition: str) -> Flags:
    return ~np.isnat(people.enrolled_on[:, CONDITIONS.index(condition)])


def _some(village: NDArray[np.signedinteger[Any]], who: Flags) -> list[int]:
    """The first two of each village, in order; of a small city with few people a village, not more than 1 in 200."""
    rows = np.flatnonzero(who)
    of_village = village[rows]
    order = np.arange(len(rows)) - np.searchsorted(of_village, of_village)
    most = max(A_VILLAGE, len(village) // 200)
    return [int(row) for row in rows[order < A_VILLAGE][:most]]


def _since(people: Any, row: int, condition: str, on: date, days: int) -> date:
    """The day of enrolment, not later than so many days ago, that visits may follow it."""
    day: date = people.enrolled_on[row, CONDITIONS.index(condition)].astype(object)
    return min(day, on - timedelta(days))


def _number(low: float, high: float, chance: float) -> Decimal:
    return Decimal(str(round(low + (high - low) * chance, 1)))


def _diabetes(people: Any, row: int, on: date, chance: float) -> Chosen:
    visits = tuple(
        Seen("followup", days, {"fasting_glucose": _number(4.5, 9, (chance * more) % 1)})
        for days, more in ((190, 7), (100, 3), (12, 1))
    )
    since = _since(people, row, "diabetes", on, 200)
    return Chosen(row, "diabetes", since, {}, visits)


def _copd(people: Any, row: int, on: date, chance: float) -> Chosen:
    facts = {"spo2": round(88 + 10 * chance), "mmrc": "1", "exacerbations": 0}
    since = _since(people, row, "copd", on, 130)
    return Chosen(row, "copd", since, {}, (Seen("followup", 120, facts),))


def _mental(people: Any, row: int, on: date, chance: float) -> Chosen:
    facts = {"risk": str(int(chance * 4)), "takes_regularly": chance < 0.8}
    since = _since(people, row, "mental", on, 100)
    guardian = {"result": "paid", "amount": 2400, "informed": "both"}
    seen = (Seen("guardian", 80, guardian), Seen("followup", 45, facts))
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
        "fasting_glucose": _number(4.4, 7.4, chance),
        "adl_score": round(5 * chance),
        "explained": True,
    }
    days = 100 + int(290 * chance)
    return Chosen(row, "elderly", on - timedelta(400), {}, (Seen("exam", days, facts),))


CHECKS = (
    (243, "m8", 8.6, 70.6, 44.5),
    (183, "m6", 7.8, 67.6, 43.3),
    (91, "m3", 6.2, 61.4, 40.5),
    (30, "m1", 4.3, 54.7, 37.2),
)
"""Days of life, occasion, usual weight, length and head circumference of the checks of the first year."""


def _child(people: Any, row: int, on: date, chance: float) -> Chosen:
    born: date = people.birth_on[row].astype(object)
    lived = (on - born).days
    visits = [Seen("newborn", lived - 6, {"temperature": 36.8, "weight": 3.4}, "nb")]
    for turn, (days, occasion, weight, length, head) in enumerate(reversed(CHECKS)):
        if days < lived:
            # one child in twelve thrives less and less
            thrives = 1 - 0.04 * turn if chance < 1 / 12 else 1
            facts = {
                "weight": _number(weight * 0.88 * thrives, weight * 1.12 * thrives, chance),
                "length": _number(length * 0.97, length * 1.03, chance),
                "head": _number(head * 0.98, head * 1.02, chance),
            }
            visits.append(Seen("check", lived - days, facts, occasion))
    reached = tuple(each for each in visits if 0 < each.days_ago < lived)
    return Chosen(row, "child", min(born + timedelta(3), on), {}, reached)


SCREENED_YEARS = 0.45
"""Of newborn screening those under six months are shown."""


def _blood_spot(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Of ten newborns one has no sample, two are recalled, and one of these has not come back."""
    seen: list[tuple[int, dict[str, str | float]]] = []
    if chance < 0.9:
        seen = [(4, {"step": "collected"}), (13, {"step": "result", "result": "pass"})]
    if chance < 0.2:
        seen[1] = (13, {"step": "result", "result": "suspected", "tsh": 26.5})
    if chance < 0.1:
        seen.append((19, {"step": "recall", "result": "pass", "tsh": 8.1}))
    return _newborn(people, row, on, "newborn_blood", seen)


def _hearing(people: Any, row: int, on: date, chance: float) -> Chosen:
    ear = "refer" if chance > 0.85 else "pass"
    first = {"step": "first", "technique": "oae", "left": ear, "right": "pass"}
    return _newborn(people, row, on, "newborn_hearing", [(3, first)])


def _heart(people: Any, row: int, on: date, chance: float) -> Chosen:
    hand, foot = 97 + int(2 * chance), 98 - int(2 * chance)
    first = {
        "step": "first",
        "hand": hand,
        "foot": foot,
        "gap": abs(hand - foot),
        "murmur": chance > 0.93,
    }
    return _newborn(people, row, on, "newborn_heart", [(1, first)])


def _newborn(
    people: Any, row: int, on: date, programme: str, seen: Sequence[tuple[int, dict[str, Any]]]
) -> Chosen:
    """A newborn's screening; what is done lies so many days after birth."""
    born: date = people.birth_on[row].astype(object)
    lived = (on - born).days
    visits = tuple(
        Seen("screening", lived - days, facts, "" if turn else FIRST_OF[programme])
        for turn, (days, facts) in enumerate(seen)
        if days < lived
    )
    return Chosen(row, programme, born, {}, visits)


FIRST_OF = {"newborn_blood": "sample", "newborn_hearing": "test", "newborn_heart": "test"}


def _screened(people: Any, row: int, on: date, chance: float) -> Chosen:
    """Seen for both within the year; one in five has another HPV type, one in ten a finding, one in ten no breast visit yet."""
    days, tenth = 20 + int(300 * chance), int((chance * 1000) % 10)
    cervical = Seen("cervical", days, {"hpv": "neg" if chance < 0.8 else "other"})
    breast = Seen("breast", days, {"ultrasound": "3" if tenth == 1 else "2"})
    visits = (cervical,) if tenth == 0 else (cervical, breast)
    return Chosen(row, "two_cancer", on - timedelta(330), {}, visits)


def _expecting(chunk: TownChunk, first: int) -> Flags:
    """Who of this part of the town is pregnant on the day."""
    found = np.zeros(len(chunk.residents), dtype=bool)
    rows = chunk.pregnancies.woman - first
    found[rows[(rows >= 0) & (rows < len(found))]] = True
    return found


FINE = {
    "systolic": 112, "diastolic": 70, "bmi": 21.4, "haemoglobin": 124, "fasting_glucose": 4.9, "hbsag": "neg",
    "husband_hbsag": "neg", "rubella_igg": "pos", "rh": "pos", "tsh": "normal", "folic_acid": "2",
}  # fmt: skip


FINDINGS = ({"rubella_igg": "neg"}, {"mcv": 78.0, "husband_mcv": 76.5}, {"hbsag": "pos"})
PREGNANT = {"pregnant": "yes", "early_folic_acid": "1", "early_exposed": False, "bleeding": False}
BORN = {"outcome": "live", "weeks": 39, "birth_weight": 3180, "has_defect": False}


def _planning(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A couple that told its plan up to 420 days ago: one in ten was not checked yet, of one in five the husband
    did not come, three in ten have a finding, half are pregnant within the year."""
    days = 20 + int(400 * ((chance * 7) % 1))
    planned, tenth = on - timedelta(days), int((chance * 100) % 10)
    if chance < 0.1:
        return Chosen(row, "prepregnancy", planned, {"planned": planned}, ())
    facts = {**FINE, "husband_checked": (chance * 5) % 1 > 0.2}
    facts |= FINDINGS[tenth] if tenth < len(FINDINGS) else {}
    seen = [Seen("check", days - 9, facts, "first")]
    anchors = {"planned": planned, "checked": planned + timedelta(9)}
    if days > 130:
        seen.append(Seen("early", days - 110, PREGNANT if chance > 0.5 else {"pregnant": "not_yet"}, "e1"))  # fmt: skip
    if days > 130 and chance > 0.5:
        anchors["last_period"] = planned + timedelta(60)
    if days > 370 and chance > 0.5:
        anchors["ended"] = planned + timedelta(338)
        seen.append(Seen("outcome", days - 360, BORN, "end"))
    return Chosen(row, "prepregnancy", planned, anchors, tuple(seen))


def _recorded(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A record that was looked through: one in four longer than a year ago."""
    days = 20 + int(460 * chance)
    seen = Seen("basic_information", days, {"is_allergic": chance > 0.9, "is_disabled": chance < 0.05})  # fmt: skip
    born: date = people.birth_on[row].astype(object)
    return Chosen(row, "resident_record", max(born, on - timedelta(days + 5)), {}, (seen,))


def _subsidised(people: Any, row: int, on: date, chance: float) -> Chosen:
    """A child under three whose parents asked for the subsidy of this year of life."""
    born: date = people.birth_on[row].astype(object)
    year = min(int((on - born).days / YEAR_DAYS) + 1, 3)
    days = 1 + int(50 * chance)
    result = "waiting" if chance < 0.1 else "approved" if chance < 0.3 else "paid"
    facts = {"result": result, **({"amount": 3600} if result == "paid" else {})}
    since = max(born, on - timedelta(days + 10))
    return Chosen(row, "childcare_subsidy", since, {}, (Seen("payment", days, facts, f"y{year}"),))


def _dying(people: Any, row: int, on: date, chance: float) -> Chosen:
    visits = (
        Seen("assessment", 6, {"pain": 5, "breathlessness": 2}),
        Seen("assessment", 1 + int(3 * chance), {"pain": int(7 * chance), "breathlessness": 1}),
    )
    return Chosen(row, "hospice", on - timedelta(9), {}, visits)


def _pregnant(
    chunk: TownChunk, first: int, on: date, chance: NDArray[np.float64]
) -> Iterator[Chosen]:
    """Women of this part of the town who are pregnant on the day, with their booking and prenatal screening."""
    table, count = chunk.pregnancies, len(chunk.residents)
    inside = np.flatnonzero((table.woman >= first) & (table.woman < first + count))
    rows = table.woman[inside] - first
    order = np.argsort(rows, kind="stable")
    for turn in _some(chunk.residents.village[rows[order]], np.ones(len(rows), dtype=bool)):
        position = inside[order[turn]]
        if np.isnat(table.booked_on[position]):
            continue
        period: date = table.last_period_on[position].astype(object)
        booked: date = min(table.booked_on[position].astype(object), on - timedelta(1))
        colour = bytes(table.risk_colour[position])
        facts = {
            "systolic": 112,
            "diastolic": 70,
            "haemoglobin": 116,
            "yellow_factor": colour == b"2",
            "orange_factor": colour == b"3",
            "red_factor": colour == b"4",
            "is_infected": colour == b"5",
        }
        visit = Seen("antenatal", (on - booked).days, facts, "a1")
        row = int(rows[order[turn]])
        yield Chosen(row, "maternal", booked, {"last_period": period}, (visit,))
        yield screened_before_birth(row, booked, period, on, float(chance[row]))
        if file := watched_specially(row, colour, booked, period, on, float(chance[row])):
            yield file


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
