"""SMART scope strings, versions 1 and 2, as permissions.

Source: SMART App Launch 2.2, Scopes for requesting FHIR Resources; its examples are marked *.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.access import errors, rules
from kangmai.access.smart import common, covers

GOLDEN = [
    # scope, context, interactions, type
    ("system/*.rs", "system", "read search", ""),
    ("system/*.cruds", "system", "create read update delete search", ""),
    ("system/*.*", "system", "create read update delete search", ""),
    ("system/*.read", "system", "read search", ""),
    ("system/*.write", "system", "create update delete", ""),
    ("user/Observation.read", "user", "read search", "Observation"),
    ("user/Observation.rs", "user", "read search", "Observation"),  # *
    ("patient/Observation.rs", "patient", "read search", "Observation"),  # *
    ("patient/*.rs", "patient", "read search", ""),  # *
    ("patient/*.cruds", "patient", "create read update delete search", ""),  # *
    ("system/Patient.c", "system", "create", "Patient"),
    ("system/Patient.ud", "system", "update delete", "Patient"),
    ("system/AuditEvent.cs", "system", "create search", "AuditEvent"),
    ("user/Condition.write", "user", "create update delete", "Condition"),
]


@pytest.mark.parametrize(("scope", "context", "interactions", "kind"), GOLDEN)
def test_golden(scope, context, interactions, kind):
    parsed = rules.parse_scopes(scope)
    suffix = f":{kind}" if kind else ""
    assert parsed.context == context
    assert parsed.permissions == {f"records.{each}{suffix}" for each in interactions.split()}


REFUSED = [
    "",
    "   ",
    "openid",
    "launch/patient",
    "system/*",
    "system/*.",
    "system/*.sr",  # out of order
    "system/*.rr",
    "system/*.x",
    "system/Observation.rs?category=laboratory",
    "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
    "system/Observatio.rs",
    "system/observation.rs",
    "System/Patient.rs",
    "clinician/Patient.rs",
    "system/Patient.rs,system/Observation.rs",
    "system/../Patient.rs",
    "patient/*.rs system/*.rs",
]


@pytest.mark.parametrize("scope", REFUSED)
def test_refused_with_the_reason(scope):
    with pytest.raises(errors.ScopeRefused) as refusal:
        rules.parse_scopes(scope)
    assert refusal.value.details["reason"]
    assert refusal.value.message("zh").startswith("授权范围")


def test_several_scopes_add_up():
    parsed = rules.parse_scopes("system/Patient.r  system/Observation.cs\nuser/*.s")
    assert parsed.permissions == {
        "records.read:Patient",
        "records.create:Observation",
        "records.search:Observation",
        "records.search",
    }


PERMISSIONS = st.sets(
    st.sampled_from(
        [
            f"records.{verb}{kind}"
            for verb in ("read", "search", "create")
            for kind in ("", ":Patient", ":Observation")
        ]
    )
)
TYPED = st.sampled_from(
    [f"records.{v}:{k}" for v in ("read", "search", "create") for k in ("Patient", "Observation")]
)


@given(PERMISSIONS, PERMISSIONS, TYPED)
def test_what_is_common_covers_exactly_what_both_cover(left, right, wanted):
    assert covers(common(left, right), wanted) is (covers(left, wanted) and covers(right, wanted))
