"""Views the official suite has not: each with its rows worked by hand, and held against the twin."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from kangmai.analytics.views.compiler import compile_view
from kangmai.analytics.views.constants import CONSTANTS
from kangmai.analytics.views.reading import bundle_resolver
from tests.analytics.views.plain_views import rows as plain_rows

LIN: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "lin",
    "active": True,
    "birthDate": "1970-06",
    "_birthDate": {"extension": [{"url": "urn:x:calendar", "valueCode": "lunar"}]},
    "deceasedDateTime": "2020-01",
    "name": [
        {"use": "official", "family": "Lin", "given": ["Bo", "An"]},
        {"use": "usual", "given": ["Bobo"]},
    ],
    "telecom": [
        {"system": "phone", "value": "1", "rank": 1},
        {"system": "phone", "value": "2"},
        {"system": "email", "value": "3"},
    ],
    "contact": [
        {
            "name": {"family": "Ma", "given": ["Li"]},
            "gender": "female",
            "telecom": [{"system": "phone", "value": "8"}, {"system": "email", "value": "9"}],
        },
        {"gender": "male"},
    ],
    "extension": [
        {
            "url": "urn:x:home",
            "extension": [
                {"url": "grid", "valueCoding": {"system": "urn:x:grid", "code": "g7"}},
                {"url": "floor", "valueInteger": 3},
                {"url": "floor", "valueInteger": 4},
            ],
        }
    ],
    "contained": [
        {"resourceType": "Organization", "id": "c1", "name": "Clinic"},
        {"resourceType": "Practitioner", "id": "c2", "gender": "female"},
    ],
    "generalPractitioner": [
        {"reference": "Practitioner/g1/_history/2"},
        {"reference": "Organization/o1"},
        {"reference": "http://elsewhere/fhir/Practitioner/g9"},
        {"identifier": {"value": "x"}},
    ],
}
BARE = {"resourceType": "Patient", "id": "bare"}
NOBODY = {"resourceType": "Patient"}
ANSWERS: dict[str, Any] = {
    "resourceType": "QuestionnaireResponse",
    "id": "q",
    "item": [
        {
            "linkId": "1",
            "answer": [
                {"valueBoolean": True, "item": [{"linkId": "1.1", "answer": [{"valueInteger": 7}]}]}
            ],
        },
        {"linkId": "2", "item": [{"linkId": "2.1", "item": [{"linkId": "2.1.1"}]}]},
    ],
}


def observation(number: int, **value: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": f"o{number}", "status": "final"} | value


VALUES = [
    observation(1, valueQuantity={"value": Decimal("5.60"), "unit": "mmol/L"}),
    observation(2, valueString="high"),
    observation(3, valueBoolean=False),
    observation(4, valueCodeableConcept={"coding": [{"code": "a"}, {"code": "b"}]}),
    observation(5, valuePeriod={"start": "2024-02", "end": "2024-03-05"}),
    observation(6),
]
PRESSURE = observation(
    7,
    component=[
        {"code": {"coding": [{"code": "8480-6"}]}, "valueQuantity": {"value": 142}},
        {"code": {"coding": [{"code": "8462-4"}]}, "valueQuantity": {"value": 88}},
    ],
)
VISIT: dict[str, Any] = {
    "resourceType": "Encounter",
    "id": "e",
    "subject": {"reference": "urn:uuid:1"},
    "participant": [
        {"individual": {"reference": "Practitioner/p1"}},
        {"individual": {"reference": "RelatedPerson/r1"}},
        {},
    ],
}


def column(name: str, path: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "path": path} | more


def view(*select: dict[str, Any], of: str = "Patient", **more: Any) -> dict[str, Any]:
    return {"resource": of, "select": list(select)} | more


def one(*columns: dict[str, Any], of: str = "Patient", **more: Any) -> dict[str, Any]:
    return view({"column": list(columns)}, of=of, **more)


V = column("v", "value")
ID = column("id", "getResourceKey()")
UNION_IN_UNION = view(
    {"column": [ID]},
    {
        "forEach": "contact",
        "column": [column("n", "%rowIndex")],
        "unionAll": [
            {"forEach": "telecom", "column": [V]},
            {
                "unionAll": [
                    {"forEach": "name.given", "column": [column("v", "$this")]},
                    {"forEachOrNull": "name", "column": [column("v", "family")]},
                ]
            },
        ],
    },
)
NULL_OVER_UNION = view(
    {"column": [ID]},
    {
        "forEachOrNull": "contact.where(gender = 'other')",
        "column": [column("n", "%rowIndex"), column("g", "gender")],
        "unionAll": [
            {"forEach": "telecom", "column": [V, column("m", "%rowIndex")]},
            {"column": [column("v", "'none'"), column("m", "%rowIndex")]},
        ],
    },
)
REPEAT_IN_FOR_EACH = view(
    {
        "forEach": "item",
        "column": [column("top", "linkId"), column("i", "%rowIndex")],
        "select": [
            {
                "repeat": ["item", "answer.item"],
                "column": [column("link", "linkId"), column("j", "%rowIndex")],
            }
        ],
    },
    of="QuestionnaireResponse",
)
REPEAT_IN_UNION = view(
    {
        "unionAll": [
            {
                "repeat": ["item", "answer.item"],
                "select": [
                    {
                        "forEachOrNull": "answer",
                        "column": [
                            column("link", "%resource.item.linkId.first()"),
                            column("whole", "value.ofType(integer)"),
                            column("yes", "value.ofType(boolean)"),
                        ],
                    }
                ],
            },
            {
                "column": [
                    column("link", "id"),
                    column("whole", "item.count()"),
                    column("yes", "item.answer.exists()"),
                ]
            },
        ]
    },
    of="QuestionnaireResponse",
)
BOOLEANS = one(
    ID,
    column("phones", "telecom.where(system = 'phone').count() > 1"),
    column("all_named", "name.all(family.exists())"),
    column("one_kind", "telecom.system.distinct().count() = 1"),
    column("every", "contact.gender.select($this = 'female').allTrue()"),
    column("unknown", "(birthDate > @1970-06-15) or {}"),
)
REFERENCES = view(
    {"column": [ID]},
    {
        "forEach": "generalPractitioner",
        "column": [
            column("any", "getReferenceKey()"),
            column("doctor", "getReferenceKey(Practitioner)"),
            column("clinic", "getReferenceKey(Organization)"),
        ],
    },
)
BOUNDARIES = one(
    ID,
    column("born_low", "birthDate.lowBoundary()"),
    column("born_high", "birthDate.highBoundary()"),
    column("died_low", "deceased.ofType(dateTime).lowBoundary()"),
    column("died_high", "deceased.ofType(dateTime).highBoundary()"),
    column("time_high", "@T09:30.highBoundary()"),
    column("sum_low", "1.5.lowBoundary(3)"),
)
EXTENSIONS = one(
    ID,
    column("grid", "extension('urn:x:home').extension('grid').value.ofType(Coding).code"),
    column(
        "floors",
        "extension('urn:x:home').extension('floor').value.ofType(integer)",
        collection=True,
    ),
    column("calendar", "birthDate.extension('urn:x:calendar').value.ofType(code)"),
    column("none", "extension('urn:x:absent').value.exists()"),
)
POLYMORPHIC = one(
    ID,
    column("amount", "value.ofType(Quantity).value"),
    column("doubled", "value.ofType(Quantity).value * 2"),
    column("words", "value.ofType(string)"),
    column("yes", "value.ofType(boolean)"),
    column("codes", "value.ofType(CodeableConcept).coding.code", collection=True),
    column("begun", "(value as Period).start"),
    column("is_period", "value is Period"),
    of="Observation",
)
JOINS = one(
    ID,
    column("dotted", "name.given.join(%dot)"),
    column("close", "name.given.join()"),
    column("none", "name.suffix.join(', ')"),
    column("numbers", "telecom.rank.select(toString()).join('/')"),
    constant=[{"name": "dot", "valueString": " · "}],
)
COLLECTIONS = view(
    {"column": [ID]},
    {
        "forEachOrNull": "name",
        "column": [
            column("given", "given", collection=True),
            column("both", "family | given", collection=True),
            column("first", "given.first()", collection=True),
        ],
    },
)
DEEP = view(
    {"select": [{"select": [{"select": [{"column": [ID], "select": [
        {"forEach": "name", "select": [{"select": [
            {"column": [column("use", "use")], "unionAll": [
                {"select": [{"forEach": "given", "select": [
                    {"forEach": "toChars().first()", "column": [column("mark", "$this")]}
                ]}]},
            ]},
        ]}]},
    ]}]}]}]},
)  # fmt: skip
INDEXES = view(
    {
        "forEach": "contact",
        "column": [column("i", "%rowIndex"), column("next", "%rowIndex + 1")],
        "select": [
            {
                "forEachOrNull": "telecom",
                "column": [column("j", "%rowIndex"), column("v", "value")],
                "select": [{"column": [column("k", "%rowIndex")]}],
            }
        ],
    },
)
CONTAINED = one(
    ID,
    column("clinic", "contained.ofType(Organization).name"),
    column("doctor", "contained.ofType(Practitioner).gender"),
    column("types", "contained.select(type().name)", collection=True),
)
PRESSURES = view(
    {"column": [ID]},
    {
        "forEach": "component.where(value.ofType(Quantity).value > %limit)",
        "column": [
            column("code", "code.coding.code.single()"),
            column("over", "value.ofType(Quantity).value - %limit"),
        ],
    },
    of="Observation",
    constant=[{"name": "limit", "valueInteger64": "90"}],
    where=[{"path": "component.exists() and status = 'final'"}],
)
PARTICIPANTS = view(
    {"column": [ID, column("patient", "subject.getReferenceKey(Patient)")]},
    {
        "forEachOrNull": "participant.individual",
        "column": [
            column("doctor", "getReferenceKey(Practitioner)"),
            column("family", "getReferenceKey(RelatedPerson)"),
        ],
    },
    of="Encounter",
)
CROSSED = view(
    {"forEach": "name", "column": [column("use", "use")]},
    {"unionAll": [
        {"forEach": "contact", "column": [column("who", "gender")]},
        {"column": [column("who", "id")]},
    ]},
    {"forEachOrNull": "photo", "column": [column("photo", "title")]},
)  # fmt: skip
CHOSEN = one(
    ID,
    column("called", "iif(name.family.exists(), name.family.first(), 'unknown')"),
    column("initials", "name.where(use = 'official').given.select(substring(0, 1)).join('')"),
    column("tail", "name.skip(1).given.first() & '!'"),
    column("rest", "name.given.exclude('Bo').count()"),
    where=[{"path": "id.matches('^l') or name.empty()"}],
)

# join() of nothing is the empty text: so the official suite has it (fhirpath.json, string join).
CASES: dict[str, tuple[dict[str, Any], list[dict[str, Any]], list[tuple[Any, ...]]]] = {
    "a union in a union, below a forEach": (
        UNION_IN_UNION,
        [LIN, BARE],
        [
            ("lin", 0, "8"),
            ("lin", 0, "9"),
            ("lin", 0, "Li"),
            ("lin", 0, "Ma"),
            ("lin", 1, None),
        ],
    ),
    "a forEachOrNull that finds nothing, over a union": (
        NULL_OVER_UNION,
        [LIN],
        [("lin", 0, None, None, 0)],
    ),
    "a repeat below a forEach": (
        REPEAT_IN_FOR_EACH,
        [ANSWERS],
        [("1", 0, "1.1", 0), ("2", 1, "2.1", 0), ("2", 1, "2.1.1", 1)],
    ),
    "a repeat in a union, with null rows": (
        REPEAT_IN_UNION,
        [{"resourceType": "QuestionnaireResponse", "id": "r"} | {"item": ANSWERS["item"][:1]}],
        [("1", None, True), ("1", 7, None), ("r", 1, True)],
    ),
    "Booleans of collections": (
        BOOLEANS,
        [LIN, BARE],
        [("lin", True, False, False, False, None), ("bare", False, True, False, True, None)],
    ),
    "keys of references by type": (
        REFERENCES,
        [LIN],
        [("lin", "g1", "g1", None), ("lin", "o1", None, "o1"), *[("lin", None, None, None)] * 2],
    ),
    "boundaries": (
        BOUNDARIES,
        [LIN, BARE],
        [
            (
                "lin",
                "1970-06-01",
                "1970-06-30",
                "2020-01-01T00:00:00.000+14:00",
                "2020-01-31T23:59:59.999-12:00",
                "09:30:59.999",
                Decimal("1.450"),
            ),
            ("bare", None, None, None, None, "09:30:59.999", Decimal("1.450")),
        ],
    ),
    "extensions within extensions and beside a primitive": (
        EXTENSIONS,
        [LIN, BARE],
        [("lin", "g7", [3, 4], "lunar", False), ("bare", None, [], None, False)],
    ),
    "values of many types": (
        POLYMORPHIC,
        VALUES,
        [
            ("o1", Decimal("5.60"), Decimal("11.20"), None, None, [], None, False),
            ("o2", None, None, "high", None, [], None, False),
            ("o3", None, None, None, False, [], None, False),
            ("o4", None, None, None, None, ["a", "b"], None, False),
            ("o5", None, None, None, None, [], "2024-02", True),
            ("o6", None, None, None, None, [], None, None),
        ],
    ),
    "texts that are joined": (
        JOINS,
        [LIN, BARE],
        [
            ("lin", "Bo · An · Bobo", "BoAnBobo", "", "1"),
            ("bare", "", "", "", ""),
        ],
    ),
    "collections for each name": (
        COLLECTIONS,
        [LIN, BARE],
        [
            ("lin", ["Bo", "An"], ["Lin", "Bo", "An"], ["Bo"]),
            ("lin", ["Bobo"], ["Bobo"], ["Bobo"]),
            ("bare", None, None, None),
        ],
    ),
    "selections many deep": (
        DEEP,
        [LIN],
        [("lin", "official", "B"), ("lin", "official", "A"), ("lin", "usual", "B")],
    ),
    "an index in reckoning, and inherited": (
        INDEXES,
        [LIN],
        [(0, 1, 0, "8", 0), (0, 1, 1, "9", 1), (1, 2, 0, None, 0)],
    ),
    "resources that are contained": (
        CONTAINED,
        [LIN, NOBODY],
        [
            ("lin", "Clinic", "female", ["Organization", "Practitioner"]),
            (None, None, None, []),
        ],
    ),
    "a constant of 64 bits within a forEach": (
        PRESSURES,
        [PRESSURE, *VALUES],
        [("o7", "8480-6", Decimal(52))],
    ),
    "references that many types may answer": (
        PARTICIPANTS,
        [VISIT],
        [("e", "lin", "p1", None), ("e", "lin", None, "r1")],
    ),
    "siblings crossed with a union": (
        CROSSED,
        [LIN, BARE],
        [
            ("official", "female", None),
            ("official", "male", None),
            ("official", "lin", None),
            ("usual", "female", None),
            ("usual", "male", None),
            ("usual", "lin", None),
        ],
    ),
    "what is chosen, cut and left out": (
        CHOSEN,
        [LIN, BARE, NOBODY],
        [
            ("lin", "Lin", "BA", "Bobo!", 2),
            ("bare", "unknown", "", "!", 0),
            (None, "unknown", "", "!", 0),
        ],
    ),
    "no resources": (UNION_IN_UNION, [], []),
    "resources of another type": (UNION_IN_UNION, VALUES, []),
}
RESOLVER = bundle_resolver({"entry": [{"fullUrl": "urn:uuid:1", "resource": LIN}]})


@pytest.mark.parametrize("case", CASES)
def test_rows_are_those_worked_by_hand(case: str) -> None:
    definition, resources, expected = CASES[case]
    compiled = compile_view(definition)
    rows = [row for each in resources for row in compiled.rows(each, resolver=RESOLVER)]
    assert rows == expected


@pytest.mark.parametrize("case", CASES)
def test_the_slow_runner_agrees(case: str) -> None:
    definition, resources, _ = CASES[case]
    compiled = compile_view(definition)
    for each in everybody(resources):
        found = list(compiled.records(each, resolver=RESOLVER))
        assert found == plain_rows(definition, each, RESOLVER)


def everybody(resources: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The resources of a case, and all the others."""
    yield from resources
    yield from [LIN, BARE, NOBODY, ANSWERS, VISIT, PRESSURE, *VALUES]


CONSTANT_OF = {
    "base64Binary": "aGVsbG8K",
    "boolean": True,
    "canonical": "http://x/v|1",
    "code": "female",
    "date": "1970-06-01",
    "dateTime": "2020-01-05T08:00:00+08:00",
    "decimal": Decimal("1.50"),
    "id": "a-1",
    "instant": "2020-01-05T08:00:00.112+08:00",
    "integer": -7,
    "integer64": "-9007199254740993",
    "oid": "urn:oid:1.2.3",
    "positiveInt": 1,
    "string": "康脉 Kangmai",
    "time": "18:12:00",
    "unsignedInt": 0,
    "uri": "urn:x:y",
    "url": "http://x/y",
    "uuid": "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7",
}


@pytest.mark.parametrize("type_name", CONSTANT_OF)
def test_a_constant_of_every_type_gives_its_value(type_name: str) -> None:
    value = CONSTANT_OF[type_name]
    key = f"value{type_name[0].upper()}{type_name[1:]}"
    columns = [column("v", "%c"), column("same", "%c = %c"), column("id", "id")]
    definition = one(*columns, constant=[{"name": "c", key: value}])
    expected = int(str(value)) if type_name == "integer64" else value
    assert compile_view(definition).rows(LIN) == [(expected, True, "lin")]
    assert plain_rows(definition, LIN) == [{"v": expected, "same": True, "id": "lin"}]


def test_no_type_of_constants_is_left_out() -> None:
    """Source: SQL on FHIR 2.0, ViewDefinition.constant.value[x]."""
    assert set(CONSTANTS.values()) == set(CONSTANT_OF)


def test_whole_numbers_of_64_bits_are_compared_to_the_last_digit() -> None:
    wide = [{"name": "a", "valueInteger64": "9007199254740993"}]
    wide += [{"name": "b", "valueInteger64": 9007199254740992}]
    columns = [column("above", "%a > %b"), column("by", "%a - %b"), column("equal", "%a = %b")]
    assert compile_view(one(*columns, constant=wide)).rows(BARE) == [(True, 1, False)]
