"""Functions and operators of FHIRPath, as a table of expression and answer."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kangmai.records.fhirpath import ExpressionFailed, compile_expression

AT = datetime(2025, 7, 1, 9, 30, 15, 250000, tzinfo=UTC)
UCUM = "http://unitsofmeasure.org"
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "name": [
        {"use": "official", "family": "Okafor", "given": ["Ada", "Ngozi"]},
        {"use": "usual", "given": ["Ada"]},
    ],
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "urn:x:time", "valueDateTime": "1974-12-25T14:35:45Z"}]},
    "multipleBirthInteger": 2,
}


def answers(text: str) -> list:
    return compile_expression(text).evaluate(PATIENT, at=AT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name.where(use = 'usual').given", ["Ada"]),
        ("name.given.distinct()", ["Ada", "Ngozi"]),
        ("name.given.count()", [3]),
        ("name.select(given.first() & '!')", ["Ada!", "Ada!"]),
        ("name.given[1]", ["Ngozi"]),
        ("name.given[9]", []),
        ("name.all(given.exists())", [True]),
        ("name.family.exists(startsWith('O'))", [True]),
        ("name.given.where($index = 2)", ["Ada"]),
        ("(1 | 2 | 3).aggregate($this + $total, 0)", [6]),
        ("(3 | 1 | 2).sort()", [1, 2, 3]),
        ("(3 | 1 | 2).sort($this desc)", [3, 2, 1]),
        ("(1 | 2 | 3).sum() + (1 | 2 | 3).max()", [9]),
        ("(1 | 2).avg()", [Decimal("1.5")]),
        ("coalesce({}, name.family, 'none')", ["Okafor"]),
        ("defineVariable('n', name.count()).name.select(%n)", [2, 2]),
        ("multipleBirth", [2]),
        ("multipleBirth.is(integer)", [True]),
        ("multipleBirth.ofType(boolean)", []),
        ("birthDate.extension('urn:x:time').value", ["1974-12-25T14:35:45Z"]),
        ("birthDate.toDateTime() < now()", [True]),
        ("today()", ["2025-07-01"]),
        ("now()", ["2025-07-01T09:30:15.250Z"]),
        ("timeOfDay()", ["09:30:15.250"]),
        ("@2024-01-31 + 1 month", ["2024-02-29"]),
        ("@2024 + 13 months", ["2025"]),
        ("@2024-03 - 45 days", ["2024-02"]),
        ("@9999-12-31 + 1 day", []),
        ("@T23:30 + 45 minutes", ["00:15"]),
        ("@T01:00 - 2 hours", ["23:00"]),
        ("@2024-03-10T10:00:00.5Z + 600 milliseconds", ["2024-03-10T10:00:01.100Z"]),
        (
            "1 'kg' + 500 'g'",
            [{"value": Decimal("1.5"), "unit": "kg", "system": UCUM, "code": "kg"}],
        ),
        ("1 'kg' = 1000 'g'", [True]),
        ("37 'Cel' > 98 '[degF]'", [True]),
        ("1 'kg' < 1 's'", []),
        ("1 year = 12 months", [True]),
        ("1 year = 365 days", []),
        (
            "2 'm' / 4 's'",
            [{"value": Decimal("0.5"), "unit": "m/s", "system": UCUM, "code": "m/s"}],
        ),
        ("'7.50'.toDecimal()", [Decimal("7.50")]),
        ("7.50.toString()", ["7.50"]),
        ("'4 days'.toQuantity('h').value", []),
        ("1.0 / 3", [Decimal("0.3333333333333333333333333333")]),
        ("-7 div 2", [-3]),
        ("-7 mod 2", [-1]),
        ("7 div 0", []),
        ("2147483647 + 1", []),
        ("(2.5).round()", [3]),
        ("(-2.5).round()", [-3]),
        ("2.power(-1)", [Decimal("0.5")]),
        ("'a.b'.split('.')", ["a", "b"]),
        ("'2024-05'.replaceMatches('(\\\\d+)-(\\\\d+)', '$2/$1')", ["05/2024"]),
        ("'abc'.matches('B')", [False]),
        ("'\u5eb7\u8109'.length()", [2]),
        ("'%'.encode('hex')", ["25"]),
        ("true and {}", []),
        ("{} or true", [True]),
        ("{} implies true", [True]),
        ("1 | 1.0 | true", [1, True]),
        ("name.given contains 'Ada'", [True]),
        ("1.is(System.Integer) and active.is(FHIR.boolean)", [True]),
        ("type().name", ["Patient"]),
        ("name.first().type().name", ["HumanName"]),
        ("%resource.id", ["p1"]),
        ("%ucum", [UCUM]),
        ("iif(active, 'yes', 1/0)", ["yes"]),
        ("iif(name.empty(), name.single(), 'many')", ["many"]),
        ("conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')", [True]),
        ("hasValue()", [False]),
        ("birthDate.hasValue()", [True]),
        ("birthDate.lowBoundary(17)", ["1974-12-25T00:00:00.000+14:00"]),
        ("1.50.highBoundary(3)", [Decimal("1.505")]),
        ("1.50.precision()", [2]),
        ("repeat(name).count()", [2]),
        ("descendants().ofType(dateTime)", ["1974-12-25T14:35:45Z"]),
        ("getResourceKey()", ["p1"]),
    ],
)
def test_answer(text: str, expected: list) -> None:
    found = answers(text)
    assert found == expected
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("name.single()", 6, "single() found 2 items"),
        ("1 + 'a'", 3, "Integer + String has no meaning"),
        ("active < 1", 8, "Boolean and Integer cannot be compared"),
        ("name.given.upper()", 12, "one value expected, found 3"),
        ("id.matches('(')", 4, "the regular expression cannot be read: "),
        ("%nobody", 1, "%nobody is not defined"),
        ("iif('x', 1, 2)", 1, "the criterion of iif() is no Boolean"),
        ("birthDate + 1 'cm'", 11, "a date or time cannot be moved by 'cm'"),
        ("name.as(HumanName)", 6, "'as' takes one item, found 2"),
        ("conformsTo('urn:x')", 1, "the profile urn:x is not known here"),
        ("'zz'.decode('hex')", 6, "the text is not hex"),
        ("'a'.encode('rot13')", 5, "'rot13' is none of hex, base64, urlbase64"),
        ("'x'.memberOf('urn:x')", 5, "no terminology is given for memberOf()"),
        ("defineVariable('v').defineVariable('v')", 21, "%v is defined already"),
    ],
)
def test_refused_with_its_place(text: str, column: int, reason: str) -> None:
    with pytest.raises(ExpressionFailed) as caught:
        answers(text)
    assert caught.value.details["column"] == column
    assert reason in str(caught.value)


def test_now_needs_a_moment_from_the_caller() -> None:
    with pytest.raises(ExpressionFailed, match="no moment is given"):
        compile_expression("now()").evaluate(PATIENT)


@pytest.mark.parametrize("written", ["1974-13-99", 1974, True])
def test_a_value_not_written_as_its_type_is_refused_without_showing_it(written: object) -> None:
    with pytest.raises(ExpressionFailed) as caught:
        compile_expression("birthDate < today()").evaluate(
            {"resourceType": "Patient", "birthDate": written}, at=AT
        )
    assert "1974" not in str(caught.value)
    assert "a value of type date is not written as one" in str(caught.value)


def test_trace_is_heard_and_changes_nothing() -> None:
    heard = []
    found = compile_expression("name.given.trace('names', $this & '!').count()").evaluate(
        PATIENT, trace=lambda name, items: heard.append((name, items))
    )
    assert found == [3]
    assert heard == [("names", ["Ada!", "Ngozi!", "Ada!"])]


def test_terminology_answers_member_of() -> None:
    observation = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": "urn:x", "code": "A"}, {"system": "urn:y", "code": "B"}]},
    }
    asked = []

    def is_member(value_set: str, system: str | None, code: str) -> bool:
        asked.append((value_set, system, code))
        return code == "B"

    found = compile_expression("code.memberOf('urn:vs')").evaluate(observation, is_member=is_member)
    assert found == [True]
    assert asked == [("urn:vs", "urn:x", "A"), ("urn:vs", "urn:y", "B")]


def test_variables_are_given_as_values_lists_or_objects() -> None:
    expression = compile_expression("%one + %many.count() + %thing.size.toInteger()")
    variables = {"one": 1, "many": ["a", "b"], "thing": {"size": "4"}}
    assert expression.evaluate(PATIENT, variables=variables) == [7]
    assert compile_expression("%none.empty()").evaluate({}, variables={"none": None}) == [True]
