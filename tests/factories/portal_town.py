"""A small town for the browser tests: institutions, staff, residents, and one rich record."""

import datetime
from dataclasses import dataclass
from typing import Any

import orjson

from kangmai.access import actions as access
from kangmai.identity import actions as identity
from kangmai.identity.types import Demographics, IdentityDocument, Resident
from kangmai.kernel.actor import operator
from kangmai.kernel.ids import OrganizationId
from kangmai.records import actions as records
from kangmai.records.types import Operation, Source, Verb
from kangmai.registry import actions as registry
from kangmai.registry.types import (
    BedFacts,
    DepartmentFacts,
    EquipmentFacts,
    Organization,
    OrganizationFacts,
    OrganizationKind,
    PostFacts,
    StaffFacts,
)
from kangmai.standards.identity_numbers import make_identity_number
from kangmai.standards.types import Sex

AT = datetime.datetime(2026, 11, 20, 2, 0, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 20)
OPERATOR = operator("scenario")
PASSWORD = "plum-kettle-42-river"
VILLAGE = "441202001002"
OTHER_TOWN = "441203101"
K = OrganizationKind


@dataclass(frozen=True)
class Town:
    """What the tests know of the town."""

    bureau: Organization
    hospital: Organization
    centre: Organization
    station: Organization
    elsewhere: Organization
    liang: Resident
    chen: Resident
    stranger: Resident


def _institution(
    code: str, name: str, name_en: str, kind: K, division: str, **more: Any
) -> Organization:
    facts = OrganizationFacts(
        code=code,
        name=name,
        name_en=name_en,
        kind=kind,
        division_code=division,
        is_invented=True,
        **more,
    )
    return registry.create_organization(facts=facts, actor=OPERATOR, at=AT)


def _institutions() -> dict[str, Organization]:
    bureau = _institution(
        "WJ-4412",
        "肇庆市卫生健康局",
        "Zhaoqing Health Bureau",
        K.BUREAU,
        "441200",
        jurisdiction_code="441200",
    )
    under = {"parent_id": bureau.id}
    hospital = _institution(
        "YY-441202-1",
        "肇庆市第一人民医院",
        "Zhaoqing First People's Hospital",
        K.HOSPITAL,
        "441202",
        type_code="A100",
        level_code="02",
        address="端州区东岗东路9号",
        phone="0758-2100120",
        **under,
    )
    centre = _institution(
        "SQ-441202001",
        "端州区城东街道社区卫生服务中心",
        "Chengdong Community Health Centre",
        K.COMMUNITY_CENTRE,
        "441202001",
        jurisdiction_code="441202001",
        **under,
    )
    station = _institution(
        "SQZ-441202001002",
        "城东街道社区卫生服务站",
        "Chengdong Community Health Station",
        K.COMMUNITY_STATION,
        VILLAGE,
        jurisdiction_code=VILLAGE,
        parent_id=centre.id,
    )
    elsewhere = _institution(
        "SQ-441203",
        "鼎湖区社区卫生服务中心",
        "Dinghu Community Health Centre",
        K.COMMUNITY_CENTRE,
        "441203",
        jurisdiction_code="441203",
        **under,
    )
    return {
        "bureau": bureau,
        "hospital": hospital,
        "centre": centre,
        "station": station,
        "elsewhere": elsewhere,
    }


def _furnish(organization: Organization) -> None:
    """Staff, beds and equipment of one institution."""
    department = registry.create_department(
        organization_id=organization.id,
        facts=DepartmentFacts(
            code="GP", name="全科医疗科", name_en="General practice", subject_code="02"
        ),
        actor=OPERATOR,
        at=AT,
    )
    for name, sex, role in (("陈慧敏", Sex.FEMALE, "doctor"), ("黄志强", Sex.MALE, "nurse")):
        staff = registry.create_staff(
            facts=StaffFacts(name=name, sex=sex, is_invented=True),
            organization_id=organization.id,
            actor=OPERATOR,
            at=AT,
        )
        facts = PostFacts(
            staff_id=staff.id,
            organization_id=organization.id,
            department_id=department.id,
            role_code=role,
            from_on=datetime.date(2021, 7, 1),
        )
        registry.start_post(facts=facts, actor=OPERATOR, at=AT)
    registry.set_beds(
        facts=BedFacts(
            organization_id=organization.id,
            kind_code="general",
            from_on=datetime.date(2024, 1, 1),
            authorized=30,
            available=26,
        ),
        actor=OPERATOR,
        at=AT,
    )
    registry.add_equipment(
        facts=EquipmentFacts(
            organization_id=organization.id,
            kind_code="ultrasound",
            name="彩色多普勒超声诊断仪",
            acquired_on=datetime.date(2023, 5, 8),
        ),
        actor=OPERATOR,
        at=AT,
    )


def resident(
    name: str, sex: str, born: datetime.date, place: str, managing: Organization
) -> Resident:
    number = make_identity_number(region="441202", birth_on=born, sequence=120 + int(sex == "1"))
    known = Demographics(
        name=name,
        sex_code=sex,
        birth_date=born,
        place_code=place,
        documents=(IdentityDocument("01", number),),
        phones=("13912345678",),
        address="杏花社区12号",
        ethnic_code="01",
    )
    return identity.register_resident(
        known, managing_org=OrganizationId(managing.id), actor=OPERATOR, at=AT
    )


def _observation(patient: str, day: str, code: tuple[str, str], **value: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": code[0], "display": code[1]}],
            "text": code[1],
        },
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": day,
        "performer": [{"display": "陈慧敏"}],
        **value,
    }


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org"}


def _blood_pressure(patient: str, day: str, high: int, low: int) -> dict[str, Any]:
    parts = (("8480-6", "收缩压", high), ("8462-4", "舒张压", low))
    return _observation(
        patient,
        day,
        ("85354-9", "血压"),
        component=[
            {
                "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": text},
                "valueQuantity": _quantity(value, "mmHg"),
            }
            for code, text, value in parts
        ],
        **({"interpretation": [{"coding": [{"code": "H"}]}]} if high >= 140 else {}),
    )


def _record(patient: str) -> list[dict[str, Any]]:
    """Two years of somebody with hypertension."""
    about = {"reference": f"Patient/{patient}"}
    visits = [
        ("2025-02-11T09:12:00+08:00", 158, 98),
        ("2025-05-20T10:05:00+08:00", 149, 92),
        ("2025-09-03T08:40:00+08:00", 141, 88),
        ("2026-02-25T09:31:00+08:00", 146, 90),
        ("2026-06-10T15:22:00+08:00", 138, 86),
        ("2026-11-18T09:20:00+08:00", 152, 94),
    ]
    found: list[dict[str, Any]] = [
        {
            "resourceType": "Condition",
            "clinicalStatus": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                        "code": "active",
                    }
                ]
            },
            "code": {"text": "原发性高血压"},
            "subject": about,
            "onsetDateTime": "2025-02-11",
            "recorder": {"display": "陈慧敏"},
        }
    ]
    for when, high, low in visits:
        found.append(
            {
                "resourceType": "Encounter",
                "status": "finished",
                "class": {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                    "code": "AMB",
                },
                "type": [{"text": "高血压随访"}],
                "subject": about,
                "period": {"start": when},
                "participant": [{"individual": {"display": "陈慧敏"}}],
            }
        )
        found.append(_blood_pressure(patient, when, high, low))
        weight = _quantity(60 + high % 7 / 2, "kg")
        found.append(_observation(patient, when, ("29463-7", "体重"), valueQuantity=weight))
    found += [
        {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": "苯磺酸氨氯地平片 5 mg"},
            "subject": about,
            "authoredOn": "2026-11-18",
            "requester": {"display": "陈慧敏"},
            "dosageInstruction": [{"text": "每日一次，每次一片，口服"}],
        },
        {
            "resourceType": "Immunization",
            "status": "completed",
            "vaccineCode": {"text": "流感病毒裂解疫苗"},
            "patient": about,
            "occurrenceDateTime": "2026-10-12",
            "protocolApplied": [{"doseNumberPositiveInt": 1}],
        },
        {
            "resourceType": "AllergyIntolerance",
            "code": {"text": "青霉素"},
            "patient": about,
            "criticality": "high",
            "recordedDate": "2025-02-11",
            "reaction": [{"manifestation": [{"text": "皮疹"}]}],
        },
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "code": {"text": "肾功能检查"},
            "subject": about,
            "effectiveDateTime": "2026-06-10",
            "conclusion": "未见明显异常。<script>alert(1)</script>",
        },
    ]
    return found


def write(resources: list[dict[str, Any]], organization: Organization) -> None:
    """Store resources as an institution's."""
    operations = [
        Operation(Verb.CREATE, each["resourceType"], raw=orjson.dumps(each)) for each in resources
    ]
    source = Source("scenario", OrganizationId(organization.id))
    records.transact(operations, source=source, actor=OPERATOR, at=AT)


def _account(
    login: str,
    name: str,
    role: str,
    organization: Organization | None,
    *,
    resident: Resident | None = None,
) -> int:
    account = access.add_account(
        login=login,
        name=name,
        password=PASSWORD,
        resident_id=resident.id if resident else None,
        must_change_password=False,
        actor=OPERATOR,
        at=AT,
    )
    access.grant_role(
        account_id=account.id,
        role=role,
        organization_id=organization.id if organization else None,
        actor=OPERATOR,
        at=AT,
    )
    return account.id


def _accounts(made: dict[str, Organization], liang: Resident) -> None:
    _account("admin", "张建国", "administrator", made["bureau"])
    _account("officer", "李卫东", "commission_officer", made["bureau"])
    _account("village", "陈慧敏", "village_doctor", made["station"])
    _account("clinician", "黄志强", "hospital_clinician", made["hospital"])
    _account("elsewhere", "何建华", "family_doctor_team", made["elsewhere"])
    _account("liang", "梁秀英", "resident", None, resident=liang)


def add_reviewer(town: Town) -> None:
    """An account of the town's community health centre, which decides whether records are of one person."""
    _account("township", "周丽华", "township_public_health", town.centre)


def add_quality(town: Town) -> None:
    """An account of a quality centre that answers for the whole city."""
    centre = _institution(
        "ZK-4412", "肇庆市基本公共卫生服务质量控制中心", "Zhaoqing Quality Centre", K.QUALITY_CENTRE, "441200",
        jurisdiction_code="441200", parent_id=town.centre.parent_id,
    )  # fmt: skip
    _account("quality", "吴国华", "quality_centre", centre)


def build() -> Town:
    """Make the town in the database at hand."""
    made = _institutions()
    for organization in (made["hospital"], made["centre"], made["station"]):
        _furnish(organization)
    born = datetime.date(1958, 3, 12)
    liang = resident("梁秀英", "2", born, VILLAGE, made["station"])
    chen = resident("陈国华", "1", datetime.date(1985, 7, 1), VILLAGE, made["station"])
    stranger = resident("何文静", "2", datetime.date(1990, 1, 2), OTHER_TOWN, made["elsewhere"])
    write(_record(liang.patient_id), made["station"])
    _accounts(made, liang)
    return Town(**made, liang=liang, chen=chen, stranger=stranger)
