"""The rows of views: golden cases, and equality with the specification's algorithm word for word."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kangmai.analytics.views.compiler import compile_view
from kangmai.analytics.views.errors import RowRefused
from tests.analytics.views.plain_views import rows as plain_rows

ID = {"name": "id", "path": "getResourceKey()"}


def records(view: dict[str, Any], *resources: dict[str, Any], **lent: Any) -> list[dict[str, Any]]:
    compiled = compile_view(view)
    return [record for resource in resources for record in compiled.records(resource, **lent)]


def view(*selections: dict[str, Any], resource: str = "Patient", **more: Any) -> dict[str, Any]:
    return {"resource": resource, "select": list(selections)} | more


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "birthDate": "1970-06",
    "name": [{"family": "Lin", "given": ["Bo", "An"]}, {"family": "Lim"}],
    "contact": [{"name": {"family": "Ma"}}],
}


def test_columns_come_in_the_order_of_the_definition() -> None:
    definition = view(
        {
            "unionAll": [{"column": [{"name": "c", "path": "'c'"}]}],
            "select": [{"column": [{"name": "b", "path": "'b'"}]}],
            "column": [{"name": "a", "path": "'a'"}],
        },
        {"column": [{"name": "d", "path": "'d'"}]},
    )
    assert compile_view(definition).names == ("a", "b", "c", "d")
    assert [list(record) for record in records(definition, PATIENT)] == [["a", "b", "c", "d"]]


def test_siblings_are_crossed_and_parents_repeated() -> None:
    definition = view(
        {"column": [ID]},
        {"forEach": "name", "column": [{"name": "name", "path": "family"}]},
        {"forEachOrNull": "contact", "column": [{"name": "contact", "path": "name.family"}]},
    )
    assert records(definition, PATIENT) == [
        {"id": "p1", "name": "Lin", "contact": "Ma"},
        {"id": "p1", "name": "Lim", "contact": "Ma"},
    ]


def test_null_row_has_every_column_and_index_zero() -> None:
    inner = {"forEach": "telecom", "column": [{"name": "value", "path": "value"}]}
    definition = view(
        {
            "forEachOrNull": "address",
            "column": [{"name": "place", "path": "%rowIndex"}, {"name": "one", "path": "'1'"}],
        },
        {"forEachOrNull": "contact", "select": [inner]},
    )
    bare = {"resourceType": "Patient"}
    assert records(definition, bare) == [{"place": 0, "one": None, "value": None}]
    assert records(definition, PATIENT) == []


def test_collections_and_the_refusal_of_several_values() -> None:
    many = view({"column": [{"name": "given", "path": "name.given", "collection": True}]})
    assert records(many, PATIENT) == [{"given": ["Bo", "An"]}]
    assert records(many, {"resourceType": "Patient"}) == [{"given": []}]
    one = view({"column": [{"name": "given", "path": "name.given"}]})
    with pytest.raises(
        RowRefused, match=r"Patient/p1, at select\[0\].column\[0\] \(given\): 2 val"
    ):
        records(one, PATIENT)


def test_where_must_be_boolean_for_each_resource() -> None:
    definition = view({"column": [ID]}, where=[{"path": "extension('u').value"}])
    wanted = {"resourceType": "Patient", "id": "a", "extension": [{"url": "u"}]}
    wanted["extension"][0]["valueBoolean"] = True  # type: ignore[index]
    assert records(definition, wanted, {"resourceType": "Patient", "id": "b"}) == [{"id": "a"}]
    other = {"resourceType": "Patient", "extension": [{"url": "u", "valueString": "yes"}]}
    with pytest.raises(RowRefused, match="is no Boolean"):
        records(definition, other)


def test_constants_keep_their_types() -> None:
    constants = [
        {"name": "day", "valueDate": "1970-06-01"},
        {"name": "limit", "valueDecimal": Decimal("1.50")},
        {"name": "word", "valueString": "Lim"},
        {"name": "yes", "valueBoolean": True},
    ]
    columns = [
        {"name": "before", "path": "birthDate < %day"},
        {"name": "surely", "path": "birthDate < %day + 2 months"},
        {"name": "limit", "path": "%limit"},
        {"name": "second", "path": "name.where(family = %word).exists() = %yes"},
    ]
    definition = view({"column": columns}, constant=constants)
    (record,) = records(definition, PATIENT)
    assert record == {
        "before": None,
        "surely": True,
        "limit": Decimal("1.50"),
        "second": True,
    }
    assert str(record["limit"]) == "1.50"


def test_boundaries_of_a_period() -> None:
    columns = [
        {"name": "low", "path": "period.lowBoundary()"},
        {"name": "high", "path": "period.highBoundary()"},
    ]
    encounter = {"resourceType": "Encounter", "period": {"start": "2024-02", "end": "2024-02"}}
    assert records(view({"column": columns}, resource="Encounter"), encounter) == [
        {"low": "2024-02-01T00:00:00.000+14:00", "high": "2024-02-29T23:59:59.999-12:00"}
    ]


def test_index_within_repeat_and_union() -> None:
    item = {"linkId": "1", "item": [{"linkId": "1.1"}, {"linkId": "1.2"}]}
    response = {"resourceType": "QuestionnaireResponse", "item": [item, {"linkId": "2"}]}
    columns = [{"name": "n", "path": "%rowIndex"}, {"name": "link", "path": "linkId"}]
    definition = view(
        {
            "unionAll": [
                {"repeat": ["item"], "column": columns},
                {"forEach": "item", "column": columns},
            ]
        },
        resource="QuestionnaireResponse",
    )
    assert [(r["n"], r["link"]) for r in records(definition, response)] == [
        *[(0, "1"), (1, "1.1"), (2, "1.2"), (3, "2")],
        *[(0, "1"), (1, "2")],
    ]


def test_a_repeat_without_end_is_refused() -> None:
    definition = view({"repeat": ["$this"], "column": [{"name": "x", "path": "'x'"}]})
    with pytest.raises(RowRefused, match="repeat gave more than"):
        records(definition, PATIENT)


def test_now_is_the_caller_s_moment() -> None:
    definition = view({"column": [{"name": "day", "path": "today()"}]})
    at = datetime(2025, 7, 1, tzinfo=UTC)
    assert records(definition, PATIENT, at=at) == [{"day": "2025-07-01"}]
    with pytest.raises(RowRefused, match="no moment is given"):
        records(definition, PATIENT)


def test_items_that_are_no_elements_can_be_iterated() -> None:
    definition = view(
        {"forEach": "name.family.toChars()", "column": [{"name": "mark", "path": "$this"}]}
    )
    one = {"resourceType": "Patient", "name": [{"family": "Ma"}]}
    assert records(definition, one) == [{"mark": "M"}, {"mark": "a"}]


def test_json_that_breaks_the_cardinality_is_read_in_full() -> None:
    definition = view({"column": [{"name": "gender", "path": "gender"}]})
    assert records(definition, {"resourceType": "Patient", "gender": ["male"]}) == [
        {"gender": "male"}
    ]


WORDS = st.sampled_from(["a", "b", "official"])
NAMES = st.fixed_dictionaries(
    {}, optional={"use": WORDS, "family": WORDS, "given": st.lists(WORDS, min_size=1, max_size=2)}
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.just("Patient"), "id": WORDS},
    optional={
        "active": st.booleans(),
        "name": st.lists(NAMES, max_size=3),
        "contact": st.lists(
            st.fixed_dictionaries({}, optional={"name": NAMES, "gender": WORDS}), max_size=2
        ),
    },
)
MEMBERS = ["use", "family", "given.first()", "given.join('-')", "given.count()"]
OTHERS = ["family.exists()", "%rowIndex", "'fixed'", "(use = 'official').not()", "family & '!'"]
NAME_PATHS = st.sampled_from([*MEMBERS, *OTHERS])
EACH_NAME = st.sampled_from(["name", "contact.name", "name.where(use = 'a')", "name.first()"])


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    """Views whose columns have names of their own."""
    number = iter(range(100))

    def columns(paths: Any, most: int) -> list[dict[str, Any]]:
        chosen = draw(st.lists(paths, min_size=1, max_size=most))
        return [{"name": f"c{next(number)}", "path": path} for path in chosen]

    def over_names() -> dict[str, Any]:
        key = draw(st.sampled_from(["forEach", "forEachOrNull"]))
        paths = NAME_PATHS if key == "forEach" else NAME_PATHS.filter(lambda p: p != "%rowIndex")
        part = {key: draw(EACH_NAME), "column": columns(paths, 3)}
        if draw(st.booleans()):
            given = {"name": f"c{next(number)}", "path": "$this"}
            part["select"] = [{"forEach": "given", "column": [given]}]
        return part

    selections: list[dict[str, Any]] = [{"column": [ID]}]
    selections += [over_names() for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        one = over_names()
        selections.append({"unionAll": [one, one]})
    where = draw(st.sampled_from([[], [{"path": "active"}], [{"path": "name.exists()"}]]))
    return view(*selections, where=where) if where else view(*selections)


@given(views(), PATIENTS)
def test_rows_are_those_of_the_published_algorithm(
    definition: dict[str, Any], patient: dict[str, Any]
) -> None:
    assert records(definition, patient) == plain_rows(definition, patient)
