"""The hypertension programme of some residents: who is managed, who is suspected, and a year's visits.

The visits' readings are Observations on record already; here are the rows by which the programme plans
and counts. They are judged by the programme's own rules as they are loaded.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from kangmai.commandline.city import fhir
from kangmai.commandline.city.columns import (
    CONDITIONS,
    CONTACT_KINDS,
    DIED,
    HERE,
    MOVED_AWAY,
    Dates,
    History,
    TownChunk,
)
from kangmai.commandline.city.history.record import diagnosis_codes
from kangmai.commandline.city.loading.work import Work
from kangmai.commandline.city.people.health import LEAST_AGE_MANAGED
from kangmai.commandline.city.streams import DAY_SECONDS, EAST_8_SECONDS, YEAR_DAYS, Flags, Whole
from kangmai.identity.actions import LoadedResident
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import (
    EnrolmentDraft,
    EvidenceDraft,
    Method,
    State,
    VisitDraft,
)

HYPERTENSION = "hypertension"
COLUMN = CONDITIONS.index(HYPERTENSION)
RAISED = (140, 90)
SUSPECTED_FOR_DAYS = 365
MOST_EVIDENCE = 5
_METHODS = {b"1": Method.FACE_TO_FACE, b"2": Method.FACE_TO_FACE, b"3": Method.PHONE}
_CLOSED = {DIED: "died", MOVED_AWAY: "moved"}
_MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)


def load_programme(
    work: Work,
    chunk: TownChunk,
    history: History,
    loaded: Sequence[LoadedResident],
    *,
    at: datetime,
) -> None:
    """Load enrolments and visits of residents that were just loaded."""
    since = np.where(
        np.isnat(chunk.residents.enrolled_on[:, COLUMN]),
        suspected_on(chunk, history, on=np.datetime64(work.city.on, "D")),
        chunk.residents.enrolled_on[:, COLUMN],
    )
    rows = np.flatnonzero(~np.isnat(since))
    days: list[Any] = since.astype(object).tolist()
    raised = evidence_of(work, chunk, history)
    drafts = [
        _enrolment(work, chunk, row, loaded[row], days[row], raised.get(row, ()))
        for row in rows.tolist()
    ]
    ids = actions.load_enrolments(drafts, actor=work.actor, at=at)
    managed = {
        row: id
        for row, id, draft in zip(rows.tolist(), ids, drafts, strict=True)
        if draft.state not in (State.SUSPECTED, State.CONFIRMED)
    }
    visits = _follow_ups(work, history, managed) + _check_ups(work, history, managed, days)
    visits.sort(key=lambda visit: (visit.enrolment_id, visit.visited_on))
    actions.load_visits(visits, actor=work.actor, at=at)


def suspected_on(chunk: TownChunk, history: History, *, on: np.datetime64) -> Dates:
    """The day on which each resident came under suspicion without being enrolled since, or none.

    Either a reading was raised though nothing is known, or the diagnosis is of the last year.
    """
    people, readings = chunk.residents, history.measurements
    known = people.known_on[:, COLUMN]
    raised = (readings.kind == 0) & ((readings.value >= RAISED[0]) | (readings.second >= RAISED[1]))
    raised &= np.isnat(known)[readings.resident]
    day = np.full(len(people), np.datetime64("NaT", "D"))
    first = np.flatnonzero(raised)[::-1]  # of several readings the first is written last
    day[readings.resident[first]] = days_of(readings.at[first]).astype("datetime64[D]")
    recent = np.datetime64("NaT", "D") != known
    recent &= known >= on - SUSPECTED_FOR_DAYS
    day = np.where(recent, known, day)
    years = (on - people.birth_on).astype(np.int64) / YEAR_DAYS
    eligible = (people.state == HERE) & (years >= LEAST_AGE_MANAGED[HYPERTENSION] + 1)
    return np.where(eligible, day, np.datetime64("NaT", "D"))


def evidence_of(
    work: Work, chunk: TownChunk, history: History
) -> dict[int, tuple[EvidenceDraft, ...]]:
    """What is on record against residents who are not enrolled: their diagnosis, or else raised readings."""
    is_enrolled = ~np.isnat(chunk.residents.enrolled_on[:, COLUMN])
    found: dict[int, list[EvidenceDraft]] = {}
    table = history.diagnoses
    named = (table.code == COLUMN) & ~is_enrolled[table.resident]
    ids = fhir.uuid_texts(table.id)
    for row in np.flatnonzero(named).tolist():
        draft = EvidenceDraft(
            resource_type=actions.DIAGNOSIS,
            resource_id=ids[row],
            measured_on=_day(int(days_of(table.recorded_at[row]))),
            measures={"code": diagnosis_codes()[COLUMN]["icd10"]},
            organization=OrganizationId(work.organizations[int(table.institution[row])]),
        )
        found.setdefault(int(table.resident[row]), []).append(draft)
    for who, draft in _raised_readings(work, chunk, history, is_enrolled):
        found.setdefault(who, []).append(draft)
    return {who: tuple(some[:MOST_EVIDENCE]) for who, some in found.items()}


def _raised_readings(
    work: Work, chunk: TownChunk, history: History, is_enrolled: Flags
) -> Iterator[tuple[int, EvidenceDraft]]:
    table = history.measurements
    known = chunk.residents.known_on[:, COLUMN]
    raised = (table.kind == 0) & ((table.value >= RAISED[0]) | (table.second >= RAISED[1]))
    raised &= (np.isnat(known) & ~is_enrolled)[table.resident]
    ids = fhir.uuid_texts(table.id)
    for row in np.flatnonzero(raised).tolist():
        draft = EvidenceDraft(
            resource_type="Observation",
            resource_id=ids[row],
            measured_on=_day(int(days_of(table.at[row]))),
            measures=_pressure(float(table.value[row]), float(table.second[row])),
            organization=OrganizationId(work.organizations[int(table.institution[row])]),
        )
        yield int(table.resident[row]), draft


def days_of(seconds: Whole) -> Whole:
    """The days in China of instants, since 1970."""
    return (seconds + EAST_8_SECONDS) // DAY_SECONDS


def _enrolment(
    work: Work,
    chunk: TownChunk,
    row: int,
    resident: LoadedResident,
    since: date,
    evidence: tuple[EvidenceDraft, ...],
) -> EnrolmentDraft:
    people, network = chunk.residents, work.city.network
    is_enrolled = not np.isnat(people.enrolled_on[row, COLUMN])
    gone = int(people.state[row]) if is_enrolled else HERE
    is_diagnosed = any(each.resource_type == actions.DIAGNOSIS for each in evidence)
    waiting = State.CONFIRMED if is_diagnosed else State.SUSPECTED
    open_state = State.MANAGED if is_enrolled else waiting
    clinic = network.village_clinics[chunk.town.order][int(people.village[row])]
    return EnrolmentDraft(
        resident_id=resident.id,
        programme=HYPERTENSION,
        enrolled_on=since,
        organization=OrganizationId(work.organizations[clinic]),
        place_code=people.place_code[row].decode(),
        state=State.CLOSED if gone else open_state,
        closed_on=people.ended_on[row].astype(object) if gone else None,
        closing_reason=_CLOSED.get(gone, ""),
        evidence=evidence,
    )


def _follow_ups(work: Work, history: History, managed: dict[int, UUID]) -> list[VisitDraft]:
    table = history.visits
    ids = [*fhir.uuid_texts(history.measurements.id), ""]  # where no reading, -1, leads
    rows = zip(
        table.resident.tolist(),
        days_of(table.visited_at).tolist(),
        table.entered_at.tolist(),
        table.method.tolist(),
        table.reading.tolist(),
        table.systolic.tolist(),
        table.diastolic.tolist(),
        table.adherence.tolist(),
        table.has_reaction.tolist(),
        table.new_complication.tolist(),
        table.institution.tolist(),
        strict=True,
    )
    return [
        VisitDraft(
            enrolment_id=managed[who],
            service="followup",
            visited_on=_day(day),
            entered_at=_instant(entered),
            method=_METHODS[method],
            facts={
                **_pressure(systolic, diastolic),
                "adherence": str(adherence),
                "has_reaction": reaction,
                "new_complication": complication,
            },
            observations={"blood_pressure": ids[reading]} if reading >= 0 else {},
            organization=OrganizationId(work.organizations[place]),
        )
        for (
            who, day, entered, method, reading, systolic, diastolic, adherence, reaction, complication, place,
        ) in rows
    ]  # fmt: skip


def _check_ups(
    work: Work, history: History, managed: dict[int, UUID], since: Sequence[date | None]
) -> list[VisitDraft]:
    """The yearly examination counts in the programme as well."""
    table = history.encounters
    rows = np.flatnonzero(table.kind == CONTACT_KINDS.index("check_up")).tolist()
    found = [
        (row, int(table.resident[row]), _day(int(days_of(table.started_at[row])))) for row in rows
    ]
    return [
        VisitDraft(
            enrolment_id=managed[who],
            service="exam",
            visited_on=day,
            entered_at=_instant(int(table.entered_at[row])),
            method=Method.FACE_TO_FACE,
            facts={},
            organization=OrganizationId(work.organizations[int(table.institution[row])]),
        )
        for row, who, day in found
        if who in managed and day >= (since[who] or day)
    ]


def _pressure(systolic: float, diastolic: float) -> dict[str, Decimal]:
    """The two values as far as they were taken down."""
    values = {"systolic": systolic, "diastolic": diastolic}
    return {name: Decimal(int(value)) for name, value in values.items() if value == value}


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


def _instant(seconds: int) -> datetime:
    return _MIDNIGHT + timedelta(seconds=seconds)
