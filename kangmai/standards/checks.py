"""What must hold of the tables of this room beyond the shape of their headers.

Importing this module registers the checks with the loader of definitions.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kangmai.kernel.definitions import Definition, register_checker


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_code_sets(definition: Definition) -> Iterator[str]:
    """Every set has codes; every code stands once, in a known set, with both labels and a parent of its set."""
    path = definition.path.with_suffix(".csv")
    if not path.exists():
        yield f"/sets: there is no table {path.name}"
        return
    rows = _rows(path)
    times = Counter((row["set"], row["code"]) for row in rows)
    for name in set(definition.content["sets"]) - {row["set"] for row in rows}:
        yield f"/sets/{name}: no code of this set is in {path.name}"
    for line, row in enumerate(rows, start=2):
        if row["set"] not in definition.content["sets"]:
            yield f"{path.name} line {line}, set {row['set']!r} is not in the header"
        for fault in _code_faults(row, times=times):
            yield f"{path.name} line {line}, {fault}"


def _code_faults(row: dict[str, str], *, times: Counter[tuple[str, str]]) -> Iterator[str]:
    if times[row["set"], row["code"]] > 1:
        yield f"code {row['code']!r} stands twice"
    if not (row["zh"] and row["en"]):
        yield f"code {row['code']!r} lacks a label"
    if row["parent"] and (row["set"], row["parent"]) not in times:
        yield f"parent {row['parent']!r} is not in the set"


def check_divisions(definition: Definition) -> Iterator[str]:
    """Every table named is there, every parent is listed, and the display and English names have a division."""
    folder = definition.path.with_suffix("")
    for name in definition.content["tables"]:
        if not (folder / name).exists():
            yield f"/tables/{name}: there is no such file in {folder.name}"
    rows = _rows(folder / "divisions.csv") if (folder / "divisions.csv").exists() else []
    listed = {row["code"] for row in rows}
    for line, row in enumerate(rows, start=2):
        if row["parent"] not in listed and row["level"] != "province":
            yield f"divisions.csv line {line}, parent {row['parent']!r} is not listed"
    for part in ("display", "english"):
        for code in definition.content[part]:
            if code not in listed:
                yield f"/{part}/{code}: is not listed"


register_checker("standards", "code_sets", check_code_sets)
register_checker("standards", "divisions", check_divisions)
