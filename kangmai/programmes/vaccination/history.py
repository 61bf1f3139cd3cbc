"""The doses of residents, read from the record; deferrals and particulars from this room's tables."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

import orjson

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import PatientId, ResidentId
from kangmai.programmes.vaccination import fhir, models
from kangmai.programmes.vaccination.judging import judge
from kangmai.programmes.vaccination.types import Deferral, File, Particulars, Recorded
from kangmai.records import queries as record
from kangmai.records.types import Stored
from kangmai.standards.calendars import legal_day

MOST = 400


def patients_of(resident: Resident) -> tuple[PatientId, ...]:
    """Every Patient of a resident, his own first."""
    linked = resident.linked_patients or tuple(identity.patient_ids(resident.id))
    return (resident.patient_id, *(each for each in linked if each != resident.patient_id))


def doses_of(resident: Resident, *, actor: Actor, at: datetime) -> list[Recorded]:
    """The doses on record of a resident, under all his Patients."""
    who = ",".join(f"Patient/{each}" for each in patients_of(resident))
    page = record.search("Immunization", f"patient={who}&_count={MOST}", actor=actor, at=at)
    return read_all(page.matches)


def read_all(found: Iterable[Stored]) -> list[Recorded]:
    """Those of some Immunizations that say that a dose was given."""
    return [fhir.read(each) for each in found if fhir.counts(orjson.loads(each.body))]


def deferral_of(row: models.Deferral) -> Deferral:
    """A deferral as the rules see it."""
    return Deferral(
        row.id,
        row.question,
        tuple(row.vaccines),
        row.since,
        row.until,
        row.ended_on,
        row.end_reason,
        row.version,
    )


def deferrals_of(residents: Sequence[ResidentId]) -> list[Deferral]:
    """Everything that puts off a resident's vaccines or did, newest first; his merged ids included."""
    rows = models.Deferral.objects.filter(resident_id__in=residents)
    return [deferral_of(row) for row in rows.order_by("-since", "-id")]


def particulars_of(residents: Sequence[ResidentId]) -> Particulars:
    """What is known of the beginnings of a resident."""
    row = models.Particulars.objects.filter(resident_id__in=residents).order_by("-version").first()
    if row is None:
        return Particulars()
    return Particulars(
        row.birth_weight_g,
        row.gestation_weeks,
        row.mother_hbsag,
        tuple(sorted(row.immunoglobulin)),
        row.version,
    )


def file_of(resident: Resident, *, on: date | None = None, actor: Actor, at: datetime) -> File:
    """The file of a resident as of today."""
    same = identity.same_resident_ids(resident.id)
    born = resident.demographics.birth_date
    day = on or legal_day(at)
    file = judge(
        born or day,
        resident.demographics.sex_code,
        doses_of(resident, actor=actor, at=at),
        deferrals_of(same),
        particulars_of(same),
        on=day,
    )
    return replace(file, born=born)
