"""Reading resources, and `kangmai views run` as its users meet it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kangmai.analytics.views.errors import ResourceUnreadable
from kangmai.analytics.views.reading import read_resources

A = {"resourceType": "Patient", "id": "a"}
B = {
    "resourceType": "Observation",
    "id": "b",
    "status": "final",
    "subject": {"reference": "urn:uuid:1"},
    "valueQuantity": {"value": 0},
}
BUNDLE = {
    "resourceType": "Bundle",
    "entry": [{"fullUrl": "urn:uuid:1", "resource": A}, {"resource": B}],
}
VIEW = {
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "id", "path": "getResourceKey()"},
                {"name": "patient", "path": "subject.getReferenceKey(Patient)"},
                {"name": "value", "path": "value.ofType(Quantity).value"},
                {"name": "unit", "path": "value.ofType(Quantity).unit"},
            ]
        }
    ],
}


def ids(text: str, **how: bool) -> list[str]:
    lines = text.encode().splitlines(keepends=True)
    return [str(resource["id"]) for resource, _ in read_resources(lines, **how)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{json.dumps(A)}\n\n{json.dumps(B)}\n", ["a", "b"]),
        (json.dumps([A, B]), ["a", "b"]),
        (json.dumps([A, B], indent=2), ["a", "b"]),
        (json.dumps(BUNDLE), ["a", "b"]),
        (json.dumps(BUNDLE, indent=2), ["a", "b"]),
        (f"{json.dumps(BUNDLE)}\n{json.dumps(A)}\n", ["a", "b", "a"]),
        (json.dumps(A, indent=2), ["a"]),
        ("", []),
        ("[]", []),
    ],
)
def test_forms_of_input(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


def test_bundles_stay_closed_where_they_are_wanted() -> None:
    found = list(read_resources([json.dumps(BUNDLE).encode()], opens_bundles=False))
    assert [resource["resourceType"] for resource, _ in found] == ["Bundle"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"resourceType": ', "the file"),
        (f"{json.dumps(A)}\n{{\n", "line 2"),
        (f'{json.dumps(A)}\n{{"id": "x"}}\n', "line 2"),
        (json.dumps([A, 7]), "line 1, item 1"),
        ("3", "line 1"),
    ],
)
def test_what_is_no_resource_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(ResourceUnreadable) as caught:
        ids(text)
    assert caught.value.details["place"] == place


def run(folder: Path, view: Any, resources: str) -> subprocess.CompletedProcess[str]:
    (folder / "view.json").write_text(json.dumps(view))
    (folder / "resources").write_text(resources)
    command = [sys.executable, "-m", "kangmai", "views", "run"]
    files = [str(folder / "view.json"), str(folder / "resources")]
    return subprocess.run([*command, *files], capture_output=True, text=True, check=False)


def test_rows_are_json_lines_with_every_column(tmp_path: Path) -> None:
    text = json.dumps(BUNDLE).replace('"value": 0', '"value": 0.50')
    done = run(tmp_path, VIEW, text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == '{"id":"b","patient":"a","value":0.50,"unit":null}\n'


@pytest.mark.parametrize(
    ("view", "resources", "message"),
    [
        (VIEW | {"resource": None}, "[]", "resource must be a text"),
        (VIEW | {"where": [{"path": "status."}]}, "[]", "where[0]"),
        (VIEW, "{", "the file"),
        (
            {"resource": "Patient", "select": [{"column": [{"name": "n", "path": "name.given"}]}]},
            '{"resourceType":"Patient","id":"z","name":[{"given":["a","b"]}]}',
            "Patient/z",
        ),
    ],
)
def test_refusals_exit_with_2(tmp_path: Path, view: Any, resources: str, message: str) -> None:
    done = run(tmp_path, view, resources)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
