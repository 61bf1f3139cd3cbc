"""Read a CSV file of institutions row by row: every fault with its line and column, none hidden by another."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kangmai.kernel import definitions
from kangmai.kernel.errors import Incorrect
from kangmai.registry import rules
from kangmai.registry.errors import (
    RepeatedInFile,
    TableHeaderWrong,
    ValueMalformed,
    ValueMissing,
    ValueUnknown,
)
from kangmai.registry.types import OrganizationFacts, OrganizationKind, RowError
from kangmai.registry.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """One row of the file; the parent is named by its code, since it may stand in the same file."""

    line: int
    facts: OrganizationFacts
    parent_code: str


def read_organizations(text: str) -> tuple[list[OrganizationRow], list[RowError]]:
    """The rows that are right, and what is wrong with the others.

    Raises:
        TableHeaderWrong: the first line does not name the columns.
    """
    columns = _columns("organizations")
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = _header(next(reader, []), columns)
    rows: list[OrganizationRow] = []
    errors: list[RowError] = []
    lines: dict[str, int] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        found = _read_row(reader.line_num, dict(zip(header, cells, strict=False)), columns)
        if isinstance(found, RowError):
            errors.append(found)
        elif (earlier := lines.setdefault(found.facts.code, found.line)) != found.line:
            repeated = RepeatedInFile(code=found.facts.code, line=earlier)
            errors.append(RowError(found.line, "code", repeated))
        else:
            rows.append(found)
    return rows, errors


def _columns(name: str) -> tuple[Mapping[str, Any], ...]:
    for definition in definitions.load("registry", "table_format"):
        if definition.id == name:
            return tuple(definition.content["columns"])
    raise KeyError(name)


def _header(cells: list[str], columns: tuple[Mapping[str, Any], ...]) -> list[str]:
    """The field of each column. Raises TableHeaderWrong."""
    names = {header: column["field"] for column in columns for header in column["headers"]}
    fields = [names.get(cell.strip(), "") for cell in cells]
    unknown = [cell for cell, field in zip(cells, fields, strict=True) if not field]
    missing = [c["headers"][0] for c in columns if c["required"] and c["field"] not in fields]
    if unknown or missing or len(set(fields)) != len(fields):
        raise TableHeaderWrong(missing=", ".join(missing) or "-", unknown=", ".join(unknown) or "-")
    return fields


def _read_row(
    line: int, cells: dict[str, str], columns: tuple[Mapping[str, Any], ...]
) -> OrganizationRow | RowError:
    values: dict[str, Any] = {}
    for column in columns:
        field = column["field"]
        try:
            values[field] = _read_cell(column, cells.get(field, "").strip())
        except Incorrect as error:
            return RowError(line, field, error)
    parent_code = values.pop("parent_code")
    try:
        facts = OrganizationFacts(**values)
        rules.check_organization(facts)
    except Incorrect as error:
        return RowError(line, str(error.details.get("field", "")), error)
    return OrganizationRow(line, facts, parent_code)


def _read_cell(column: Mapping[str, Any], cell: str) -> Any:
    field = column["field"]
    if not cell and column["required"]:
        raise ValueMissing(field=field)
    match field:
        case "longitude" | "latitude":
            return _number(cell, field)
        case "opened_on":
            return _day(cell, field)
        case "kind":
            return OrganizationKind(_code(cell, column["vocabulary"], field))
        case _ if "vocabulary" in column and cell:
            return _code(cell, column["vocabulary"], field)
        case _:
            return cell


def _number(cell: str, field: str) -> float | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        raise ValueMalformed(field=field, value=cell, expected="number") from None


def _day(cell: str, field: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise ValueMalformed(field=field, value=cell, expected="date (2025-01-31)") from None


def _code(cell: str, name: str, field: str) -> str:
    """The code for a code, a Chinese or an English word of a list. Raises ValueUnknown."""
    for code, entry in vocabulary(name).items():
        if cell in (code, entry["zh"], entry["en"]):
            return code
    known = ", ".join(entry["zh"] for entry in vocabulary(name).values())
    raise ValueUnknown(field=field, value=cell, known=known)


def in_order(rows: list[OrganizationRow]) -> Iterator[OrganizationRow]:
    """The rows with parents before their children; rows of a circle come last, as they stand."""
    waiting = {row.facts.code: row for row in rows}
    while waiting:
        ready = [row for row in waiting.values() if row.parent_code not in waiting]
        for row in ready or list(waiting.values()):
            yield waiting.pop(row.facts.code)


def with_parent(row: OrganizationRow, parent_id: int | None) -> OrganizationFacts:
    """The facts of a row with its parent's id."""
    return replace(row.facts, parent_id=parent_id)
