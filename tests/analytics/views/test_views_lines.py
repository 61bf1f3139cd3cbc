"""Views over many lines: DuckDB and Python give the same rows, in the same order, and refuse the same."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kangmai.analytics.views.compiler import CompiledView, compile_view
from kangmai.analytics.views.errors import ResourceUnreadable, RowRefused, ViewRefused
from kangmai.analytics.views.lines import DuckExtract, by_python, written_rows
from kangmai.analytics.views.shipped import KIND, ROOM, shipped_views
from kangmai.analytics.views.sql.rows import view_query
from kangmai.kernel import definitions
from kangmai.records.fhirpath.reading import read_json, write_json

PEOPLE: dict[str, Any] = {
    "resource": "Patient",
    "constant": [{"name": "card", "valueUri": "urn:x:card"}],
    "select": [
        {
            "column": [
                {"name": "id", "path": "getResourceKey()"},
                {"name": "card", "path": "identifier.where(system = %card).value.first()"},
                {"name": "family", "path": "name.family"},
                {"name": "given", "path": "name.given", "collection": True},
                {"name": "all", "path": "name.given.join(' ')"},
                {"name": "dead", "path": "deceased.exists()"},
                {"name": "order", "path": "multipleBirth.ofType(integer)"},
                {
                    "name": "doctor",
                    "path": "generalPractitioner.getReferenceKey(Practitioner).first()",
                },
            ]
        },
        {
            "forEachOrNull": "contact",
            "column": [{"name": "n", "path": "%rowIndex"}, {"name": "sex", "path": "gender"}],
            "unionAll": [
                {"forEach": "telecom", "column": [{"name": "way", "path": "value"}]},
                {"column": [{"name": "way", "path": "name.family"}]},
            ],
        },
    ],
    "where": [{"path": "active.not() or name.exists(use = 'official')"}],
}
LIN: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "lin",
    "active": True,
    "identifier": [{"system": "urn:x:card", "value": 'A"1\\'}, {"system": "urn:x:record"}],
    "name": [{"use": "official", "family": "林\n", "given": ["Bo", 'An"\\é']}],
    "deceasedDateTime": "2020-01",
    "multipleBirthInteger": 2,
    "generalPractitioner": [{"reference": "Organization/o"}, {"reference": "Practitioner/p"}],
    "contact": [
        {"gender": "male", "telecom": [{"value": "1"}, {"value": "2"}], "name": {"family": "Ma"}},
        {"name": {"family": "Wu"}},
    ],
}
PARTS: dict[str, Any] = {
    "resource": "Patient",
    "select": [
        {"forEachOrNull": "name.given", "column": [{"name": "given", "path": "$this"}]},
        {
            "forEach": "contact",
            "select": [
                {"column": [{"name": "ways", "path": "telecom.count()"}]},
                {"forEachOrNull": "telecom", "column": [{"name": "way", "path": "value"}]},
            ],
            "column": [
                {"name": "of", "path": "%resource.id"},
                {"name": "when", "path": "%resource.deceased.ofType(dateTime) | name.period.start"},
                {"name": "none", "path": "{}"},
                {"name": "young", "path": "%resource.multipleBirth.ofType(integer) < 2"},
                {"name": "last", "path": "%resource.identifier[1].system"},
            ],
        },
    ],
}
VALUES: dict[str, Any] = {
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "id", "path": "id"},
                {"name": "value", "path": "value.ofType(Quantity).value"},
            ]
        }
    ],
}


def sql_of(view: CompiledView) -> Any:
    return view_query(view.view, {name: items[0] for name, items in view.constants.items()})


def outcome(written: Callable[[], Iterator[bytes]]) -> list[Any]:
    """The rows as JSON with the digits of numbers, and at last the reason why it stopped."""
    rows: list[Any] = []
    try:
        for text in written():
            rows.extend(read_json(line) for line in text.split(b"\n"))
    except (RowRefused, ResourceUnreadable) as error:
        rows.append(str(error))
    return [repr(row) for row in rows]


def check_same(definition: dict[str, Any], lines: Iterable[bytes], alone: int = 1) -> list[Any]:
    view = compile_view(definition)
    given_lines = [b'{"resourceType": "Basic"}\n', *lines]
    expected = outcome(lambda: by_python(view, given_lines, None))
    found = outcome(lambda: written_rows(view, given_lines, few=1, alone=alone))
    assert found == expected
    return found


def observed(number: str) -> bytes:
    return b'{"resourceType":"Observation","id":"o","valueQuantity":{"value":%s}}' % number.encode()


@pytest.mark.parametrize("number", ["5.60", "5.6", "0.00001", "1e3", "1E-2", "-0", "-0.0", "12345678901234567.5", "3", "0.10", "1.05", "36.0", "100000000000000000000", "-7"])  # fmt: skip
def test_numbers_keep_their_digits(number: str) -> None:
    found = check_same(VALUES, [observed(number)])
    assert found == [repr({"id": "o", "value": read_json(number)})]


LINES = {
    "a list where a text belongs": LIN | {"id": ["lin"]},
    "a text where a list belongs": LIN | {"name": "Lin"},
    "an object where a list belongs": LIN | {"name": LIN["name"][0]},
    "a number where a text belongs": LIN | {"contact": [{"gender": 1}]},
    "a text where a Boolean belongs": LIN | {"active": "false"},
    "half a number": LIN | {"multipleBirthInteger": 2.0},
    "null among texts": LIN | {"name": [{"use": "official", "given": [None, "Bo"]}]},
    "null among objects": LIN | {"name": [None, LIN["name"][0]]},
    "a companion of a text": LIN | {"name": [{"use": "official", "_given": [{"id": "g"}]}]},
    "a companion alone": LIN | {"deceasedDateTime": None, "_deceasedDateTime": {"id": "d"}},
    "two where one is allowed": LIN | {"name": [*LIN["name"], {"family": "Lim"}]},
    "a reference elsewhere": LIN | {"generalPractitioner": [{"reference": "urn:uuid:1"}]},
    "a reference of a version": LIN | {"generalPractitioner": [{"reference": "Practitioner/p/_history/2"}]},
    "keys of other case": {"resourceType": "Patient", "ID": "lin", "active": False},
    "an empty id": LIN | {"id": ""},
    "empty lists": LIN | {"contact": [], "identifier": []},
    "a control character": LIN | {"id": "\x01"},
    "a Bundle": {"resourceType": "Bundle", "entry": [{"resource": LIN}, {"resource": LIN}]},
    "another type": {"resourceType": "Group", "name": "Lin"},
    "no type": {"id": "lin"},
}  # fmt: skip


@pytest.mark.parametrize("odd", LINES.values(), ids=LINES.keys())
def test_what_is_not_as_r4_says_is_read_by_python(odd: dict[str, Any]) -> None:
    lines = [write_json(each) + b"\n" for each in (LIN, odd, LIN)]
    check_same(PEOPLE, lines)
    check_same(PEOPLE, lines, alone=500)


BROKEN = {
    "NaN": b'{"resourceType":"Patient","id":"a","active":false,"x":NaN}\n',
    "a comma too many": b'{"resourceType":"Patient","id":"a","active":false,}\n',
    "a key twice": b'{"resourceType":"Patient","id":"a","active":true,"active":false}\n',
    "half a line": b'{"resourceType":"Patient","id":\n',
    "two on a line": b'{"resourceType":"Patient"} {"resourceType":"Patient"}\n',
    "a list": b'[{"resourceType":"Patient","id":"a","active":false}]\n',
    "a number": b"5\n",
    "null": b"null\n",
    "half a character": b'{"resourceType":"Patient","id":"\xe6\x9e","active":false}\n',
    "blank lines": b"\n  \r\n\n",
    "deeper than DuckDB reads": b'{"resourceType":"Patient","id":"a","active":false,"x":'
    + b"[" * 200 + b"]" * 200 + b"}\n",
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_lines_that_are_no_json_are_refused_in_their_place(broken: bytes) -> None:
    whole = write_json(LIN) + b"\n"
    check_same(PEOPLE, [whole, *broken.splitlines(keepends=True), whole])


def test_one_line_among_thousands_leaves_few_others_to_python(tmp_path: Path) -> None:
    lines = [write_json(LIN | {"id": f"p{number}"}) + b"\n" for number in range(3000)]
    lines[1700] = write_json(LIN | {"name": "Lin"}) + b"\n"
    assert len(check_same(PEOPLE, lines, alone=100)) == 4 * 2999
    with duckdb.connect() as connection:
        made = DuckExtract(connection, sql_of(compile_view(PEOPLE)), tmp_path, 100).rows(lines)
    left = [number for number, rows in enumerate(made) if rows is None]
    assert 1700 in left
    assert len(left) <= 100


def test_a_line_longer_than_duckdb_takes_is_read_by_python() -> None:
    long = write_json(LIN | {"text": {"div": "x" * 3_000_000}}) + b"\n"
    assert len(check_same(PEOPLE, [write_json(LIN), long, write_json(LIN)])) == 12


def test_every_view_that_ships_has_sql_and_those_of_this_test() -> None:
    assert all(sql_of(compile_view(each)) for each in (PEOPLE, PARTS, VALUES))
    compiled = {name: compile_view(view.definition()) for name, view in shipped_views().items()}
    assert [name for name, view in compiled.items() if sql_of(view) is None] == []


@pytest.mark.outside
def test_the_official_suite_has_the_same_rows(testdata: Path) -> None:
    with_sql = 0
    for file in sorted((testdata / "sql-on-fhir").glob("*.json")):
        suite = read_json(file.read_bytes())
        for test in suite["tests"]:
            try:
                view = compile_view(test["view"])
            except ViewRefused:
                continue
            check_same(test["view"], [write_json(each) for each in suite["resources"]])
            with_sql += sql_of(view) is not None
    assert with_sql == 98


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: what holds it and its key or number there."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: thawed(inner) for key, inner in value.items()}
    return [thawed(inner) for inner in value] if isinstance(value, tuple | list) else value


EXAMPLES = [(PEOPLE, LIN), (PARTS, LIN)] * 3 + [
    (shipped_views()[definition.id].definition(), thawed(resource))
    for definition in definitions.load(ROOM, KIND)
    for example in definitions.cases(definition)
    for resource in example["given"]
]
ODD_VALUES: list[Any] = [None, 0, 1.5, True, "", "x", "2024-02", [], {}, ["x"], [None], {"x": "y"}, [{"code": "z"}], {"reference": "urn:x"}, "\\u0001", "Practitioner/1"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_changed_in_a_resource_gives_the_same(data: st.DataObject) -> None:
    definition, resource = data.draw(st.sampled_from(EXAMPLES))
    lines = []
    for _ in range(12):
        changed = json.loads(json.dumps(resource, default=float))
        for _ in range(data.draw(st.integers(0, 2))):
            found = list(places(changed))
            holder, key = found[data.draw(st.integers(0, len(found) - 1))]
            change = data.draw(st.sampled_from(["value", "drop", "wrap", "case", "half"]))
            if change == "value":
                holder[key] = deepcopy(data.draw(st.sampled_from(ODD_VALUES)))
            elif change == "wrap":
                holder[key] = [holder[key]]
            elif change == "drop":
                del holder[key]
            elif isinstance(holder, dict):
                holder[key.upper() if change == "case" else f"_{key}"] = holder[key]
        lines.append(write_json(changed))
    check_same(definition, lines)
