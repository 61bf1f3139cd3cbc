"""The official SQL-on-FHIR v2 suite: all of its tests pass."""

from pathlib import Path
from typing import Any

import pytest

from kangmai.analytics.views.compiler import compile_view
from kangmai.analytics.views.errors import RowRefused, ViewRefused
from kangmai.records.fhirpath.reading import read_json

pytestmark = pytest.mark.outside


def difference(test: dict[str, Any], resources: list[dict[str, Any]]) -> str | None:
    """How our answer differs from the suite's, or None."""
    try:
        view = compile_view(test["view"])
        found = [record for resource in resources for record in view.records(resource)]
    except (ViewRefused, RowRefused) as error:
        return None if test.get("expectError") else str(error)
    if test.get("expectError"):
        return f"not refused: {found}"
    if test.get("expectColumns", list(view.names)) != list(view.names):
        return f"columns {view.names}"
    return None if same_rows(found, test["expect"]) else f"rows {found}"


def same_rows(ours: list[Any], theirs: list[Any]) -> bool:
    """Whether both have the same rows; the specification leaves their order open."""
    left = list(theirs)
    for row in ours:
        if row not in left:
            return False
        left.remove(row)
    return not left


def test_every_test_passes(testdata: Path) -> None:
    count, found = 0, {}
    for file in sorted((testdata / "sql-on-fhir").glob("*.json")):
        suite = read_json(file.read_bytes())
        for test in suite["tests"]:
            count += 1
            if reason := difference(test, suite["resources"]):
                found[f"{file.name}: {test['title']}"] = reason
    assert found == {}
    assert count == 134
