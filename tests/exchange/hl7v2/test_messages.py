"""What messages of hospitals come to in the record, and what is told of those that cannot be stored."""

from datetime import UTC, datetime

import pytest

from kangmai.exchange.hl7v2.types import State
from tests.exchange.hl7v2.conftest import PID, PV1, message


def told(answer, encoding="utf-8"):
    """MSA and ERR segments of an acknowledgement, split into fields."""
    lines = [line.split("|") for line in answer.text.decode(encoding).split("\r") if line]
    return [line for line in lines if line[0] in ("MSA", "ERR")]


def admit(number, *more, event="ADT^A01^ADT_A01", visit=PV1, **header):
    return message(event, PID.format(number=number), visit.format(number=number), *more, **header)


def test_an_admission_becomes_patient_encounter_diagnosis_and_allergy(sender):
    answer = sender.send(
        admit(
            "P1",
            "DG1|1||I10.x00^原发性高血压^ICD10CN|||A||||||||||||||||",
            "AL1|1|DA|70618^青霉素^L|SV|皮疹",
        )
    )
    assert answer.state is State.ACCEPTED, answer.problems
    (patient,) = sender.search("Patient?identifier=P1")
    assert patient["identifier"][0] == {
        "value": "P1", "system": "urn:kangmai:hl7:H7:H7",
        "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
    }  # fmt: skip
    assert patient["identifier"][1]["system"] == "urn:oid:2.16.156.10011.1.3"
    assert patient["name"] == [{"use": "official", "family": "梁", "given": ["秀英"]}]
    assert (patient["birthDate"], patient["gender"]) == ("1990-01-01", "female")
    assert patient["telecom"] == [{"use": "mobile", "system": "phone", "value": "13800138000"}]
    assert patient["address"][0]["extension"] == [
        {"url": "urn:kangmai:division-code", "valueCode": "441202"}
    ]
    assert patient["maritalStatus"]["coding"][0]["code"] == "M"
    (visit,) = sender.search(f"Encounter?subject=Patient/{patient['id']}")
    assert (visit["status"], visit["class"]["code"]) == ("in-progress", "IMP")
    assert visit["period"] == {"start": "2026-11-20T08:15:00+08:00"}
    assert visit["participant"][0]["individual"]["display"] == "陈慧敏"
    assert visit["location"][0]["location"]["display"] == "内科 301 2"
    (diagnosis,) = sender.search(f"Condition?encounter=Encounter/{visit['id']}")
    assert diagnosis["code"]["coding"] == [
        {"system": "urn:oid:2.16.156.10011.2.3.3.11", "code": "I10.x00", "display": "原发性高血压"}
    ]
    assert visit["diagnosis"][0]["condition"]["reference"] == f"Condition/{diagnosis['id']}"
    assert visit["diagnosis"][0]["use"]["coding"][0]["code"] == "AD"
    (allergy,) = sender.search(f"AllergyIntolerance?patient=Patient/{patient['id']}")
    assert (allergy["criticality"], allergy["category"]) == ("high", ["medication"])
    assert allergy["reaction"] == [{"manifestation": [{"text": "皮疹"}]}]


def test_a_visit_goes_on_and_what_a_message_does_not_name_stays(sender):
    sender.send(admit("P2"))
    (visit,) = sender.search("Encounter?identifier=VP2")
    end = f"PV1|1|I|内科^302^1{'|' * 16}VP2{'|' * 17}01{'|' * 9}20261125100000"
    discharge = message("ADT^A03", "PID|1||P2^^^H7^MR||梁^秀^英", end)
    assert sender.send(discharge).state is State.ACCEPTED
    (after,) = sender.search("Encounter?identifier=VP2")
    assert after["id"] == visit["id"]
    assert after["status"] == "finished"
    assert after["period"] == {
        "start": "2026-11-20T08:15:00+08:00",
        "end": "2026-11-25T10:00:00+08:00",
    }
    assert after["participant"] == visit["participant"]
    (patient,) = sender.search("Patient?identifier=P2")
    assert (patient["birthDate"], patient["name"][0]["given"]) == ("1990-01-01", ["秀", "英"])
    undone = message("ADT^A13", "PID|1||P2^^^H7^MR", f"PV1|1|I{'|' * 17}VP2")
    assert sender.send(undone).state is State.ACCEPTED
    (open_again,) = sender.search("Encounter?identifier=VP2")
    assert open_again["status"] == "in-progress"
    assert open_again["period"] == {"start": "2026-11-20T08:15:00+08:00"}


def test_results_with_numbers_texts_codes_and_documents(sender):
    pid = PID.format(number="P3")
    text = message(
        "ORU^R01^ORU_R01", pid, "ORC|RE|O3|F3", "OBR|1|O3|F3|GLU^血糖^L|||20261120090000|||||||||||||||20261120100000||LAB|F",
        "OBX|1|NM|2345-7^葡萄糖^LN||5.60|mmol/L^^UCUM|3.9-6.1|N|||F", "NTE|1||空腹", "NTE|2||复核",
        "OBX|2|SN|600-7^细菌^LN||>^100000|CFU/mL||A|||F", "OBX|3|CWE|883-9^血型^LN||A^A型^L||||||F",
        "OBX|4|ST|8251-1^备注^LN||未见异常\\T\\无特殊||||||F",
        "OBX|5|ED|11502-2^报告^LN||^application^pdf^Base64^JVBERi0=||||||F",
        "OBX|6|NM|2345-7^葡萄糖^LN||.70||||||C", "SPM|1|S3&L^S3F&L||SER^血清^L",
    )  # fmt: skip
    answer = sender.send(text)
    assert answer.state is State.ACCEPTED, answer.problems
    (report,) = sender.search("DiagnosticReport?identifier=F3")
    assert (report["status"], report["issued"]) == ("final", "2026-11-20T10:00:00+08:00")
    assert report["presentedForm"] == [{"contentType": "application/pdf", "data": "JVBERi0="}]
    assert len(report["result"]) == 5
    assert len(report["specimen"]) == 1
    values = {
        each["id"]: each
        for each in sender.search(f"Observation?subject={report['subject']['reference']}")
    }
    glucose, bacteria, group, remark, again = [
        values[r["reference"].partition("/")[2]] for r in report["result"]
    ]
    assert glucose["valueQuantity"] == {
        "value": 5.6,
        "unit": "mmol/L",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/L",
    }
    assert glucose["note"] == [{"text": "空腹"}, {"text": "复核"}]
    assert glucose["interpretation"][0]["coding"][0]["code"] == "N"
    assert glucose["effectiveDateTime"] == "2026-11-20T09:00:00+08:00"
    assert bacteria["valueQuantity"] == {"value": 100000, "unit": "CFU/mL", "comparator": ">"}
    assert group["valueCodeableConcept"]["coding"][0]["display"] == "A型"
    assert remark["valueString"] == "未见异常&无特殊"
    assert (again["status"], again["valueQuantity"]["value"]) == ("corrected", 0.7)


def test_digits_of_results_are_kept(sender):
    from kangmai.access.actors import actor_for_program
    from kangmai.records import queries

    sender.send(message("ORU^R01", PID.format(number="P4"), "OBR|1||F4|X^x^L|||||||||||||||||||||F",
                        "OBX|1|NM|X^x^L||1.50||||||F"))  # fmt: skip
    at = datetime.now(UTC)
    actor, _ = actor_for_program(sender.program, at=at)
    page = queries.search("Observation", "subject:Patient.identifier=P4", actor=actor, at=at)
    assert b'"value":1.50' in page.matches[0].body


def test_vaccinations(sender):
    text = message(
        "VXU^V04^VXU_V04", PID.format(number="P5"), "ORC|RE||I5",
        "RXA|0|1|20261119||01^乙肝疫苗^NIPVAC|0.5|mL^^UCUM||00|1002^黄^医生|^^^H7||||L123|20281231|^北京生物|||CP",
        "RXR|IM^肌内注射^HL70162|LA^左上臂^HL70163", "ORC|RE||I6", "RXA|0|1|20261119||02^卡介苗^NIPVAC|999|||01|||||||||||RE",
    )  # fmt: skip
    answer = sender.send(text)
    assert answer.state is State.ACCEPTED, answer.problems
    given, refused = sorted(
        sender.search("Immunization?patient.identifier=P5"), key=lambda each: each["status"]
    )
    assert given["vaccineCode"]["coding"][0] == {
        "system": "urn:kangmai:code-set:vaccine",
        "code": "01",
        "display": "乙肝疫苗",
    }
    assert (given["status"], given["occurrenceDateTime"], given["lotNumber"]) == (
        "completed",
        "2026-11-19",
        "L123",
    )
    assert given["doseQuantity"] == {
        "value": 0.5,
        "unit": "mL",
        "system": "http://unitsofmeasure.org",
        "code": "mL",
    }
    assert given["route"]["coding"][0] == {
        "system": "http://terminology.hl7.org/CodeSystem/v2-0162",
        "code": "IM",
        "display": "肌内注射",
    }
    assert given["primarySource"] is True
    assert (refused["status"], refused["primarySource"]) == ("not-done", False)
    assert "doseQuantity" not in refused


def test_appointments_are_booked_moved_and_cancelled(sender):
    booked = ["SCH|A7|B7||||CHECK^复诊^L|||30|min|^^30^20261201090000^20261201093000", PID.format(number="P7"),
              "AIS|1||CARD^心内科^L", "AIP|1||1001^陈^慧敏", "AIL|1||门诊^3"]  # fmt: skip
    assert sender.send(message("SIU^S12^SIU_S12", *booked)).state is State.ACCEPTED
    (first,) = sender.search("Appointment?identifier=B7")
    assert (first["status"], first["start"], first["end"]) == (
        "booked", "2026-12-01T09:00:00+08:00", "2026-12-01T09:30:00+08:00")  # fmt: skip
    assert [each["actor"].get("display") for each in first["participant"]] == [
        None,
        "陈慧敏",
        "门诊 3",
    ]
    moved = [booked[0].replace("20261201", "20261202"), *booked[1:]]
    assert sender.send(message("SIU^S13", *moved)).state is State.ACCEPTED
    assert (
        sender.send(message("SIU^S15", "SCH|A7|B7", PID.format(number="P7"))).state
        is State.ACCEPTED
    )
    (last,) = sender.search("Appointment?identifier=B7")
    assert (last["id"], last["status"], last["start"]) == (
        first["id"],
        "cancelled",
        "2026-12-02T09:00:00+08:00",
    )


def test_two_numbers_of_one_patient_are_joined(sender):
    sender.send(admit("P8"))
    sender.send(admit("P9"))
    answer = sender.send(message("ADT^A40^ADT_A39", PID.format(number="P8"), "MRG|P9^^^H7^MR"))
    assert answer.state is State.ACCEPTED, answer.problems
    (kept,) = sender.search("Patient?identifier=P8")
    (retired,) = sender.search("Patient?identifier=P9")
    assert retired["active"] is False
    assert retired["link"] == [
        {"other": {"reference": f"Patient/{kept['id']}"}, "type": "replaced-by"}
    ]
    unknown = sender.send(message("ADT^A40", PID.format(number="P8"), "MRG|NOBODY^^^H7^MR"))
    assert (unknown.state, unknown.problems[0].code) == (State.REFUSED, "204")


def test_the_same_message_again_changes_nothing(sender, count):
    text = admit("P10", control="SAME")
    assert sender.send(text).state is State.ACCEPTED
    before = count()
    again = sender.send(text)
    assert (again.state, again.was_known) == (State.ACCEPTED, True)
    other = sender.send(text.replace("秀英", "秀芳"))
    assert (other.state, other.problems[0].code) == (State.REJECTED, "205")
    assert count() == before


def test_gb18030_is_read_and_answered(sender):
    text = admit("P11", charset="GB 18030-2000").replace("梁^秀英", "镕^䶮")
    answer = sender.send(text, encoding="gb18030")
    assert answer.state is State.ACCEPTED, answer.problems
    (patient,) = sender.search("Patient?identifier=P11")
    assert (patient["name"][0]["family"], patient["name"][0]["given"]) == ("镕", ["䶮"])
    bad = sender.send(
        admit("P12", charset="GB 18030-2000").replace("|F|", "|女|"), encoding="gb18030"
    )
    assert "应为以下之一" in bad.text.decode("gb18030")


def test_a_patient_goes_through_the_index_as_over_fhir(sender):
    from kangmai.identity import queries as identity
    from kangmai.kernel import feed
    from kangmai.kernel.actor import operator
    from kangmai.kernel.ids import PatientId

    sender.send(admit("P13"))
    feed.drain()
    (patient,) = sender.search("Patient?identifier=P13")
    resident = identity.resident_of_patient(PatientId(patient["id"]), actor=operator("test"))
    assert resident.demographics.name == "梁秀英"
    assert resident.demographics.place_code == "441202"


WRONG = {
    "no message at all": (b"hello", State.REJECTED, "100", "MSH^1"),
    "another event": (message("ADT^A60"), State.REJECTED, "201", "MSH^1^9"),
    "another type": (message("MFN^M02"), State.REJECTED, "200", "MSH^1^9"),
    "no control id": (message("ADT^A01", control="-").replace("|-|", "||"), State.REJECTED, "101", "MSH^1^10"),
    "a test message": (message("ADT^A01", processing="T"), State.REJECTED, "202", "MSH^1^11"),
    "an old version": (message("ADT^A01", version="2.1"), State.REJECTED, "203", "MSH^1^12"),
    "an unknown encoding": (message("ADT^A01", charset="BIG-5"), State.REJECTED, "103", "MSH^1^18"),
    "a batch": (message("ADT^A28", PID.format(number="X")) * 2, State.REJECTED, "100", "MSH^2"),
    "no patient": (message("ADT^A28"), State.REFUSED, "101", "PID^1"),
    "no number": (message("ADT^A28", "PID|1||||梁"), State.REFUSED, "101", "PID^1^3^1"),
    "a wrong day": (message("ADT^A28", "PID|1||X1||梁||19900231"), State.REFUSED, "102", "PID^1^7^1"),
    "a wrong sex": (message("ADT^A28", "PID|1||X1||梁||19900201|X"), State.REFUSED, "103", "PID^1^8^1"),
    "no visit number": (message("ADT^A01", PID.format(number="X2"), "PV1|1|I"), State.REFUSED, "101", "PV1^1^19^1"),
    "a number that is none": (
        message("ORU^R01", PID.format(number="X3"), "OBR|1||FX|A^a^L|||||||||||||||||||||F", "OBX|1|NM|A^a^L||5,6||||||F"),
        State.REFUSED, "102", "OBX^1^5^1",
    ),
    "an unknown state of a result": (
        message("ORU^R01", PID.format(number="X3"), "OBR|1||FX|A^a^L|||||||||||||||||||||F", "OBX|1|NM|A^a^L||5||||||?"),
        State.REFUSED, "103", "OBX^1^11^1",
    ),
    "what FHIR does not allow": (
        message("ORU^R01", PID.format(number="X3"), "OBR|1||FX||||||||||||||||||||||F"), State.REFUSED, None, "OBR^1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_stored_is_told_where_and_why(sender, count, name):
    raw, state, code, place = WRONG[name]
    before = count()
    answer = sender.send(raw if isinstance(raw, str) else raw.decode())
    assert answer.state is state
    first = answer.problems[0]
    assert first.place == place
    if code:
        assert first.code == code
    assert told(answer)[0][1] == state
    assert told(answer)[1][2] == place
    assert first.english and first.chinese
    assert count() == before


def test_a_sender_writes_as_itself_only(sender, neighbour, count):
    sender.send(admit("P14"))
    before = count()
    forged = neighbour.send(admit("P14", facility="H7"))
    assert (forged.state, forged.problems[0].place) == (State.REJECTED, "MSH^1^4")
    assert count() == before
    assert neighbour.search("Patient?identifier=P14") == []
    own = neighbour.send(admit("P14", facility="H8").replace("秀英", "别人"))
    assert own.state is State.ACCEPTED
    (ours,) = sender.search("Patient?identifier=urn:kangmai:hl7:H7:H7|P14")
    assert ours["name"][0]["given"] == ["秀英"]
    (theirs,) = neighbour.search("Patient?identifier=P14")
    assert theirs["id"] != ours["id"]


def test_a_program_without_the_right_is_refused(shared_database, count):
    from tests.exchange.hl7v2.conftest import hospital

    reader = hospital("H9", scopes="system/*.rs")
    before = count()
    answer = reader.send(admit("P15", facility="H9"))
    assert answer.state is State.REFUSED
    assert count() == before


def test_a_mended_table_lets_a_refused_message_in_and_never_undoes_later_ones(sender, monkeypatch):
    from dataclasses import replace as changed

    from kangmai.exchange.hl7v2 import actions
    from kangmai.exchange.hl7v2.mapping import values
    from kangmai.kernel.actor import operator

    sex = values.table("administrative_sex")
    refused = message("ADT^A31", "PID|1||P16^^^H7^MR||旧^名||19900101|W", control="LATE")
    assert sender.send(refused).state is State.REFUSED
    assert sender.send(message("ADT^A31", "PID|1||P16^^^H7^MR||新^名")).state is State.ACCEPTED
    mended = changed(sex, codes={**sex.codes, "W": "female"})
    real = values.table
    monkeypatch.setattr(
        values, "table", lambda id: mended if id == "administrative_sex" else real(id)
    )
    done = [
        each
        for each in actions.replay(
            since=None, organization=sender.id, actor=operator("test"), at=datetime.now(UTC)
        )
        if each.control_id == "LATE"
    ]
    assert [(each.before, each.after) for each in done] == [(State.REFUSED, State.ACCEPTED)]
    (patient,) = sender.search("Patient?identifier=P16")
    assert patient["name"][0]["family"] == "新"
    assert (patient["gender"], patient["birthDate"]) == ("female", "1990-01-01")


def test_messages_are_kept_sealed_and_forgotten_in_time(sender):
    from datetime import timedelta

    from kangmai.exchange.hl7v2 import actions, messages, models

    text = admit("P17", control="KEPT")
    sender.send(text)
    row = models.Message.objects.get(control_id="KEPT")
    assert "梁".encode() not in bytes(row.raw)
    assert messages.raw_of(row) == text.encode()
    models.Message.objects.filter(pk=row.pk).update(
        received_at=datetime.now(UTC) - timedelta(days=401)
    )
    assert actions.forget_old(at=datetime.now(UTC)) == 1


def test_a_diagnosis_without_its_kind_is_known_by_its_code(sender):
    assert sender.send(admit("P81", "DG1|1||I10^高血压^I10")).state is State.ACCEPTED
    again = admit("P81", "DG1|1||I10^原发性高血压^I10", event="ADT^A08^ADT_A01", control_id="again")
    assert sender.send(again).state is State.ACCEPTED
    (patient,) = sender.search("Patient?identifier=P81")
    (diagnosis,) = sender.search(f"Condition?subject=Patient/{patient['id']}")
    assert diagnosis["code"]["coding"][0]["display"] == "原发性高血压"


def test_what_cannot_be_known_again_is_refused_with_every_way_to_name_it(sender):
    answer = sender.send(admit("P82", "DG1|1"))
    assert answer.state is State.REFUSED
    (problem,) = answer.problems
    assert (problem.place, problem.english) == (
        "DG1^1^20^1",
        "DG1-20.1 or DG1-3.1 or DG1-4 is missing",
    )
