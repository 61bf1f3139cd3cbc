"""Any JSON and any text is answered or refused, never a crash."""

import contextlib
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.records.fhirpath import ExpressionRefused, compile_expression
from kangmai.records.fhirpath.checker import find_faults

OF_PATIENT = ["name", "given", "extension", "url", "contained", "id", "birthDate", "_birthDate"]
OF_OTHERS = ["entry", "resource", "resourceType", "valueQuantity", "value", "reference", "subject"]
KEYS = st.sampled_from([*OF_PATIENT, *OF_OTHERS, "item", "code"])
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(-5, 5),
    st.sampled_from(["Patient", "Bundle", "#1", "Patient/1", "2020", "x", ""]),
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
)
RESOURCES = st.builds(
    lambda kind, rest: {**rest, "resourceType": kind},
    st.sampled_from(["Patient", "Observation", "Bundle", "Questionnaire", "Nothing"]),
    st.dictionaries(KEYS, JSON, max_size=5),
)
EXPRESSIONS = [
    "descendants()",
    "extension('x').value",
    "descendants().resolve()",
    "name.given.distinct() | birthDate | id",
    "birthDate < today() or value > 1 'mg'",
    "descendants().select($this = $this)",
    "descendants().select($this ~ $this).count()",
    "descendants().type().name",
    "repeat(item).code",
    "getResourceKey() | descendants().getReferenceKey()",
    "descendants().hasValue() | contained.id | entry.resource.id",
    "subject.memberOf('x')",
    "value.toString() & value.unit",
    "descendants().ofType(Quantity).lowBoundary()",
    "descendants().where($this is string).join(',')",
]
SYMBOLS = [".", "(", ")", "()", "+", "-", "=", "|", "{}", "[", "]", " ", ","]
WORDS = ["name", "given", "first", "where", "is", "as", "and", "Patient", "%x", "$this"]
PIECES = st.sampled_from([*SYMBOLS, *WORDS, "1", "'a'", "@2020", "1 'mg'", "4 days"])
AT = datetime(2025, 7, 1, tzinfo=UTC)


@settings(max_examples=200)
@given(st.one_of(RESOURCES, JSON), st.sampled_from(EXPRESSIONS))
def test_any_json_is_answered_or_refused(resource: Any, text: str) -> None:
    with contextlib.suppress(ExpressionRefused):
        found = compile_expression(text).evaluate(
            resource, at=AT, is_member=lambda _set, _system, code: code == "x"
        )
        assert isinstance(found, list)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionRefused):
        find_faults(text, "Patient")
        compile_expression(text).evaluate({"resourceType": "Patient", "id": "1"}, at=AT)
