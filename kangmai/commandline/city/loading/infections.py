"""Case reports of a town's people into their room, the diagnoses into the record, the counts into early warning."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from kangmai.commandline.city import fhir
from kangmai.commandline.city.assumptions import read
from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.infections import NEVER, Absence, Infections, content_of
from kangmai.commandline.city.infections.reports import gathering_of, instant
from kangmai.commandline.city.loading.work import Work
from kangmai.commandline.city.streams import DAY_SECONDS, EAST_8_SECONDS, day_number
from kangmai.epidemic.cases import actions as cases
from kangmai.epidemic.cases import rules as diseases
from kangmai.epidemic.surveillance import actions as surveillance
from kangmai.epidemic.surveillance.types import Occurrence
from kangmai.identity.actions import LoadedResident
from kangmai.kernel.ids import OrganizationId, ResourceRowId
from kangmai.records import actions as records
from kangmai.registry import queries as registry

ABSENCE = "school_absence"
_EPOCH = date(1970, 1, 1)


def load_infections(
    work: Work,
    chunk: TownChunk,
    table: Infections,
    loaded: Sequence[LoadedResident],
    *,
    first: int,
    at: datetime,
) -> None:
    """Load the cases of residents that were just loaded; `first` is their position in the town."""
    _load_diagnoses(work, chunk, table, loaded, first=first, at=at)
    places = _places(work, chunk)
    drafts = [
        _card(work, chunk, table, row, loaded, places, first=first)
        for row in np.flatnonzero(table.submitted_at != NEVER).tolist()
    ]
    if not drafts:
        return
    clocked = instant(_since(work, "clocked_days"))
    ids = cases.load_cards(drafts, clocked_from=clocked, actor=work.actor, at=at)
    surveillance.count_cards(ids, actor=work.actor, at=at)


def load_absence(work: Work, chunk: TownChunk, table: Absence, *, at: datetime) -> None:
    """Load the daily counts of a town's schools, each as if its school had entered it on that day."""
    places = _places(work, chunk)
    rows = [
        _occurrence(chunk, table, row, places[int(table.gathering[row])])
        for row in range(len(table))
    ]
    surveillance.take_occurrences(rows, is_watched=False, actor=work.actor, at=at)


def _card(
    work: Work,
    chunk: TownChunk,
    table: Infections,
    row: int,
    loaded: Sequence[LoadedResident],
    places: dict[int, int],
    *,
    first: int,
) -> cases.CardDraft:
    within = int(table.resident[row])
    said = content_of(work.city, chunk, table, row, resident=first + within)
    institution = int(table.institution[row])
    received = _instant(table.received_at[row])
    return cases.CardDraft(
        content=said,
        organization=work.organizations[institution],
        report_code=work.city.network.institutions[institution].division,
        submitted_at=instant(table.submitted_at[row]),
        resident_id=loaded[within].id,
        patient_rid=loaded[within].patient_rid,
        county_reviewed_at=_instant(table.reviewed_at[row]),
        final_reviewed_at=_instant(table.final_at[row]),
        received_at=received,
        receipt_number=f"INV{bytes(table.id[row]).hex()[-20:].upper()}" if received else "",
        place_id=places.get(gathering_of(chunk, first + within, said.workplace)),
    )


def _load_diagnoses(
    work: Work,
    chunk: TownChunk,
    table: Infections,
    loaded: Sequence[LoadedResident],
    *,
    first: int,
    at: datetime,
) -> None:
    """The diagnoses of the last year stand in the record as well, those without a card among them."""
    rows = np.flatnonzero(table.diagnosed_at >= _since(work, "recorded_days")).tolist()
    listed = read("infections")["diseases"]
    people, ids = fhir.uuid_texts(chunk.residents.patient_id), fhir.uuid_texts(table.id)
    resources = []
    for row in rows:
        rule = listed[int(table.disease[row])]
        who = people[first + int(table.resident[row])]
        name = diseases.title(rule["code"])["zh"]
        onset = _EPOCH + timedelta(days=int(table.onset_on[row]))
        resources.append(
            fhir.diagnosis(
                ids[row], who, rule["icd10"], name, onset=onset, at=int(table.diagnosed_at[row])
            )
        )
    records.load(
        resources,
        authors=[OrganizationId(work.organizations[int(table.institution[row])]) for row in rows],
        subjects=[ResourceRowId(loaded[int(table.resident[row])].patient_rid) for row in rows],
        actor=work.actor,
        at=at,
    )


def _occurrence(chunk: TownChunk, table: Absence, row: int, place: int) -> Occurrence:
    which = int(table.gathering[row])
    day = _EPOCH + timedelta(days=int(table.day[row]))
    reporter = f"place {place}"
    return Occurrence(
        source=ABSENCE,
        key=f"{reporter} {day.isoformat()}",
        condition=table.conditions[int(table.condition[row])],
        area_code=chunk.town.villages[int(chunk.gatherings.village[which])],
        day=day,
        reported_on=day,
        reporter=reporter,
        place_id=place,
        count=int(table.count[row]),
        base=max(1, int(chunk.gatherings.head_count[which])),
    )


def _places(work: Work, chunk: TownChunk) -> dict[int, int]:
    """Position of a gathering of the town → its id in the registry."""
    codes = {gathering_code(chunk, row): row for row in range(len(chunk.gatherings.kind))}
    found = registry.places_by_code(codes=set(codes), actor=work.actor)
    return {codes[code]: id for code, (id, _) in found.items()}


def gathering_code(chunk: TownChunk, row: int) -> str:
    """The code of a gathering of a town in the registry."""
    return f"{chunk.town.code}-{row:04d}"


def _since(work: Work, name: str) -> int:
    """The instant from which a kind of history is kept, in UTC seconds since 1970."""
    days = day_number(work.city.on) - int(read("infections")[name])
    return days * DAY_SECONDS - EAST_8_SECONDS


def _instant(seconds: int) -> datetime | None:
    return None if seconds == NEVER else datetime.fromtimestamp(int(seconds), UTC)
