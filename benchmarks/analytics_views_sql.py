"""Claim: over many lines DuckDB reads a view at least twice as fast as our Python, with the same rows.

Two views over NDJSON: by Python alone, as `kangmai views run` does it (SQL made from the view, and
Python where DuckDB cannot tell exactly), and, as the limit, SQL written by hand over `read_json` with
the types of the elements told beforehand and nothing checked. All read the same files on one thread;
their rows are compared. Why there are two ways: docs/adr/0007-views-in-python-and-duckdb.md.

    nice -n 10 python benchmarks/analytics_views_sql.py [--resources 200000]
"""

import argparse
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import duckdb
from analytics_views import OBSERVATIONS, PATIENTS, observation, patient

from kangmai.analytics.views.compiler import CompiledView, compile_view
from kangmai.analytics.views.lines import by_python, written_rows

PATIENTS_SQL = """
select r.id, r.gender, r.birthDate as birth_date,
    list_filter(r.identifier, lambda x: x.system = 'urn:x:card')[1].value as card,
    list_filter(r.name, lambda x: x.use = 'official')[1].family as family,
    array_to_string(flatten(list_transform(
        list_filter(r.name, lambda x: x.use = 'official'), lambda x: x.given)), ' ') as given,
    len(list_filter(coalesce(r.telecom, []), lambda x: x.system = 'phone')) > 0 as has_phone,
    r.deceasedBoolean as dead,
    array_to_string(a.line, ', ') as line, a.city, a.postalCode as postal_code
from read_json($file, format = 'newline_delimited', columns = {
    resourceType: 'VARCHAR', id: 'VARCHAR', active: 'BOOLEAN', gender: 'VARCHAR',
    birthDate: 'VARCHAR', identifier: 'STRUCT(system VARCHAR, "value" VARCHAR)[]',
    name: 'STRUCT("use" VARCHAR, family VARCHAR, given VARCHAR[])[]',
    telecom: 'STRUCT(system VARCHAR)[]', deceasedBoolean: 'BOOLEAN',
    address: 'STRUCT(line VARCHAR[], city VARCHAR, postalCode VARCHAR)[]'}) r
left join lateral (select unnest(r.address) as a) on true
where r.active is not null and r.resourceType = 'Patient'
"""
OBSERVATIONS_SQL = """
select r.id, regexp_extract(r.subject.reference, '^Patient/([A-Za-z0-9.-]+)', 1) as patient,
    r.status,
    flatten(list_transform(r.category, lambda c: list_transform(c.coding, lambda d: d.code)))[1]
        as category,
    list_filter(r.code.coding, lambda x: x.system = 'http://loinc.org')[1].code as loinc,
    r.effectiveDateTime as effective, r.valueQuantity."value" as "value",
    r.valueQuantity.unit as unit, r.valueCodeableConcept.coding[1].code as code_value
from read_json($file, format = 'newline_delimited', columns = {
    resourceType: 'VARCHAR', id: 'VARCHAR', status: 'VARCHAR',
    category: 'STRUCT(coding STRUCT(code VARCHAR)[])[]',
    code: 'STRUCT(coding STRUCT(system VARCHAR, code VARCHAR)[])',
    subject: 'STRUCT(reference VARCHAR)', effectiveDateTime: 'VARCHAR',
    valueQuantity: 'STRUCT("value" DECIMAL(18,6), unit VARCHAR)',
    valueCodeableConcept: 'STRUCT(coding STRUCT(code VARCHAR)[])'}) r
where r.status = 'final' and r.resourceType = 'Observation'
"""
Resource = dict[str, Any]


def by_python_alone(view: CompiledView, file: Path) -> int:
    with file.open("rb") as lines:
        return sum(map(len, by_python(view, lines, None)))


def ours(view: CompiledView, file: Path) -> int:
    with file.open("rb") as lines:
        return sum(map(len, written_rows(view, lines, threads=1)))


def theirs(connection: duckdb.DuckDBPyConnection, sql: str, file: Path) -> int:
    copy = sql.replace("$file", f"'{file}'")
    return len(connection.sql(f"copy ({copy}) to '{file}.rows' (format json)") or [])


def rate(run: Callable[[], Any], count: int) -> float:
    """Resources a second of processor time, the better of two runs."""
    best = 0.0
    for _ in range(2):
        start = process_time()
        run()
        best = max(best, count / (process_time() - start))
    return best


def is_same(view: CompiledView, sql: str, connection: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Whether the rows of all three are equal; numbers by their amount."""
    with file.open("rb") as lines:
        python = list(by_python(view, lines, None))
    with file.open("rb") as lines:
        both = [line for text in written_rows(view, lines) for line in text.split(b"\n")]
    by_hand = sorted(map(as_texts, connection.sql(sql.replace("$file", f"'{file}'")).fetchall()))
    parsed = sorted(as_texts(tuple(json.loads(line).values())) for line in python)
    first = "equal to the byte" if python == both else "DIFFERENT"
    return f"{first}, by hand {'equal' if parsed == by_hand else 'DIFFERENT'}"


def as_texts(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(
        "" if value is None else str(value if isinstance(value, str | bool) else float(value))
        for value in row
    )


def measure(
    folder: Path, definition: Resource, sql: str, make: Callable[..., Resource], count: int
) -> None:
    draw = random.Random(1)
    file = folder / f"{definition['name']}.ndjson"
    with file.open("w") as out:
        out.writelines(json.dumps(make(number, draw)) + "\n" for number in range(count))
    view, connection = compile_view(definition), duckdb.connect(config={"threads": 1})
    python = rate(lambda: by_python_alone(view, file), count)
    both = rate(lambda: ours(view, file), count)
    limit = rate(lambda: theirs(connection, sql, file), count)
    print(f"{definition['name']:13} Python {python:9,.0f}   DuckDB as we do {both:9,.0f}", end="")
    print(f" ({both / python:.1f} to 1)   by hand, unchecked {limit:9,.0f} resources/s")
    print(f"{'':13} rows {is_same(view, sql, connection, file)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=200_000)
    count = parser.parse_args().resources
    print(f"DuckDB {duckdb.__version__}, {count:,} resources, load {os.getloadavg()[0]:.1f}")
    with TemporaryDirectory() as name:
        measure(Path(name), PATIENTS, PATIENTS_SQL, patient, count)
        measure(Path(name), OBSERVATIONS, OBSERVATIONS_SQL, observation, count)


if __name__ == "__main__":
    main()
