"""The FHIR interface: what is written comes back, versions count, errors say what and where."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from kangmai.access.actions import issue_operator_token
from kangmai.kernel.actor import operator
from tests.exchange.conftest import BASE, Client
from tests.factories.concurrency import at_once
from tests.factories.fhir import observation, patient, transaction


def test_created_resource_reads_back_equal(fhir):
    sent = observation(valueQuantity={"value": 1.50, "unit": "mmol/L"})
    raw = json.dumps(sent).replace("1.5", "1.50").encode()
    created = fhir("POST", "Observation", raw)
    assert created.status == 201
    assert created.headers["ETag"] == 'W/"1"'
    assert created.headers["Location"] == f"{BASE}/Observation/{created.id}/_history/1"
    read = fhir("GET", f"Observation/{created.id}")
    assert b'"value":1.50' in read.body  # the precision of a decimal is part of its meaning
    assert {k: v for k, v in read.json.items() if k not in ("id", "meta")} == sent


def test_versions_and_history(fhir):
    created = fhir("POST", "Patient", patient())
    changed = {**created.json, "gender": "male"}
    updated = fhir("PUT", f"Patient/{created.id}", changed, headers={"If-Match": 'W/"1"'})
    assert (updated.status, updated.headers["ETag"]) == (200, 'W/"2"')
    assert fhir("GET", f"Patient/{created.id}/_history/1").json["gender"] == "female"
    assert fhir("DELETE", f"Patient/{created.id}").status == 204
    assert fhir("GET", f"Patient/{created.id}").status == 410
    assert fhir("GET", f"Patient/{created.id}/_history/3").status == 410
    history = fhir("GET", f"Patient/{created.id}/_history").json
    assert [entry["request"]["method"] for entry in history["entry"]] == ["DELETE", "PUT", "POST"]
    again = fhir("PUT", f"Patient/{created.id}", changed)
    assert again.json["meta"]["versionId"] == "4"


def test_stale_change_is_refused(fhir):
    created = fhir("POST", "Patient", patient())
    fhir("PUT", f"Patient/{created.id}", {**created.json, "gender": "male"})
    stale = fhir("PUT", f"Patient/{created.id}", created.json, headers={"If-Match": 'W/"1"'})
    assert stale.status == 412
    assert fhir("GET", f"Patient/{created.id}").json["gender"] == "male"


def test_unknown_id_cannot_be_chosen_by_a_client(fhir):
    answer = fhir("PUT", "Patient/mine", patient(id="mine"))
    assert answer.status == 405
    assert fhir("GET", "Patient/mine").status == 404


def test_transaction_resolves_references_and_is_all_or_nothing(fhir):
    bundle = transaction(("urn:uuid:1", patient()), ("urn:uuid:2", observation("urn:uuid:1")))
    answer = fhir("POST", "", bundle)
    assert answer.status == 200
    where = [entry["response"]["location"] for entry in answer.json["entry"]]
    assert [entry["response"]["status"] for entry in answer.json["entry"]] == ["201 Created"] * 2
    stored = fhir("GET", where[1].removeprefix(BASE + "/")).json
    assert stored["subject"]["reference"] == "/".join(
        where[0].removeprefix(BASE + "/").split("/")[:2]
    )

    wrong = transaction(
        ("urn:uuid:1", patient()), ("urn:uuid:2", {**observation(), "status": "nope"})
    )
    refused = fhir("POST", "", wrong)
    assert refused.status == 400
    assert refused.issues[0]["expression"] == ["Bundle.entry[1].resource.status"]
    assert fhir("GET", "Patient?_summary=count").json["total"] == 1


def test_transaction_that_deletes_what_is_gone_leaves_it_as_it_is(fhir):
    gone = fhir("POST", "Patient", patient()).id
    assert [fhir("DELETE", f"Patient/{gone}").status for _ in range(2)] == [204, 204]
    bundle = transaction(("urn:uuid:1", patient()))
    bundle["entry"].append({"request": {"method": "DELETE", "url": f"Patient/{gone}"}})
    answer = fhir("POST", "", bundle)
    assert answer.status == 200, answer.body
    assert [e["response"]["status"] for e in answer.json["entry"]] == [
        "201 Created",
        "204 No Content",
    ]
    assert len(fhir("GET", f"Patient/{gone}/_history").json["entry"]) == 2


def test_reference_to_nothing_in_the_transaction_is_refused(fhir):
    answer = fhir("POST", "", transaction(("urn:uuid:2", observation("urn:uuid:9"))))
    assert answer.status == 422
    assert "urn:uuid:9" in answer.issues[0]["diagnostics"]


def test_batch_entries_stand_alone(fhir):
    bundle = transaction(
        ("urn:uuid:1", patient()), ("urn:uuid:2", {**patient(), "gender": "x"}), kind="batch"
    )
    statuses = [entry["response"]["status"] for entry in fhir("POST", "", bundle).json["entry"]]
    assert statuses == ["201 Created", "400"]
    assert fhir("GET", "Patient?_summary=count").json["total"] == 1


def test_conditional_create_race_makes_one_resource(fhir):
    body = patient(identifier=[{"system": "urn:test", "value": "7"}])
    headers = {"If-None-Exist": "identifier=urn:test|7"}
    answers = at_once(32, lambda: fhir("POST", "Patient", body, headers=headers))
    assert sorted(a.status for a in answers) == [200] * 31 + [201]
    assert len({a.id for a in answers}) == 1


def test_search_by_patient_code_and_date(fhir):
    who = fhir("POST", "Patient", patient()).id
    other = fhir("POST", "Patient", patient()).id
    wanted = fhir("POST", "Observation", observation(f"Patient/{who}")).id
    fhir("POST", "Observation", observation(f"Patient/{who}", effectiveDateTime="2025-03-01"))
    fhir("POST", "Observation", observation(f"Patient/{other}"))
    query = f"Observation?patient={who}&code=http://loinc.org|8480-6&date=ge2026-01-01"
    found = fhir("GET", query).json
    assert [entry["resource"]["id"] for entry in found["entry"]] == [wanted]
    assert found["total"] == 1
    in_compartment = fhir("GET", f"Patient/{who}/Observation?_sort=date").json
    assert [e["resource"]["effectiveDateTime"][:4] for e in in_compartment["entry"]] == [
        "2025",
        "2026",
    ]


def test_sealed_people_are_found_by_name_pinyin_and_identifier(fhir):
    made = fhir("POST", "Patient", patient(identifier=[{"system": "urn:test", "value": "A1"}])).id
    fhir("POST", "Patient", patient(name=[{"text": "王伟"}]))
    for query in (
        "name=李",
        "name=lili",
        "name=ll",
        "identifier=urn:test|A1",
        "identifier=A1",
        "name:exact=李丽",
    ):
        found = fhir("GET", f"Patient?{query}").json
        assert [e["resource"]["id"] for e in found["entry"]] == [made], query


def test_among_few_people_parts_of_names_are_found_and_names_are_sorted(fhir, monkeypatch):
    from kangmai.records.store import opening

    names = {
        "李丽": "1980-01-01",
        "王美丽": "1990-01-01",
        "陈伟": "1990-01-01",
        "丽江": "1980-01-01",
    }
    key = [{"system": "urn:clinic", "value": "1"}]
    for text, born in names.items():
        fhir("POST", "Patient", patient(name=[{"text": text}], birthDate=born, identifier=key))
    fhir("POST", "Patient", {"resourceType": "Patient", "identifier": key})

    def found(query):
        people, address = [], f"Patient?identifier=urn:clinic|1&{query}&_count=2"
        while address:
            answer = fhir("GET", address)
            assert answer.status == 200, answer.body
            people += [
                e["resource"].get("name", [{"text": ""}])[0]["text"] for e in answer.json["entry"]
            ]
            links = {each["relation"]: each["url"] for each in answer.json["link"]}
            address = links.get("next", "").partition("/fhir/R4/")[2]
            assert not any(name in unquote(address) for name in names)
        return people

    assert found("name:contains=丽") == ["丽江", "王美丽", "李丽"]
    assert found("name:contains=丽,伟&birthdate=1990") == ["陈伟", "王美丽"]
    assert found("_sort=name") == [*sorted(names), ""]
    assert found("_sort=-birthdate,name") == [
        *sorted(["王美丽", "陈伟"]),
        *sorted(["李丽", "丽江"]),
        "",
    ]
    assert fhir("GET", "Patient?name:contains=丽&_summary=count").json["total"] == 3
    monkeypatch.setattr(opening, "LARGEST_SET", 3)
    refused = fhir("GET", "Patient?name:contains=丽")
    assert refused.status == 400 and "at most 3" in refused.issues[0]["diagnostics"]
    assert fhir("GET", "Patient?_sort=name").status == 400
    assert fhir("GET", "Patient?birthdate=1990&_sort=name").status == 200


def test_pages_neither_repeat_nor_skip_while_others_write(fhir):
    made = [fhir("POST", "Observation", observation()).id for _ in range(7)]
    seen, path = [], "Observation?_count=3"
    while path:
        page = fhir("GET", path).json
        seen += [entry["resource"]["id"] for entry in page.get("entry", [])]
        fhir("POST", "Observation", observation())
        path = next(
            (
                each["url"].removeprefix(BASE + "/")
                for each in page["link"]
                if each["relation"] == "next"
            ),
            None,
        )
    assert seen == made[::-1]


def test_altered_cursor_is_refused(fhir):
    for _ in range(3):
        fhir("POST", "Observation", observation())
    page = fhir("GET", "Observation?_count=2").json
    following = next(
        each["url"] for each in page["link"] if each["relation"] == "next"
    ).removeprefix(BASE + "/")
    assert fhir("GET", following).status == 200
    assert fhir("GET", following[:-3] + "AAA").status == 400
    assert fhir("GET", following.replace("Observation?", "Observation?status=final&")).status == 400


def test_include_and_revinclude(fhir):
    who = fhir("POST", "Patient", patient()).id
    what = fhir("POST", "Observation", observation(f"Patient/{who}")).id
    found = fhir("GET", f"Observation?_id={what}&_include=Observation:patient").json["entry"]
    assert [(e["resource"]["id"], e["search"]["mode"]) for e in found] == [
        (what, "match"),
        (who, "include"),
    ]
    back = fhir("GET", f"Patient?_id={who}&_revinclude=Observation:patient").json["entry"]
    assert [e["resource"]["id"] for e in back] == [who, what]


@pytest.mark.parametrize(
    ("body", "status", "hint"),
    [
        (b'{"resourceType":"Patient",', 400, "line 1"),
        ('{"resourceType":"Patient","name":[{"text":"李丽"}]}'.encode("gbk"), 400, "UTF-8"),
        (b'{"resourceType":"Patient","birthDate":"2026-02-31"}', 400, "calendar"),
        (b'{"resourceType":"Patient","gender":"girl"}', 400, "gender"),
        (b'{"resourceType":"Patient","nickname":"x"}', 400, "nickname"),
        (b'{"resourceType":"Patient","active":"yes"}', 400, "active"),
        (b'{"resourceType":"Observation","status":"final"}', 400, "Patient"),
        (b"[]", 400, ""),
        (b"", 400, ""),
    ],
)
def test_bad_body_is_refused_and_nothing_stored(fhir, body, status, hint):
    answer = fhir("POST", "Patient", body)
    assert answer.status == status
    assert answer.json["resourceType"] == "OperationOutcome"
    assert hint in json.dumps(answer.json, ensure_ascii=False)
    assert fhir("GET", "Patient?_summary=count").json["total"] == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Observation?colour=red", 400),
        ("Observation?date=2026-13-01", 400),
        ("Observation?code:exactly=1", 400),
        ("Observation?_count=many", 400),
        ("Wizard/1", 404),
        ("Wizard?name=x", 404),
        ("Patient/none", 404),
        ("Patient/1/2/3/4", 404),
    ],
)
def test_bad_request_is_refused(fhir, path, status):
    answer = fhir("GET", path)
    assert answer.status == status
    assert answer.json["resourceType"] == "OperationOutcome"


def test_lenient_handling_reports_what_it_ignored(fhir):
    answer = fhir("GET", "Patient?colour=red", headers={"Prefer": "handling=lenient"}).json
    assert answer["entry"][-1]["search"]["mode"] == "outcome"
    assert "colour" not in answer["link"][0]["url"]


def test_too_large_body(fhir):
    answer = fhir("POST", "Patient", b" " * (50 * 2**20))
    assert answer.status == 413
    assert "32 MB" in answer.issues[0]["details"]["text"]


def test_markup_and_sql_in_names_are_only_text(fhir):
    name = "<script>alert(1)</script>'; DROP TABLE res; --"
    made = fhir("POST", "Patient", patient(name=[{"text": name}]))
    assert fhir("GET", f"Patient/{made.id}").json["name"][0]["text"] == name


def test_no_token_wrong_token_expired_token(database, token):
    assert Client(None)("GET", "Patient/1").status == 401
    assert Client("nonsense")("GET", "Patient/1").status == 401
    expired = issue_operator_token(
        scope="system/*.cruds",
        organization_id=None,
        ttl_seconds=3600,
        actor=operator("test"),
        at=datetime.now(UTC) - timedelta(hours=2),
    ).token
    refused = Client(expired)("POST", "Patient", patient())
    assert refused.status == 401
    assert refused.json["resourceType"] == "OperationOutcome"
    assert Client(token())("GET", "Patient?_summary=count").json["total"] == 0


def test_narrow_token_may_do_only_what_it_names(fhir, token):
    made = fhir("POST", "Observation", observation()).id
    narrow = Client(token("system/Observation.rs"))
    assert narrow("GET", f"Observation/{made}").status == 200
    assert narrow("GET", "Observation").status == 200
    assert narrow("POST", "Observation", observation()).status == 403
    assert narrow("GET", "Patient").status == 403
    assert narrow("DELETE", f"Observation/{made}").status == 403
    assert fhir("GET", f"Observation/{made}").status == 200


def test_metadata_needs_no_token_and_names_every_type(database):
    statement = Client(None)("GET", "metadata").json
    assert statement["fhirVersion"] == "4.0.1"
    assert len(statement["rest"][0]["resource"]) == 146


def test_every_interaction_is_audited(fhir):
    from kangmai.kernel import audit

    made = fhir("POST", "Patient", patient()).id
    fhir("GET", f"Patient/{made}")
    fhir("GET", "Patient?name=li")
    audit.flush()
    actions = sorted(line.action for line in audit.search() if line.action.startswith("records."))
    assert actions == ["records.created", "records.read", "records.search"]


def test_parts_of_resources_are_marked(fhir):
    fhir("POST", "Patient", patient(text={"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
                                    maritalStatus={"text": "x"}))  # fmt: skip

    def part(query: str) -> set[str]:
        (entry,) = fhir("GET", f"Patient?{query}").json["entry"]
        assert entry["resource"]["meta"]["tag"][-1]["code"] == "SUBSETTED"
        return set(entry["resource"]) - {"resourceType", "id", "meta"}

    assert part("_summary=true") == {"name", "gender"}
    assert part("_summary=text") == {"text"}
    assert part("_summary=data") == {"name", "gender", "maritalStatus"}
    assert part("_elements=gender") == {"gender"}
