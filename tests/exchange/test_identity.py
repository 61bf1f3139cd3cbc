"""Patient/$match, $person, $ihe-pix, $merge and $unmerge; Persons; the queries of IHE PDQm and PIXm."""

from dataclasses import replace

import pytest

from kangmai.kernel import feed
from tests.exchange.conftest import Client
from tests.factories import registry
from tests.factories.fhir import INDEX_DOCUMENT
from tests.factories.people import LI, NEIGHBOUR, patient_saying, register

RIGHTS = "system/Person.ru system/Patient.rs"


def parameters(**values):
    """A Parameters resource: dicts with a resourceType as resources, others as references or text."""
    found = []
    for name, value in values.items():
        name = name.replace("_", "-")
        if isinstance(value, dict) and "resourceType" in value:
            found.append({"name": name, "resource": value})
        elif isinstance(value, bool):
            found.append({"name": name, "valueBoolean": value})
        elif str(value).startswith("Patient/"):
            found.append({"name": name, "valueReference": {"reference": value}})
        else:
            found.append({"name": name, "valueString": value})
    return {"resourceType": "Parameters", "parameter": found}


def match(fhir, known, **more):
    more["resource"] = patient_saying(known)
    return fhir("POST", "Patient/$match", parameters(**more))


def test_match_gives_home_patients_with_scores_and_grades(fhir):
    resident = register(LI)
    answer = match(fhir, replace(LI, documents=()))
    (found,) = answer.json["entry"]
    assert found["resource"]["id"] == resident.patient_id
    assert found["search"]["score"] > 0.99
    assert found["search"]["extension"][0]["valueCode"] == "certain"
    little = replace(LI, documents=(), phones=(), address="", mother="", place_code=NEIGHBOUR)
    weak = match(fhir, little)
    assert weak.json["entry"][0]["search"]["extension"][0]["valueCode"] == "probable"
    only = match(fhir, little, onlyCertainMatches=True)
    assert only.json["total"] == 0


def test_match_needs_a_patient(fhir):
    answer = fhir("POST", "Patient/$match", {"resourceType": "Parameters"})
    assert answer.status == 400
    assert "resource" in answer.issues[0]["diagnostics"] or answer.issues[0]["details"]["text"]
    assert fhir("POST", "Observation/$match", parameters(resource=patient_saying(LI))).status == 404


def test_match_stays_inside_the_scope(fhir, token):
    register(LI)
    hospital = Client(token("system/Patient.rs", organization=None))
    assert match(hospital, LI).json["total"] == 1
    assert match(Client(token("system/Observation.rs")), LI).status == 403


def test_person_has_a_link_to_every_patient(fhir):
    resident = register(LI)
    by_number = fhir("POST", "Patient", patient_saying(LI)).id
    by_chance = fhir("POST", "Patient", patient_saying(replace(LI, documents=()))).id
    feed.drain()
    answer = fhir("GET", f"Patient/{by_chance}/$person")
    assert answer.json["identifier"][0]["value"] == resident.index_number
    assert {(each["target"]["reference"], each["assurance"]) for each in answer.json["link"]} == {
        (f"Patient/{resident.patient_id}", "level4"),
        (f"Patient/{by_number}", "level3"),
        (f"Patient/{by_chance}", "level2"),
    }
    lonely = fhir("POST", "Patient", {"resourceType": "Patient", "name": [{"text": "无"}]}).id
    assert fhir("GET", f"Patient/{lonely}/$person").status == 404


def links(person):
    return [each["target"]["reference"] for each in person["link"]]


def test_persons_are_read_and_searched(fhir):
    resident = register(LI)
    sent = fhir("POST", "Patient", patient_saying(LI)).id
    feed.drain()
    read = fhir("GET", f"Person/{resident.patient_id}")
    both = [f"Patient/{resident.patient_id}", f"Patient/{sent}"]
    assert (read.status, read.json["resourceType"], links(read.json)) == (200, "Person", both)
    number = LI.documents[0].number
    for query in (
        f"identifier={INDEX_DOCUMENT}|{number}",
        f"name=李思&birthdate={LI.birth_date}&gender=male",
        f"telecom={LI.phones[0]}",
        f"patient=Patient/{sent}",
        f"link=Patient/{resident.patient_id}",
        f"_id={resident.patient_id}",
    ):
        found = fhir("GET", f"Person?{query}").json
        assert [each["resource"] for each in found["entry"]] == [read.json], query
    for query in ("name=赵", "patient=Patient/none", f"_id={sent}"):
        assert "entry" not in fhir("GET", f"Person?{query}").json, query
    assert fhir("GET", "Person?birthplace=x").status == 400
    assert fhir("GET", "Person/none").status == 404


def test_persons_of_others_come_behind_ours_page_by_page(fhir):
    ours = {
        register(replace(LI, documents=(), phones=(), name=name)).patient_id
        for name in ("李甲", "李乙丙", "李丁")
    }
    theirs = {
        fhir("POST", "Person", {"resourceType": "Person", "name": [{"text": f"李{n}"}]}).id
        for n in "12"
    }
    found, pages, path = [], 0, "Person?name=李&_count=2"
    while path:
        page = fhir("GET", path).json
        shown = [each["resource"]["id"] for each in page.get("entry", ())]
        assert len(shown) <= 2
        found, pages = found + shown, pages + 1
        following = [each["url"] for each in page["link"] if each["relation"] == "next"]
        path = following[0].partition("/fhir/R4/")[2] if following else ""
    assert (set(found[:3]), set(found[3:]), len(found), pages) == (ours, theirs, 5, 3)


def test_persons_need_the_rights_over_both_and_stay_inside_the_scope(fhir, token):
    resident = register(LI)
    place = f"Person/{resident.patient_id}"
    assert Client(token("system/Person.rs system/Patient.rs"))("GET", place).status == 200
    for scope in ("system/Patient.rs", "system/Person.rs"):
        assert Client(token(scope))("GET", place).status == 403, scope
        assert Client(token(scope))("GET", "Person?name=李").status == 403, scope
    stranger = Client(token("system/*.rs", organization=registry.organization().id))
    assert stranger("GET", place).status == 404
    assert "entry" not in stranger("GET", "Person?name=李").json


def pix(fhir, source, *targets):
    asked = "".join(f"&targetSystem={each}" for each in targets)
    return fhir("GET", f"Patient/$ihe-pix?sourceIdentifier={source}{asked}")


def told(answer, name):
    return [
        each.get("valueReference", each.get("valueIdentifier"))
        for each in answer.json.get("parameter", ())
        if each["name"] == name
    ]


HOSPITAL = "urn:oid:1.2.3.4"
OURS = "urn:kangmai:identifier:index-number"


def test_cross_reference_by_identifier(fhir):
    """IHE ITI-83: what is found, and each answer where it is not."""
    resident = register(LI)
    said = patient_saying(LI)
    said["identifier"].append({"system": HOSPITAL, "value": "MR-7"})
    sent = fhir("POST", "Patient", said).id
    feed.drain()
    both = [{"reference": f"Patient/{id}"} for id in (resident.patient_id, sent)]
    source = f"{INDEX_DOCUMENT}|{LI.documents[0].number}"
    everything = pix(fhir, source)
    assert sorted(map(str, told(everything, "targetId"))) == sorted(map(str, both))
    assert {each["system"] for each in told(everything, "targetIdentifier")} == {
        INDEX_DOCUMENT, HOSPITAL, OURS,
    }  # fmt: skip
    one = pix(fhir, f"{HOSPITAL}|MR-7", OURS)
    assert [each["value"] for each in told(one, "targetIdentifier")] == [resident.index_number]
    assert told(one, "targetId") == both[:1]
    asked = {"name": "sourceIdentifier", "valueIdentifier": {"system": HOSPITAL, "value": "MR-7"}}
    posted = fhir("POST", "Patient/$ihe-pix", {"resourceType": "Parameters", "parameter": [asked]})
    assert posted.json == pix(fhir, f"{HOSPITAL}|MR-7").json
    assert pix(fhir, source, "urn:oid:9.9.9").json == {
        "resourceType": "Parameters",
        "parameter": [],
    }
    for answer, status, code in (
        (pix(fhir, f"{INDEX_DOCUMENT}|1"), 404, "not-found"),
        (pix(fhir, "hospital|1"), 400, "code-invalid"),
        (pix(fhir, source, "hospital"), 403, "code-invalid"),
        (pix(fhir, "x"), 400, "invalid"),
        (fhir("GET", "Patient/$ihe-pix"), 400, "invalid"),
    ):
        assert (answer.status, answer.issues[0]["code"]) == (status, code), answer.body


def test_cross_reference_mixes_nobody(fhir):
    """A number that stands with two residents is nobody's; a Patient that waits has its own identifiers only."""
    register(LI)
    register(
        replace(
            LI, name="周海燕", sex_code="2", birth_date=None, documents=(), phones=("13698765432",)
        )
    )
    for known in (
        LI,
        replace(LI, name="周海燕", sex_code="2", phones=("13698765432",), documents=()),
    ):
        said = patient_saying(known)
        said.setdefault("identifier", []).append({"system": HOSPITAL, "value": "MR-8"})
        said["birthDate"] = "1986-04-12" if known.documents else "1990-01-03"
        fhir("POST", "Patient", said)
    feed.drain()
    lonely = {"resourceType": "Patient", "identifier": [{"system": HOSPITAL, "value": "MR-9"}]}
    sent = fhir("POST", "Patient", lonely).id
    feed.drain()
    alone = pix(fhir, f"{HOSPITAL}|MR-9")
    assert told(alone, "targetId") == [{"reference": f"Patient/{sent}"}]
    assert told(alone, "targetIdentifier") == lonely["identifier"]
    assert pix(fhir, f"{HOSPITAL}|MR-8").status == 409


@pytest.mark.parametrize(
    "query",
    [
        "family=李",
        "family=李&given=思远&gender=male&active=true",
        "birthdate=1986-04-12",
        f"telecom={LI.phones[0]}",
        f"identifier={INDEX_DOCUMENT}|{LI.documents[0].number}",
        f"address:exact={LI.address}",
    ],
)
def test_demographics_query(fhir, query):
    """IHE ITI-78 (PDQm): each parameter finds the resident, by GET and by POST, and another value nobody."""
    resident = register(LI)
    for answer in (
        fhir("GET", f"Patient?{query}"),
        fhir(
            "POST",
            "Patient/_search",
            query.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
    ):
        assert [each["resource"]["id"] for each in answer.json["entry"]] == [resident.patient_id]
    assert "entry" not in fhir("GET", f"Patient?{query}&birthdate=1901-01-01").json
    read = fhir("GET", f"Patient/{resident.patient_id}")
    assert read.json["name"][0]["family"] == "李"


ELSEWHERE = replace(
    LI, name="李思元", place_code=NEIGHBOUR, documents=(), phones=(), mother="", address=""
)


@pytest.fixture
def pair(database):
    return register(LI), register(replace(ELSEWHERE, birth_date=None))


def test_merge_and_unmerge(pair, token):
    kept, retired = pair
    program = Client(token(RIGHTS))
    asked = parameters(
        source_patient=f"Patient/{retired.patient_id}",
        target_patient=f"Patient/{kept.patient_id}",
        reason="同一人",
    )
    preview = {
        **asked,
        "parameter": [*asked["parameter"], {"name": "preview", "valueBoolean": True}],
    }
    assert program("POST", "Patient/$merge", preview).status == 200
    assert program("GET", f"Person/{retired.patient_id}").json["active"]
    answer = program("POST", "Patient/$merge", asked)
    assert answer.status == 200, answer.body
    parts = {each["name"]: each["resource"] for each in answer.json["parameter"]}
    assert parts["input"] == asked
    assert (parts["result"]["resourceType"], parts["result"]["id"]) == ("Patient", kept.patient_id)
    assert links(program("GET", f"Person/{kept.patient_id}").json) == [
        f"Patient/{each.patient_id}" for each in (kept, retired)
    ]
    old = program("GET", f"Person/{retired.patient_id}").json
    assert (old["active"], links(old)) == (False, [f"Person/{kept.patient_id}"])
    merged = program("GET", f"Patient/{retired.patient_id}/$person").json
    assert merged["identifier"][0]["value"] == kept.index_number
    old = program("GET", f"Patient/{retired.patient_id}").json
    assert old["link"][0]["type"] == "replaced-by"
    assert program("POST", "Patient/$merge", asked).status == 409
    undone = parameters(source_patient=f"Patient/{retired.patient_id}", reason="弄错了")
    assert program("POST", "Patient/$unmerge", undone).status == 200
    assert (
        program("GET", f"Patient/{retired.patient_id}/$person").json["identifier"][0]["value"]
        == retired.index_number
    )


def test_merge_is_for_programs_whose_scopes_name_person(pair, token):
    kept, retired = pair
    asked = parameters(
        source_patient=f"Patient/{retired.patient_id}", target_patient=f"Patient/{kept.patient_id}"
    )
    assert Client(token("system/*.cruds"))("POST", "Patient/$merge", asked).status == 403
    broken = parameters(source_patient="Patient/", target_patient=f"Patient/{kept.patient_id}")
    assert Client(token(RIGHTS))("POST", "Patient/$merge", broken).status == 400


def test_merge_by_identifiers(pair, token):
    kept, retired = pair
    program = Client(token(RIGHTS))
    asked = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": f"{side}-patient-identifier", "valueIdentifier": {"system": OURS, "value": each.index_number}}
            for side, each in (("source", retired), ("target", kept))
        ],
    }  # fmt: skip
    assert program("POST", "Patient/$merge", asked).status == 200
    assert not program("GET", f"Person/{retired.patient_id}").json["active"]
    asked["parameter"][0]["valueIdentifier"]["value"] = "0000000009993"
    assert program("POST", "Patient/$merge", asked).status == 404
