"""The top of a record, the filter by source, the export: what is shown, and to whom."""

import json
import re

import pytest

from kangmai.kernel.actor import operator
from kangmai.records import actions
from kangmai.records.types import Operation, Source, Verb
from tests.factories.portal_town import AT

NUMBER = "0000000000018"


@pytest.fixture(scope="module")
def record(town):
    """Entries of two institutions about Liang."""
    subject = {"reference": f"Patient/{town.liang.patient_id}"}
    clinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"

    def allergy(name, state):
        return {"resourceType": "AllergyIntolerance", "patient": subject, "code": {"text": name},
                "clinicalStatus": {"coding": [{"system": clinical, "code": state}]}, "criticality": "high"}  # fmt: skip

    def medicine(name, state):
        return {"resourceType": "MedicationRequest", "status": state, "intent": "order", "subject": subject,
                "medicationCodeableConcept": {"text": name}, "authoredOn": "2026-03-01"}  # fmt: skip

    document = {"resourceType": "DocumentReference", "status": "current", "subject": subject,
                "description": "出院小结", "type": {"text": "出院小结"}, "date": "2026-03-02T08:00:00Z",
                "content": [{"attachment": {"contentType": "application/pdf", "url": "Binary/1"}}]}  # fmt: skip
    for organization, resources in (
        (
            town.station.id,
            [
                allergy("青霉素", "active"),
                allergy("海鲜", "resolved"),
                medicine("辛伐他汀", "active"),
            ],
        ),
        (
            town.hospital.id,
            [medicine("阿莫西林", "completed"), medicine("辛伐他汀", "active"), document],
        ),
    ):
        actions.transact(
            [Operation(Verb.CREATE, r["resourceType"], raw=json.dumps(r).encode()) for r in resources],
            source=Source(name="test", organization=organization), actor=operator("test"), at=AT,
        )  # fmt: skip


def overview(page: str) -> str:
    return page.split('id="overview"')[1].split("</section>")[0]


def test_allergies_current_medicines_and_documents_stand_on_top(enter, record):
    top = overview(enter("village").get(f"/residents/{NUMBER}/").content.decode())
    assert "青霉素" in top and "海鲜" not in top
    assert top.count("辛伐他汀") == 1 and "阿莫西林" not in top
    assert "出院小结" in top
    chinese = enter("liang", language="zh-hans").get("/my-record/").content.decode()
    assert "当前用药" in overview(chinese)


def test_the_record_is_filtered_by_source(enter, record, town):
    client = enter("village")
    page = client.get(f"/residents/{NUMBER}/").content.decode()
    assert (
        re.findall(r'<option value="(\d+)"', page.split('id="source"')[1].split("</select>")[0])
        != []
    )
    only = client.get(f"/residents/{NUMBER}/?source={town.hospital.id}").content.decode()
    timeline = only.split('id="timeline"')[1]
    assert "阿莫西林" in timeline and "青霉素" not in timeline.split("</section>")[0]
    assert client.get(f"/residents/{NUMBER}/?source=x").status_code == 200


def test_the_export_holds_what_the_reader_may_see(enter, record):
    answer = enter("village").get(f"/residents/{NUMBER}/record.json")
    assert answer["Content-Type"] == "application/fhir+json"
    kinds = [each["resource"]["resourceType"] for each in answer.json()["entry"]]
    assert kinds.count("Patient") >= 1 and kinds.count("MedicationRequest") >= 3
    assert enter("elsewhere").get(f"/residents/{NUMBER}/record.json").status_code == 404
    assert enter("officer").get(f"/residents/{NUMBER}/record.json").status_code == 403
