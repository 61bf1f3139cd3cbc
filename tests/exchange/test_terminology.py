"""Terminology on what is stored and what comes along: codes, sets, maps, and searches that use them."""

import pytest

from tests.factories.fhir import observation

SYSTEM = "urn:test:animals"
ANIMALS = {
    "resourceType": "CodeSystem",
    "url": SYSTEM,
    "version": "2",
    "name": "Animals",
    "status": "active",
    "content": "complete",
    "property": [{"code": "legs", "type": "integer"}, {"code": "inactive", "type": "boolean"}],
    "concept": [
        {
            "code": "mammal",
            "display": "Mammal",
            "designation": [{"language": "zh-CN", "value": "哺乳动物"}],
            "concept": [
                {
                    "code": "dog",
                    "display": "Dog",
                    "property": [{"code": "legs", "valueInteger": 4}],
                },
                {
                    "code": "whale",
                    "display": "Whale",
                    "property": [{"code": "inactive", "valueBoolean": True}],
                },
            ],
        },
        {"code": "bird", "display": "Bird", "property": [{"code": "legs", "valueInteger": 2}]},
    ],
}


def value_set(url, *include, exclude=()):
    compose = {"include": list(include), **({"exclude": list(exclude)} if exclude else {})}
    return {
        "resourceType": "ValueSet",
        "url": url,
        "name": "Set",
        "status": "active",
        "compose": compose,
    }


MAMMALS = value_set(
    "urn:test:mammals",
    {"system": SYSTEM, "filter": [{"property": "concept", "op": "is-a", "value": "mammal"}]},
)
MAP = {
    "resourceType": "ConceptMap",
    "url": "urn:test:map",
    "name": "Map",
    "status": "active",
    "sourceUri": "urn:test:mammals",
    "targetUri": "urn:test:sounds",
    "group": [
        {
            "source": SYSTEM,
            "target": "urn:test:sound",
            "element": [
                {
                    "code": "dog",
                    "target": [{"code": "bark", "display": "Bark", "equivalence": "narrower"}],
                },
                {"code": "whale", "target": [{"equivalence": "unmatched"}]},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def fhir(shared_fhir):
    made = [shared_fhir("POST", r["resourceType"], r) for r in (ANIMALS, MAMMALS, MAP)]
    assert [answer.status for answer in made] == [201] * 3, made
    return shared_fhir


@pytest.fixture(scope="module")
def ids(fhir):
    return {
        kind: fhir("GET", f"{kind}?url={url}").json["entry"][0]["resource"]["id"]
        for kind, url in (
            ("CodeSystem", SYSTEM),
            ("ValueSet", "urn:test:mammals"),
            ("ConceptMap", "urn:test:map"),
        )
    }


def told(answer):
    """The parameters of an answer as (name, value) pairs; parts as lists of pairs."""
    assert answer.status == 200, answer.body
    return [_pair(p) for p in answer.json["parameter"]]


def _pair(p):
    if "part" in p:
        return p["name"], [_pair(each) for each in p["part"]]
    return p["name"], next(value for key, value in p.items() if key.startswith("value"))


def codes(answer):
    assert answer.status == 200, answer.body
    return [each["code"] for each in answer.json["expansion"]["contains"]]


def test_lookup_of_stored_and_published_codes(fhir):
    found = told(fhir("GET", f"CodeSystem/$lookup?system={SYSTEM}&code=dog"))
    assert ("name", "Animals") in found
    assert ("version", "2") in found
    assert ("display", "Dog") in found
    assert ("property", [("code", "parent"), ("value", "mammal")]) in found
    assert ("property", [("code", "legs"), ("value", 4)]) in found
    in_chinese = told(
        fhir("GET", f"CodeSystem/$lookup?system={SYSTEM}&code=mammal&displayLanguage=zh")
    )
    assert ("display", "哺乳动物") in in_chinese
    coding = {"resourceType": "Parameters", "parameter": [
        {"name": "coding", "valueCoding": {"system": "urn:kangmai:code-set:blood-abo", "code": "1"}}]}  # fmt: skip
    assert dict(told(fhir("POST", "CodeSystem/$lookup", coding)))["display"].startswith("A")


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("mammal", "dog", "subsumes"),
        ("dog", "mammal", "subsumed-by"),
        ("dog", "dog", "equivalent"),
        ("dog", "bird", "not-subsumed"),
    ],
)
def test_subsumes(fhir, a, b, outcome):
    assert told(fhir("GET", f"CodeSystem/$subsumes?system={SYSTEM}&codeA={a}&codeB={b}")) == [
        ("outcome", outcome)
    ]


def test_validate_code_in_system_and_set(fhir, ids):
    for path in (
        "CodeSystem/$validate-code?url=" + SYSTEM,
        f"CodeSystem/{ids['CodeSystem']}/$validate-code?x",
    ):
        path = path.removesuffix("?x") + ("?" if path.endswith("?x") else "&")
        assert dict(told(fhir("GET", f"{path}code=dog")))["result"] is True
        assert dict(told(fhir("GET", f"{path}code=cat")))["result"] is False
        assert dict(told(fhir("GET", f"{path}code=dog&display=Hound")))["result"] is False
        assert dict(told(fhir("GET", f"{path}code=mammal&display=哺乳动物")))["result"] is True
    in_set = f"ValueSet/{ids['ValueSet']}/$validate-code"
    assert dict(told(fhir("GET", f"{in_set}?system={SYSTEM}&code=dog"))) == {
        "result": True,
        "display": "Dog",
    }
    assert dict(told(fhir("GET", f"{in_set}?system={SYSTEM}&code=bird")))["result"] is False
    assert dict(told(fhir("GET", f"{in_set}?system=urn:other&code=dog")))["result"] is False
    concept = {"resourceType": "Parameters", "parameter": [
        {"name": "url", "valueUri": "urn:test:mammals"},
        {"name": "codeableConcept", "valueCodeableConcept": {"coding": [{"system": "urn:x", "code": "1"}, {"system": SYSTEM, "code": "dog"}]}}]}  # fmt: skip
    assert dict(told(fhir("POST", "ValueSet/$validate-code", concept)))["result"] is True
    required = "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender"
    system = "http://hl7.org/fhir/administrative-gender"
    assert dict(told(fhir("GET", f"{required}&system={system}&code=male")))["result"] is True
    assert dict(told(fhir("GET", f"{required}&system={system}&code=girl")))["result"] is False


def test_expand_by_url_id_and_resource(fhir, ids):
    assert codes(fhir("GET", "ValueSet/$expand?url=urn:test:mammals")) == ["mammal", "dog", "whale"]
    assert codes(fhir("GET", f"ValueSet/{ids['ValueSet']}/$expand")) == ["mammal", "dog", "whale"]
    assert codes(fhir("GET", "ValueSet/$expand?url=urn:test:mammals&activeOnly=true")) == [
        "mammal",
        "dog",
    ]
    assert codes(fhir("GET", "ValueSet/$expand?url=urn:test:mammals&filter=哺乳")) == ["mammal"]
    page = fhir("GET", "ValueSet/$expand?url=urn:test:mammals&offset=1&count=1")
    assert (codes(page), page.json["expansion"]["total"]) == (["dog"], 3)
    assert len(codes(fhir("GET", "ValueSet/$expand?url=urn:kangmai:value-set:blood-abo"))) == 5


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        ({"system": SYSTEM}, (), ["mammal", "dog", "whale", "bird"]),
        (
            {"system": SYSTEM},
            [{"system": SYSTEM, "concept": [{"code": "bird"}]}],
            ["mammal", "dog", "whale"],
        ),
        ({"system": SYSTEM, "concept": [{"code": "bird"}, {"code": "dog"}]}, (), ["bird", "dog"]),
        (
            {"system": SYSTEM, "filter": [{"property": "legs", "op": "=", "value": "2"}]},
            (),
            ["bird"],
        ),
        (
            {"system": SYSTEM, "filter": [{"property": "legs", "op": "exists", "value": "true"}]},
            (),
            ["dog", "bird"],
        ),
        (
            {
                "system": SYSTEM,
                "filter": [{"property": "concept", "op": "descendent-of", "value": "mammal"}],
            },
            (),
            ["dog", "whale"],
        ),
        (
            {
                "system": SYSTEM,
                "filter": [{"property": "concept", "op": "is-not-a", "value": "mammal"}],
            },
            (),
            ["bird"],
        ),
        (
            {"system": SYSTEM, "filter": [{"property": "code", "op": "regex", "value": "[bd].*"}]},
            (),
            ["dog", "bird"],
        ),
        (
            {"system": SYSTEM, "filter": [{"property": "code", "op": "in", "value": "dog, bird"}]},
            (),
            ["dog", "bird"],
        ),
        ({"valueSet": ["urn:test:mammals"]}, (), ["mammal", "dog", "whale"]),
        (
            {
                "system": SYSTEM,
                "concept": [{"code": "bird"}, {"code": "dog"}],
                "valueSet": ["urn:test:mammals"],
            },
            (),
            ["dog"],
        ),
    ],
)
def test_compositions(fhir, include, exclude, expected):
    sent = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "valueSet", "resource": value_set("urn:x", include, exclude=exclude)}
        ],
    }
    assert codes(fhir("POST", "ValueSet/$expand", sent)) == expected


def test_translate_both_ways(fhir, ids):
    for path in (
        "ConceptMap/$translate?url=urn:test:map",
        f"ConceptMap/{ids['ConceptMap']}/$translate?targetsystem=urn:test:sound",
    ):
        found = told(fhir("GET", f"{path}&system={SYSTEM}&code=dog"))
        assert found[0] == ("result", True)
        assert dict(found[1][1])["equivalence"] == "narrower"
        assert dict(found[1][1])["concept"] == {
            "system": "urn:test:sound",
            "code": "bark",
            "display": "Bark",
        }
    none = told(fhir("GET", f"ConceptMap/$translate?url=urn:test:map&system={SYSTEM}&code=whale"))
    assert none[0] == ("result", False)
    back = told(
        fhir(
            "GET",
            "ConceptMap/$translate?url=urn:test:map&system=urn:test:sound&code=bark&reverse=true",
        )
    )
    assert dict(back[1][1])["concept"]["code"] == "dog"
    assert dict(back[1][1])["equivalence"] == "wider"


def test_searches_by_set_and_hierarchy(fhir):
    made = {
        code: fhir(
            "POST", "Observation", observation(code={"coding": [{"system": SYSTEM, "code": code}]})
        ).id
        for code in ("mammal", "dog", "whale", "bird")
    }

    def found(query):
        answer = fhir("GET", f"Observation?{query}")
        assert answer.status == 200, answer.body
        return {e["resource"]["id"] for e in answer.json.get("entry", [])}

    mammals = {made[code] for code in ("mammal", "dog", "whale")}
    assert found("code:in=urn:test:mammals") == mammals
    assert found(f"code:below={SYSTEM}|mammal") == mammals
    assert found(f"code:above={SYSTEM}|dog") == {made["mammal"], made["dog"]}
    assert made["bird"] in found("code:not-in=urn:test:mammals")
    assert not mammals & found("code:not-in=urn:test:mammals")
    assert fhir("GET", "Observation?code:in=urn:nobody").status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("CodeSystem/$lookup?system=urn:none&code=1", 404),
        (f"CodeSystem/$lookup?system={SYSTEM}&code=cat", 404),
        ("CodeSystem/$lookup?code=1", 400),
        (f"CodeSystem/$lookup?system={SYSTEM}", 400),
        ("Patient/$lookup?code=1", 404),
        ("ValueSet/$expand", 400),
        ("ValueSet/$expand?url=urn:none", 404),
        ("ValueSet/$expand?url=urn:test:mammals&count=many", 400),
        ("ValueSet/none/$expand", 404),
        (f"ConceptMap/$translate?system={SYSTEM}&code=dog", 404),
        ("ConceptMap/$translate?url=urn:test:map", 400),
    ],
)
def test_wrong_questions(fhir, path, status):
    assert fhir("GET", path).status == status


@pytest.mark.parametrize(
    "include",
    [
        {"system": "urn:none"},
        {},
        {"system": SYSTEM, "filter": [{"property": "code", "op": "regex", "value": "(a+)+$"}]},
        {"system": SYSTEM, "filter": [{"property": "code", "op": "like", "value": "a"}]},
    ],
)
def test_sets_that_cannot_be_expanded(fhir, include):
    sent = {
        "resourceType": "Parameters",
        "parameter": [{"name": "valueSet", "resource": value_set("urn:x", include)}],
    }
    assert fhir("POST", "ValueSet/$expand", sent).status in (400, 404)
