"""The town of the browser tests with the CDCs of its counties and city, a school, and people charged with HIV cards."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from kangmai.access.actors import actor_for_account
from kangmai.epidemic.cases.types import Content
from kangmai.kernel.actor import Actor
from kangmai.registry import actions as registry
from kangmai.registry.types import Organization, PlaceFacts, PlaceKind
from tests.factories import portal_town
from tests.factories.portal_town import OPERATOR, VILLAGE, K, Town

HERE, THERE = "441202", "441203"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


@dataclass(frozen=True)
class CasesTown:
    """What the tests know: the town, its CDCs, the school, and the ids of accounts by login."""

    town: Town
    cdc: Organization
    cdc_there: Organization
    city_cdc: Organization
    school: int
    accounts: dict[str, int]

    def actor(self, login: str, at: datetime.datetime) -> Actor:
        """Who is logged in as an account."""
        return actor_for_account(self.accounts[login], at=at)


def build(town: Town) -> CasesTown:
    """Add what case reports need to the town at hand."""
    made = {
        code: portal_town._institution(
            f"JK-{code}",
            name,
            name_en,
            K.CDC,
            code,
            jurisdiction_code=code,
            parent_id=town.bureau.id,
        )
        for code, name, name_en in (
            (HERE, "端州区疾病预防控制中心", "Duanzhou CDC"),
            (THERE, "鼎湖区疾病预防控制中心", "Dinghu CDC"),
            ("441200", "肇庆市疾病预防控制中心", "Zhaoqing CDC"),
        )
    }
    facts = PlaceFacts(
        code="XX-1",
        kind=PlaceKind.SCHOOL,
        name="城东小学",
        division_code="441202001",
        is_invented=True,
    )
    school = registry.create_place(facts=facts, actor=OPERATOR, at=portal_town.AT)
    account = portal_town._account
    accounts = {
        "cdc": account("cdc", "李志明", "cdc_epidemiologist", made[HERE]),
        "cdc_there": account("cdc_there", "谢文斌", "cdc_epidemiologist", made[THERE]),
        "city_cdc": account("city_cdc", "吴慧玲", "cdc_epidemiologist", made["441200"]),
        "hiv": account("hiv", "邓小红", "hiv_std_worker", town.hospital),
        "doctor": account("doctor", "黄志强", "hospital_clinician", town.hospital),
        "doctor_there": account("doctor_there", "何建华", "family_doctor_team", town.elsewhere),
        "city_officer": account("city_officer", "李卫东", "commission_officer", town.bureau),
    }
    return CasesTown(town, made[HERE], made[THERE], made["441200"], school.id, accounts)


def card(at: datetime.datetime, **different: Any) -> Content:
    """A sound card of dengue of somebody who lives where he is reported; keywords say what is different."""
    sound = Content(
        name="周文杰",
        document_type="01",
        document_number="",
        sex_code="1",
        birth_date=datetime.date(1990, 5, 6),
        phone="13800138066",
        belongs_to="1",
        home_code=VILLAGE,
        address="城东路 8 号",
        occupation="11",
        disease="1300",
        case_class="2",
        onset_on=(at - datetime.timedelta(days=3)).date(),
        diagnosed_at=at,
        origin="local",
        doctor="黄志强",
    )
    return replace(sound, **different)


def condition(
    patient_id: str, code: str, at: datetime.datetime, **different: Any
) -> dict[str, Any]:
    """A diagnosis as a hospital sends it over FHIR."""
    return {
        "resourceType": "Condition",
        "verificationStatus": {"coding": [{"system": VERIFICATION, "code": "confirmed"}]},
        "code": {"coding": [{"system": ICD10, "code": code}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "onsetDateTime": (at - datetime.timedelta(days=3)).date().isoformat(),
        "recordedDate": at.isoformat(),
        **different,
    }


def result(patient_id: str, code: str, at: datetime.datetime, word: str = "POS") -> dict[str, Any]:
    """A laboratory result by a LOINC code."""
    system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": at.isoformat(),
        "interpretation": [{"coding": [{"system": system, "code": word}]}],
    }
