"""Faults of resources: each rule with its place, and what is right although unusual."""

import pytest

from kangmai.records.validation import Severity, is_valid, operation_outcome, validate
from kangmai.records.validation.schema import validator
from kangmai.records.validation.structure import find_faults

PATIENT = {"resourceType": "Patient"}
OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
EXTENSION = {"url": "http://example.org/a", "valueString": "x"}

WRONG = [
    ([], "not-a-resource", ""),
    ({}, "not-a-resource", ""),
    ({"resourceType": 1}, "not-a-resource", ""),
    ({"resourceType": "Pation"}, "unknown-type", ""),
    ({"resourceType": "MedicationOrder"}, "earlier-type", ""),
    ({"resourceType": "ProcedureRequest"}, "earlier-type", ""),
    (PATIENT | {"nama": "x"}, "unknown-element", "Patient.nama"),
    (PATIENT | {"animal": {}}, "earlier-element", "Patient.animal"),
    (PATIENT | {"careProvider": []}, "earlier-element", "Patient.careProvider"),
    (OBSERVATION | {"comment": "x"}, "earlier-element", "Observation.comment"),
    (
        {
            "resourceType": "Condition",
            "subject": {"reference": "Patient/1"},
            "clinicalStatus": "active",
        },
        "earlier-code",
        "Condition.clinicalStatus",
    ),
    ({"resourceType": "Observation", "code": {"text": "x"}}, "missing", "Observation.status"),
    (
        OBSERVATION | {"component": [{"valueString": "x"}]},
        "missing",
        "Observation.component[0].code",
    ),
    (PATIENT | {"name": {"family": "Li"}}, "not-a-list", "Patient.name"),
    (PATIENT | {"gender": ["male"]}, "is-a-list", "Patient.gender"),
    (PATIENT | {"name": []}, "empty", "Patient.name"),
    (PATIENT | {"maritalStatus": {}}, "empty", "Patient.maritalStatus"),
    (PATIENT | {"name": [{"family": ""}]}, "empty", "Patient.name[0].family"),
    (PATIENT | {"gender": None}, "null", "Patient.gender"),
    (PATIENT | {"name": [{"given": [None]}]}, "null", "Patient.name[0].given[0]"),
    (PATIENT | {"active": "true"}, "wrong-json", "Patient.active"),
    (PATIENT | {"birthDate": 1980}, "wrong-json", "Patient.birthDate"),
    (OBSERVATION | {"subject": "Patient/1"}, "wrong-json", "Observation.subject"),
    (OBSERVATION | {"valueInteger": 1.0}, "wrong-json", "Observation.valueInteger"),
    (OBSERVATION | {"valueInteger": True}, "wrong-json", "Observation.valueInteger"),
    (OBSERVATION | {"valueInteger": 2**31}, "bad-value", "Observation.valueInteger"),
    (PATIENT | {"multipleBirthInteger": -(2**40)}, "bad-value", "Patient.multipleBirthInteger"),
    (PATIENT | {"telecom": [{"rank": 0}]}, "bad-value", "Patient.telecom[0].rank"),
    (PATIENT | {"id": "a b"}, "bad-value", "Patient.id"),
    (PATIENT | {"id": "x" * 65}, "bad-value", "Patient.id"),
    (PATIENT | {"implicitRules": "a b"}, "bad-value", "Patient.implicitRules"),
    (PATIENT | {"name": [{"family": "a\x00b"}]}, "bad-value", "Patient.name[0].family"),
    (PATIENT | {"birthDate": "1980/01/01"}, "bad-value", "Patient.birthDate"),
    (PATIENT | {"birthDate": "0000"}, "bad-value", "Patient.birthDate"),
    (PATIENT | {"birthDate": "1980-1-1"}, "bad-value", "Patient.birthDate"),
    (PATIENT | {"birthDate": "1980-01-01T00:00:00Z"}, "bad-value", "Patient.birthDate"),
    (PATIENT | {"birthDate": "2023-02-31"}, "impossible-date", "Patient.birthDate"),
    (PATIENT | {"birthDate": "2023-02-29"}, "impossible-date", "Patient.birthDate"),
    (PATIENT | {"birthDate": "1900-02-29"}, "impossible-date", "Patient.birthDate"),
    (PATIENT | {"birthDate": "2023-04-31"}, "impossible-date", "Patient.birthDate"),
    (PATIENT | {"birthDate": "2023-13"}, "impossible-date", "Patient.birthDate"),
    (
        OBSERVATION | {"effectiveDateTime": "2023-02-31T10:00:00Z"},
        "impossible-date",
        "Observation.effectiveDateTime",
    ),
    (
        OBSERVATION | {"effectiveDateTime": "2023-02-01T25:00:00Z"},
        "impossible-date",
        "Observation.effectiveDateTime",
    ),
    (
        OBSERVATION | {"effectiveDateTime": "2023-02-01T10:00:00"},
        "bad-value",
        "Observation.effectiveDateTime",
    ),
    (OBSERVATION | {"issued": "2023-02-01"}, "bad-value", "Observation.issued"),
    (OBSERVATION | {"valueTime": "24:00:00"}, "bad-value", "Observation.valueTime"),
    (OBSERVATION | {"valueString": "a", "valueBoolean": True}, "choice", "Observation.value"),
    (
        OBSERVATION | {"valueString": "a", "_valueBoolean": {"id": "b"}},
        "choice",
        "Observation.value",
    ),
    (OBSERVATION | {"valueDecimal": 1.5}, "unknown-element", "Observation.valueDecimal"),
    (OBSERVATION | {"status": "nope"}, "code", "Observation.status"),
    (PATIENT | {"gender": "Male"}, "code", "Patient.gender"),
    (
        {
            "resourceType": "Condition",
            "subject": {"reference": "Patient/1"},
            "clinicalStatus": {"coding": [{"code": "active"}]},
        },
        "no-code",
        "Condition.clinicalStatus",
    ),
    (
        OBSERVATION | {"subject": {"reference": "Practitioner/1"}},
        "reference-type",
        "Observation.subject.reference",
    ),
    (
        OBSERVATION | {"subject": {"reference": "http://a.org/fhir/Practitioner/1/_history/2"}},
        "reference-type",
        "Observation.subject.reference",
    ),
    (
        OBSERVATION | {"subject": {"reference": "Practitioner?identifier=1"}},
        "reference-type",
        "Observation.subject.reference",
    ),
    (
        OBSERVATION | {"subject": {"reference": "1"}},
        "reference-form",
        "Observation.subject.reference",
    ),
    (
        OBSERVATION | {"subject": {"reference": "#a"}},
        "reference-contained",
        "Observation.subject.reference",
    ),
    (
        OBSERVATION
        | {
            "contained": [{"resourceType": "Practitioner", "id": "a"}],
            "subject": {"reference": "#a"},
        },
        "reference-type",
        "Observation.subject.reference",
    ),
    (
        PATIENT | {"contained": [{"resourceType": "Patient", "id": "a", "contained": [PATIENT]}]},
        "nested-contained",
        "Patient.contained[0].contained",
    ),
    (
        PATIENT | {"contained": [{"resourceType": "Patient", "id": "a", "x": 1}]},
        "unknown-element",
        "Patient.contained[0].x",
    ),
    (PATIENT | {"extension": [{"url": "http://a.org"}]}, "extension-both", "Patient.extension[0]"),
    (
        PATIENT | {"extension": [EXTENSION | {"extension": [EXTENSION]}]},
        "extension-both",
        "Patient.extension[0]",
    ),
    (PATIENT | {"extension": [{"valueString": "x"}]}, "missing", "Patient.extension[0].url"),
    (
        PATIENT | {"extension": [EXTENSION | {"valueCode": "x"}]},
        "choice",
        "Patient.extension[0].value",
    ),
    (
        PATIENT | {"text": {"status": "generated", "div": "<p>x</p>"}},
        "narrative",
        "Patient.text.div",
    ),
    (
        PATIENT | {"text": {"status": "generated", "div": "<div><script>x</script></div>"}},
        "narrative",
        "Patient.text.div",
    ),
    (
        PATIENT | {"text": {"status": "generated", "div": '<div><img onload="x"/></div>'}},
        "narrative",
        "Patient.text.div",
    ),
    (PATIENT | {"photo": [{"data": "abc"}]}, "bad-value", "Patient.photo[0].data"),
    (PATIENT | {"_name": [{"id": "x"}]}, "unknown-element", "Patient._name"),
    (
        PATIENT | {"name": [{"given": ["a", "b"], "_given": [None]}]},
        "halves",
        "Patient.name[0].given",
    ),
    (
        {
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [{"resource": PATIENT | {"gender": "x"}}],
        },
        "code",
        "Bundle.entry[0].resource.gender",
    ),
    (
        {
            "resourceType": "Parameters",
            "parameter": [{"name": "a", "part": [{"name": "b", "resource": {}}]}],
        },
        "not-a-resource",
        "Parameters.parameter[0].part[0].resource",
    ),
]

RIGHT = [
    PATIENT,
    PATIENT | {"birthDate": "2024-02-29"},
    PATIENT | {"birthDate": "2000-02-29"},
    PATIENT | {"birthDate": "1980"},
    PATIENT | {"_birthDate": {"extension": [EXTENSION]}},
    PATIENT | {"_gender": {"extension": [EXTENSION]}},
    PATIENT | {"name": [{"given": ["a", None], "_given": [None, {"extension": [EXTENSION]}]}]},
    PATIENT | {"extension": [EXTENSION | {"id": "a"}]},
    PATIENT | {"extension": [{"url": "http://a.org", "extension": [EXTENSION]}]},
    PATIENT | {"extension": [{"url": "http://a.org", "_valueString": {"extension": [EXTENSION]}}]},
    PATIENT | {"photo": [{"data": "YWJj\nZGVm"}]},
    {"resourceType": "Observation", "code": {"text": "x"}, "_status": {"extension": [EXTENSION]}},
    OBSERVATION | {"valueInteger": -(2**31)},
    OBSERVATION | {"subject": {"display": "nobody"}},
    OBSERVATION | {"subject": {"reference": "urn:uuid:2a0b9a62-05a4-4f1a-a43e-2f1dcde53a4f"}},
    OBSERVATION | {"subject": {"reference": "https://a.org/people?q=1"}},
    OBSERVATION | {"subject": {"reference": "Patient?identifier=1"}},
    OBSERVATION | {"effectiveDateTime": "2015-02-07T13:28:17.239+02:00"},
    OBSERVATION
    | {"contained": [{"resourceType": "Patient", "id": "a"}], "subject": {"reference": "#a"}},
    {
        "resourceType": "Patient",
        "contained": [OBSERVATION | {"id": "a", "subject": {"reference": "#"}}],
    },
    {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"fullUrl": "urn:uuid:x", "resource": PATIENT}],
    },
]


@pytest.mark.parametrize(("resource", "rule", "place"), WRONG)
def test_each_fault_is_named_with_its_place(resource, rule, place):
    issues = validate(resource)
    assert [(i.rule, i.expression) for i in issues] == [(rule, place)]
    assert issues[0].severity is Severity.ERROR
    assert issues[0].message
    assert issues[0].message_zh
    assert not is_valid(resource)


@pytest.mark.parametrize("resource", RIGHT)
def test_what_is_right_has_no_issue(resource):
    assert validate(resource) == []
    assert find_faults(resource) == []


def test_several_faults_come_in_the_order_of_the_text():
    resource = PATIENT | {"gender": "m", "birthDate": "1980-02-30", "name": [{"use": "x"}]}
    assert [i.expression for i in validate(resource)] == [
        "Patient.gender",
        "Patient.birthDate",
        "Patient.name[0].use",
    ]


def test_an_earlier_element_names_its_version_in_both_languages():
    (issue,) = validate(PATIENT | {"animal": {}})
    assert (
        issue.message
        == "animal is an element of Patient in STU3, not in R4; convert the record to R4 first."
    )
    assert issue.message_zh == "animal 是 STU3 中 Patient 的元素，R4 中没有；请先转换为 R4。"
    assert issue.code == "structure"


def test_deep_nesting_is_cut():
    extension: dict = dict(EXTENSION)
    for _ in range(150):
        extension = {"url": "http://a.org", "extension": [extension]}
    issues = validate(PATIENT | {"extension": [extension]})
    assert [i.rule for i in issues if i.rule == "too-deep"] == ["too-deep"] or issues == []


def test_unknown_code_systems_are_warnings_once_each():
    codings = [{"system": "http://acme.org/a", "code": str(n)} for n in range(3)]
    resource = OBSERVATION | {
        "code": {"coding": [*codings, {"system": "http://loinc.org", "code": "1"}]}
    }
    (issue,) = validate(resource, advice=True)
    assert (issue.severity, issue.rule) == (Severity.WARNING, "unknown-system")
    assert issue.expression == "Observation.code.coding[0].system"
    assert validate(resource) == []


def test_outcome_carries_place_rule_and_both_languages():
    outcome = operation_outcome(validate(PATIENT | {"gender": "x"}))
    assert validate(outcome) == []
    (row,) = outcome["issue"]
    assert row["severity"] == "error"
    assert row["code"] == "code-invalid"
    assert row["expression"] == ["Patient.gender"]
    assert row["diagnostics"].endswith("中。")
    assert operation_outcome([])["issue"][0]["severity"] == "information"


def test_schema_alone_never_passes_what_the_walk_refuses():
    refused = [
        r
        for r, _, _ in WRONG
        if isinstance(r, dict) and r.get("resourceType") in ("Patient", "Observation")
    ]
    passed = [r for r in refused if validator(r["resourceType"], contained=False).is_valid(r)]
    # What the schema leaves to the looks beside it: narratives, and what is inside contained resources.
    assert all("text" in r or "contained" in r for r in passed)
