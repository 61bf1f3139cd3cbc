"""The three outbreaks: a norovirus in a school, dengue over three towns, one imported cholera."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import orjson

from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.fhir import uuid_texts
from kangmai.commandline.city.loading.infections import gathering_code
from kangmai.commandline.city.outbreaks.reporting import ACTOR, report
from kangmai.commandline.city.outbreaks.stage import Stage, adults, stage
from kangmai.commandline.city.state import TooSmall
from kangmai.epidemic.cases import actions as cases
from kangmai.epidemic.surveillance import actions as surveillance
from kangmai.epidemic.surveillance.types import DayCount
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.registry import actions as registry
from kangmai.registry import queries as registered
from kangmai.registry.types import PlaceFacts, PlaceKind
from kangmai.standards.calendars import LEGAL_TIME, is_working_day, legal_day

ICD10 = "http://hl7.org/fhir/sid/icd-10"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
RECENT = timedelta(minutes=50)
"""How long ago the newest case was diagnosed, so that everything up to its submission has happened."""
NOON = time(11, 10)


class Outbreak(StrEnum):
    """What may be played."""

    NOROVIRUS = "norovirus"
    DENGUE = "dengue"
    CHOLERA = "cholera"


@dataclass(frozen=True, slots=True)
class Played:
    """What was written, and where somebody should look for it."""

    outbreak: Outbreak
    area: str
    place: str
    towns: tuple[str, ...]
    cards: tuple[str, ...]
    newly_ill: int
    look_at: str
    account: str


def play(outbreak: Outbreak, *, at: datetime) -> Played:
    """Let an outbreak happen in the demo city of this installation, up to now.

    Raises:
        NoDemo, TooSmall.
    """
    return PLAYS[outbreak](stage(), at)


def norovirus(where: Stage, at: datetime) -> Played:
    """A school says how many vomited, and the hospital reports some of them."""
    rules = read("outbreaks")[Outbreak.NOROVIRUS.value]
    chunk, code, place, name = _school(where, rules["least_pupils"], at)
    today = legal_day(at)
    days = [each for back in range(14) if is_working_day(each := today - timedelta(days=back))]
    counts = list(zip(days, reversed(rules["newly_ill"]), strict=False))
    rows = [_count(day, rules["condition"], code, count) for day, count in counts]
    surveillance.take_counts(source="school_absence", rows=rows, actor=ACTOR, at=at)
    pupils = _pupils(chunk, code)
    cards = []
    for _ in range(rules["cards"]):
        card = report(where, chunk, pupils, rules["disease"], at - RECENT, onset_days=1, at=at)
        if card is not None:
            cases.match_place(
                card_id=card.line.card_id,
                place_id=place,
                expected_version=card.version,
                key="",
                actor=ACTOR,
                at=at,
            )
            cards.append(card.line.number)
    return Played(
        Outbreak.NOROVIRUS, where.county, name, (chunk.town.name,), tuple(cards),
        sum(count for _, count in counts), "/signals/", "cdc",
    )  # fmt: skip


def dengue(where: Stage, at: datetime) -> Played:
    """Cases of three towns over a week, each reported on its day."""
    rules = read("outbreaks")[Outbreak.DENGUE.value]
    towns = where.towns[: len(rules["towns"])]
    if not towns:
        raise TooSmall()
    planned = sorted(
        ((back, n) for n, days in enumerate(rules["towns"]) for back in days), reverse=True
    )
    cards = []
    for back, number in planned:
        chunk = towns[min(number, len(towns) - 1)]
        on = legal_day(at) - timedelta(days=back)
        diagnosed = min(datetime.combine(on, NOON, LEGAL_TIME), at - RECENT)
        card = report(
            where,
            chunk,
            adults(where.city, chunk),
            rules["disease"],
            diagnosed,
            onset_days=3,
            at=at,
        )
        if card is not None:
            cards.append(card.line.number)
    names = tuple(chunk.town.name for chunk in towns)
    return Played(
        Outbreak.DENGUE, where.county, "", names, tuple(cards), len(cards), "/signals/", "cdc"
    )


def cholera(where: Stage, at: datetime) -> Played:
    """A traveller's diagnosis and culture in the record of the hospital whose doctor has an account."""
    rules = read("outbreaks")[Outbreak.CHOLERA.value]
    if not where.towns:
        raise TooSmall()
    chunk = where.towns[-1]
    row = list(adults(where.city, chunk))[-1]
    patient = {"reference": f"Patient/{uuid_texts(chunk.residents.patient_id[row : row + 1])[0]}"}
    moment = (at - RECENT).isoformat()
    resources: list[dict[str, Any]] = [
        {
            "resourceType": "Condition",
            "verificationStatus": {"coding": [{"system": VERIFICATION, "code": "provisional"}]},
            "code": {"coding": [{"system": ICD10, "code": rules["icd10"]}], "text": "霍乱待查"},
            "subject": patient,
            "onsetDateTime": (legal_day(at) - timedelta(days=1)).isoformat(),
            "recordedDate": moment,
            "note": [{"text": f"5 天前由{rules['travelled']}返回"}],
        },
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"text": rules["laboratory"]["zh"]},
            "subject": patient,
            "effectiveDateTime": moment,
            "interpretation": [{"coding": [{"system": INTERPRETATION, "code": "POS"}]}],
        },
    ]
    hospital = next(
        each.order for each in where.city.network.institutions if each.key == "hospital"
    )
    records.transact(
        [
            Operation(Verb.CREATE, each["resourceType"], raw=orjson.dumps(each))
            for each in resources
        ],
        source=Source("kangmai demo outbreak", where.organization(hospital)),
        actor=ACTOR,
        at=at,
    )
    return Played(
        Outbreak.CHOLERA, where.county, rules["travelled"], (chunk.town.name,), (), 1, "/cases/", "hospital"
    )  # fmt: skip


PLAYS: dict[Outbreak, Callable[[Stage, datetime], Played]] = {
    Outbreak.NOROVIRUS: norovirus,
    Outbreak.DENGUE: dengue,
    Outbreak.CHOLERA: cholera,
}


def _school(where: Stage, least: int, at: datetime) -> tuple[TownChunk, str, int, str]:
    """The county's largest school: its town, code, id and name; registered where none is large enough."""
    if not where.towns:
        raise TooSmall()
    schools = [
        (int(chunk.gatherings.head_count[row]), chunk, row)
        for chunk in where.towns
        for row, kind in enumerate(chunk.gatherings.kind)
        if bytes(kind) == b"school"
    ]
    size, chunk, row = max(schools, key=lambda each: each[0], default=(0, where.towns[0], -1))
    if size >= least:
        code = gathering_code(chunk, row)
        found = registered.places_by_code(codes={code}, actor=ACTOR)
        return chunk, code, found[code][0], chunk.gatherings.name[row].as_py()
    mark = read("network")["mark"]["zh"]
    code, name = f"{chunk.town.code}-9000", f"{mark}{chunk.town.name}中心学校"
    found = registered.places_by_code(codes={code}, actor=ACTOR)
    if found:
        return chunk, code, found[code][0], name
    facts = PlaceFacts(
        code=code,
        kind=PlaceKind.SCHOOL,
        name=name,
        division_code=chunk.town.villages[0],
        headcount=600,
        is_invented=True,
    )
    made = registry.create_place(facts=facts, actor=ACTOR, at=at)
    return chunk, code, made.id, name


def _count(day: date, condition: str, place_code: str, count: int) -> DayCount:
    return DayCount(
        day=day.isoformat(),
        condition=condition,
        place_code=place_code,
        area="",
        count=str(count),
    )


def _pupils(chunk: TownChunk, code: str) -> list[int]:
    """Positions of a school's pupils; none of one that was registered for the play."""
    row = int(code.rpartition("-")[2])
    return [n for n, each in enumerate(chunk.residents.gathering.tolist()) if each == row]
