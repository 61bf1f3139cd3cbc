"""Direct readers give what full evaluation gives, on any resource."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.records.fhirpath import compile_expression
from kangmai.records.fhirpath.direct import UNEXPECTED, Indirect, Scope, direct
from kangmai.records.fhirpath.expression import typed
from kangmai.records.fhirpath.model import get_type

WORDS = st.sampled_from(["a", "b", "official", "usual"])
EXTENSIONS = st.lists(
    st.fixed_dictionaries({"url": st.sampled_from(["u1", "u2"])}, optional={"valueCode": WORDS}),
    max_size=2,
)
HALF = st.fixed_dictionaries({"extension": EXTENSIONS})
NAMES = st.fixed_dictionaries(
    {},
    optional={
        "use": WORDS,
        "family": WORDS,
        "_family": HALF,
        "given": st.lists(WORDS, min_size=1, max_size=3),
    },
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.just("Patient")},
    optional={
        "id": WORDS,
        "active": st.booleans(),
        "gender": WORDS,
        "birthDate": st.just("2001-02-03"),
        "_birthDate": HALF,
        "name": st.lists(NAMES, max_size=3),
        "extension": EXTENSIONS,
        "deceasedBoolean": st.booleans(),
        "multipleBirthInteger": st.integers(0, 3),
        "managingOrganization": st.fixed_dictionaries(
            {}, optional={"reference": st.sampled_from(["Organization/1", "urn:uuid:1", "#1"])}
        ),
    },
)
PATHS = [
    "id",
    "Patient.gender",
    "birthDate",
    "birthDate.exists()",
    "gender.empty()",
    "active",
    "active.not()",
    "name.family",
    "name.family.first()",
    "name.given",
    "name.given[1]",
    "name.last().given.first()",
    "name.first().family.exists()",
    "name.where(use = 'official').family",
    "name.where(use = %word and family != 'b').given.join(', ')",
    "name.where(use = 'a' or use = 'b').exists()",
    "name.exists(given = 'a')",
    "name.use = 'a'",
    "name.given.join()",
    "deceased.ofType(boolean)",
    "multipleBirth.ofType(integer) >= 2",
    "(multipleBirth as integer) = %number",
    "extension('u1').value.ofType(code)",
    "extension('u2').first().url",
    "managingOrganization.getReferenceKey(Organization)",
    "managingOrganization.exists() and active",
    "getResourceKey()",
    "'fixed'",
]
CONSTANTS = {"word": typed("official", "code"), "number": typed(2, "positiveInt")}


def read_directly(text: str, patient: dict[str, Any]) -> list[Any] | None:
    """The answer of the direct reader as a list, None where it leaves it to full evaluation."""
    node = compile_expression(text).node
    reader = direct(node, Scope(get_type("Patient"), CONSTANTS))
    assert reader is not None
    try:
        found = reader.read(patient)
    except (*UNEXPECTED, Indirect):
        return None
    return found if reader.is_many else [] if found is None else [found]


@pytest.mark.parametrize("text", PATHS)
@settings(max_examples=50)
@given(patient=PATIENTS)
def test_direct_is_full(text: str, patient: dict[str, Any]) -> None:
    ours = read_directly(text, patient)
    in_full = compile_expression(text).evaluate(
        patient, variables={"word": "official", "number": 2}
    )
    assert ours is None or ours == in_full


@pytest.mark.parametrize("text", PATHS)
def test_direct_readers_answer_an_ordinary_patient(text: str) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "a",
        "name": [{"use": "official", "family": "a", "given": ["a", "b"]}],
        "managingOrganization": {"reference": "Organization/1"},
    }
    assert read_directly(text, patient) is not None


@pytest.mark.parametrize(
    "text",
    [
        "name.given.lowBoundary()",
        "birthDate > @2000",
        "deceased",
        "contained.id",
        "nme",
        "children()",
    ],
)
def test_what_cannot_be_promised_has_no_direct_reader(text: str) -> None:
    assert direct(compile_expression(text).node, Scope(get_type("Patient"), {})) is None
