"""The town of the browser tests with people in the programme of hypertension, as of a day that is given."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from kangmai.identity.types import Resident
from kangmai.kernel import feed
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine import actions
from kangmai.programmes.engine.types import EnrolmentDraft, Method, VisitDraft
from kangmai.standards.calendars import legal_day
from tests.factories import portal_town
from tests.factories.portal_town import OPERATOR, OTHER_TOWN, VILLAGE, Town

HYPERTENSION = "hypertension"
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


@dataclass(frozen=True)
class Patient:
    """Somebody in the programme: the pressures of the latest visits, by how many days ago they were."""

    name: str
    sex: str
    born: datetime.date
    visits: tuple[tuple[int, int, int], ...]


PATIENTS = (
    Patient("何桂芳", "2", datetime.date(1955, 8, 19), ((98, 136, 84), (190, 138, 86))),
    Patient("陈伟强", "1", datetime.date(1961, 2, 3), ((13, 158, 96), (104, 138, 84))),
    Patient("李少芬", "2", datetime.date(1949, 12, 30), ((125, 142, 80), (216, 148, 82))),
    Patient("黄炳坤", "1", datetime.date(1957, 5, 6), ((87, 132, 78),)),
    Patient("周丽仪", "2", datetime.date(1968, 9, 14), ((30, 128, 76), (121, 134, 80))),
    Patient("谭国权", "1", datetime.date(1963, 11, 2), ()),
)
SUSPECT = Patient("罗志坚", "1", datetime.date(1976, 4, 9), ())
LIANG_VISITS = ((95, 136, 84), (186, 139, 85), (278, 146, 92))


@dataclass(frozen=True)
class Served:
    """The town, and the enrolments by the name of the resident."""

    town: Town
    on: datetime.date
    residents: dict[str, Resident]
    enrolments: dict[str, UUID]


def build(town: Town, *, at: datetime.datetime) -> Served:
    """Enrol liang and some neighbours, one stranger elsewhere, and raise one suspicion."""
    on = legal_day(at)
    residents = {"梁秀英": town.liang, "何文静": _stranger(town)}
    for each in (*PATIENTS, SUSPECT):
        residents[each.name] = portal_town.resident(
            each.name, each.sex, each.born, VILLAGE, town.station
        )
    enrolments = _enrol(town, residents, on=on, at=at)
    _raise_suspicion(town, residents[SUSPECT.name], on)
    actions.replan(programme_id=HYPERTENSION, on=on, actor=OPERATOR, at=at)
    return Served(town, on, residents, enrolments)


def _stranger(town: Town) -> Resident:
    born = datetime.date(1952, 1, 20)
    return portal_town.resident("冯文静", "2", born, OTHER_TOWN, town.elsewhere)


def _enrol(
    town: Town, residents: dict[str, Resident], *, on: datetime.date, at: datetime.datetime
) -> dict[str, UUID]:
    visits = {each.name: each.visits for each in PATIENTS}
    visits |= {"梁秀英": LIANG_VISITS, "何文静": ((20, 150, 95),)}
    drafts = {
        name: EnrolmentDraft(
            resident_id=residents[name].id,
            programme=HYPERTENSION,
            enrolled_on=on
            - datetime.timedelta(days=visits[name][-1][0] + 14 if visits[name] else 20),
            organization=OrganizationId((town.elsewhere if name == "何文静" else town.station).id),
            place_code=OTHER_TOWN if name == "何文静" else VILLAGE,
        )
        for name in visits
    }
    made = actions.load_enrolments(list(drafts.values()), actor=OPERATOR, at=at)
    enrolments = dict(zip(drafts, made, strict=True))
    loaded = [
        _visit(enrolments[name], drafts[name].organization, on, *each)
        for name, some in visits.items()
        for each in reversed(some)
    ]
    actions.load_visits(loaded, actor=OPERATOR, at=at)
    return enrolments


def _visit(
    enrolment: UUID, organization: OrganizationId, on: datetime.date, ago: int, high: int, low: int
) -> VisitDraft:
    day = on - datetime.timedelta(days=ago)
    return VisitDraft(
        enrolment_id=enrolment,
        service="followup",
        visited_on=day,
        entered_at=datetime.datetime.combine(day, datetime.time(2), datetime.UTC),
        method=Method.FACE_TO_FACE,
        facts={"systolic": Decimal(high), "diastolic": Decimal(low), "has_reaction": False},
        organization=organization,
    )


def _raise_suspicion(town: Town, resident: Resident, on: datetime.date) -> None:
    """Three raised readings on three days, written by the hospital."""
    readings = [
        reading(resident.patient_id, on - datetime.timedelta(days=ago), high, low)
        for ago, high, low in ((40, 152, 96), (33, 148, 94), (12, 156, 98))
    ]
    portal_town.write(readings, town.hospital)
    feed.drain()


def reading(patient: str, day: datetime.date, high: int, low: int) -> dict[str, Any]:
    """A blood pressure as a hospital sends it over FHIR."""
    parts = (
        ("8480-6", "Systolic blood pressure", high),
        ("8462-4", "Diastolic blood pressure", low),
    )
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}], "text": "血压"},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"{day}T09:00:00+08:00",
        "performer": [{"display": "黄志强"}],
        "component": [
            {
                "code": {"coding": [{"system": LOINC, "code": code, "display": display}]},
                "valueQuantity": {
                    "value": value,
                    "unit": "mmHg",
                    "system": "http://unitsofmeasure.org",
                    "code": "mm[Hg]",
                },
            }
            for code, display, value in parts
        ],
    }
