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
        (view(wheer=[]), "the view", "a view has no wheer"),
        (view(where=[{"path": "active", "patth": "x"}]), "where[0]", "a where has no patth"),
        (column(colection=True), "select[0].column[0]", "a column has no colection"),
        (
            view(constant=[{"name": "c", "valueCode": "x", "typ": "code"}]),
            "constant[0]",
            "a constant has no typ",
        ),
        (
            column(path="managingOrganization.getReferenceKey(Nobody)"),
            "select[0].column[0] (a)",
            "'managingOrganization.getReferenceKey(Nobody)', line 1, column 38: there is no type Nobody",
        ),
        (view(where=[{"path": "gender"}]), "where[0]", "'gender' is no Boolean"),
        (view(constant=[{"name": "c"}]), "constant[0]", "exactly one value[x] is needed"),
        (view(constant=[{"name": "_c", "valueCode": "x"}]), "constant[0]", "must begin with"),
        (
            view(constant=[{"name": "context", "valueCode": "x"}]),
            "constant[0]",
            "a meaning already",
        ),
        (view(constant=[{"name": "c", "valueCode": "x"}] * 2), "constant", "is used twice"),
    ],
)
def test_refused_with_its_place(definition: Any, place: str, reason: str) -> None:
    with pytest.raises(ViewRefused) as caught:
        compile_view(definition)
    assert caught.value.details["place"] == place
    assert reason in str(caught.value.details["reason"])


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("valueInteger", "1", "'1' is no integer: a JSON integer is expected"),
        ("valueInteger", True, "True is no integer: a JSON integer is expected"),
        ("valueInteger", 2**31, "a whole number of 32 bits"),
        ("valuePositiveInt", 0, "0 is no positiveInt: a whole number from 1"),
        ("valueUnsignedInt", -1, "a whole number from 0"),
        ("valueInteger64", "9223372036854775808", "a whole number of 64 bits"),
        ("valueInteger64", "007", "a whole number of 64 bits"),
        ("valueInteger64", True, "a whole number of 64 bits"),
        ("valueInteger64", 1.0, "a whole number of 64 bits"),
        ("valueDecimal", "1.5", "a JSON number is expected"),
        ("valueBoolean", "true", "a JSON boolean is expected"),
        ("valueString", "", "it is empty"),
        ("valueCode", " a", "no space at its ends"),
        ("valueId", "a b", "letters, digits, hyphens and dots"),
        ("valueDate", "2020-02-30", "as 2024, 2024-03 or 2024-03-01"),
        ("valueDate", "yesterday", "as 2024, 2024-03 or 2024-03-01"),
        ("valueDateTime", "2020-01-01T10:00", "2024-03-01T08:30:00+08:00"),
        ("valueInstant", "2020-01-01", "as 2024-03-01T08:30:00+08:00"),
        ("valueTime", "25:00:00", "as 08:30:00"),
        ("valueUri", "a b", "a URI holds no spaces"),
        ("valueOid", "1.2.3", "as urn:oid:1.2.3"),
        ("valueUuid", "x", "as urn:uuid:"),
        ("valueBase64Binary", "!!", "base64 in groups of four"),
    ],
)
def test_constants_are_written_as_their_type_asks(key: str, value: Any, reason: str) -> None:
    with pytest.raises(ViewRefused) as caught:
        compile_view(view(constant=[{"name": "c", key: value}]))
    assert caught.value.details["place"] == f"constant[0].{key}"
    assert reason in str(caught.value.details["reason"])


@pytest.mark.parametrize("key", ["valueQuantity", "valueMarkdown", "value", "valueinteger"])
def test_a_type_that_constants_do_not_have_is_named(key: str) -> None:
    with pytest.raises(ViewRefused, match=rf"at constant\[0\]: a constant has no {key}\.$"):
        compile_view(view(constant=[{"name": "c", key: 1}]))


def test_what_a_definition_says_about_itself_is_no_mistake() -> None:
    about = {"resourceType": "ViewDefinition", "url": "http://x/v", "status": "draft", "_name": {}}
    said = column(description="the id", tag=[{"name": "ansi/type", "value": "TEXT"}])
    assert compile_view(about | said | {"fhirVersion": ["4.0.1"]}).names == ("a",)


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
