"""View definitions that are refused, and why."""

from typing import Any

import pytest

from kangmai.analytics.views.compiler import compile_view
from kangmai.analytics.views.errors import ViewRefused

ID = {"name": "id", "path": "id"}


def view(**parts: Any) -> dict[str, Any]:
    return {"resource": "Patient", "select": [{"column": [ID]}]} | parts


def select(**parts: Any) -> dict[str, Any]:
    return view(select=[parts])


def column(**parts: Any) -> dict[str, Any]:
    return select(column=[{"name": "a", "path": "id"} | parts])


@pytest.mark.parametrize(
    ("definition", "place", "reason"),
    [
        ([], "the view", "an object is expected"),
        (view(resource="Paitent"), "resource", "R4 has no resource type Paitent"),
        (view(name="a b"), "name", "must begin with a letter"),
        (view(select=[]), "select", "at least one is needed"),
        (view(select={}), "select", "a list is expected"),
        (view(select=["x"]), "select[0]", "an object is expected"),
        (select(forEach="name"), "select[0]", "no column is selected"),
        (select(forEach="name", forEachOrNull="name", column=[ID]), "select[0]", "exclude each"),
        (select(forEech="name", column=[ID]), "select[0]", "a select has no forEech"),
        (select(forEach=1, column=[ID]), "select[0]", "forEach must be a text"),
        (select(repeat="item", column=[ID]), "select[0].repeat", "a list of paths is expected"),
        (select(repeat=[1], column=[ID]), "select[0].repeat[0]", "a path must be a text"),
        (select(column=[{"path": "id"}]), "select[0].column[0]", "name must be a text"),
        (select(column=[{"name": "a"}]), "select[0].column[0]", "path must be a text"),
        (column(name="1a"), "select[0].column[0]", "must begin with a letter"),
        (column(collection="yes"), "select[0].column[0]", "collection must be true or false"),
        (column(path="nme"), "select[0].column[0] (a)", "Patient has no element nme"),
        (column(path="name."), "select[0].column[0] (a)", "a name expected, found the end"),
        (column(path="%nobody"), "select[0].column[0] (a)", "the constant %nobody is not defined"),
        (column(path="deceasedBoolean"), "select[0].column[0] (a)", "deceased.ofType(boolean)"),
        (select(column=[ID, ID]), "column", "the name id is used twice"),
        (select(column=[ID], select=[{"column": [ID]}]), "column", "the name id is used twice"),
        (
            select(unionAll=[{"column": [ID]}, {"column": [{"name": "b", "path": "id"}]}]),
            "select[0].unionAll[1]",
            "its columns differ from those of the first part",
        ),
        (
            select(forEach="name", column=[{"name": "city", "path": "city"}]),
            "select[0].column[0] (city)",
            "HumanName has no element city",
        ),
        (view(where=[{}]), "where[0]", "path must be a text"),
        (view(where=[{"path": "gender"}]), "where[0]", "'gender' is no Boolean"),
        (view(constant=[{"name": "c"}]), "constant[0]", "exactly one value[x] is needed"),
        (view(constant=[{"name": "_c", "valueCode": "x"}]), "constant[0]", "must begin with"),
        (
            view(constant=[{"name": "context", "valueCode": "x"}]),
            "constant[0]",
            "a meaning already",
        ),
        (
            view(constant=[{"name": "c", "valueInteger": "1"}]),
            "constant[0].valueInteger",
            "the value is not of its type",
        ),
        (
            view(constant=[{"name": "c", "valueQuantity": {}}]),
            "constant[0].valueQuantity",
            "the value is not of its type",
        ),
        (view(constant=[{"name": "c", "valueCode": "x"}] * 2), "constant", "is used twice"),
    ],
)
def test_refused_with_its_place(definition: Any, place: str, reason: str) -> None:
    with pytest.raises(ViewRefused) as caught:
        compile_view(definition)
    assert caught.value.details["place"] == place
    assert reason in str(caught.value.details["reason"])


def test_paths_in_a_repeat_need_not_fit_every_type() -> None:
    compiled = compile_view(
        {
            "resource": "QuestionnaireResponse",
            "select": [
                {"repeat": ["item", "answer.item"], "column": [{"name": "a", "path": "linkId"}]}
            ],
        }
    )
    assert compiled.names == ("a",)
    with pytest.raises(ViewRefused, match=r"QuestionnaireResponse.item has no element lnkId"):
        compile_view(
            {
                "resource": "QuestionnaireResponse",
                "select": [{"repeat": ["item"], "column": [{"name": "a", "path": "lnkId"}]}],
            }
        )


@pytest.mark.parametrize(
    ("parts", "note"),
    [
        ({"path": "gender", "type": "boolean"}, "boolean is declared, code is found"),
        ({"path": "name.first()"}, "HumanName is no primitive, and no type is declared"),
        ({"path": "name.count()", "type": "code"}, "code is declared, System.Integer is found"),
    ],
)
def test_odd_types_are_noted(parts: dict[str, Any], note: str) -> None:
    assert compile_view(column(**parts)).notes == [f"select[0].column[0] (a): {note}"]


@pytest.mark.parametrize(
    "parts",
    [
        {"path": "gender"},
        {"path": "birthDate", "type": "string"},
        {"path": "name.first()", "type": "HumanName"},
        {"path": "extension('u').value", "type": "decimal"},
        {"path": "%rowIndex", "type": "integer"},
        {"path": "id", "type": "http://hl7.org/fhir/StructureDefinition/id"},
    ],
)
def test_fitting_and_unknown_types_are_not_noted(parts: dict[str, Any]) -> None:
    assert compile_view(column(**parts)).notes == []
