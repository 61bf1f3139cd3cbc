"""Claim: our extractor serves 20,000 resources a second from NDJSON also at 200,000 resources.

Its peer is what a compiler to DuckDB could give at best: the two views of `analytics_views` written
by hand as SQL over `read_json` with the types of the elements told beforehand. Both read the same
files, on one thread, and their rows are compared. Which of the two should run views is decided in
docs/adr/0007-views-in-python.md.

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
from analytics_views import OBSERVATIONS, PATIENTS, lines_to_lines, observation, patient

from kangmai.analytics.views.compiler import CompiledView, compile_view
from kangmai.analytics.views.reading import read_resources

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


def ours(view: CompiledView, file: Path) -> int:
    with file.open("rb") as lines:
        return lines_to_lines(view, lines)  # type: ignore[arg-type]


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


def is_same(
    view: CompiledView, connection: duckdb.DuckDBPyConnection, sql: str, file: Path
) -> bool:
    with file.open("rb") as lines:
        our_rows = [row for resource, _ in read_resources(lines) for row in view.rows(resource)]
    found = connection.sql(sql.replace("$file", f"'{file}'")).fetchall()
    return sorted(map(written, our_rows)) == sorted(map(written, found))


def written(row: tuple[Any, ...]) -> tuple[str, ...]:
    """A row as texts; numbers by their amount, since DuckDB does not keep their digits."""
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
    rates = (
        rate(lambda: ours(view, file), count),
        rate(lambda: theirs(connection, sql, file), count),
    )
    same = "equal" if is_same(view, connection, sql, file) else "DIFFERENT"
    print(
        f"{definition['name']:13} ours {rates[0]:9,.0f}   DuckDB {rates[1]:9,.0f} resources/s",
        end="",
    )
    print(f"   {rates[1] / rates[0]:.1f} to 1, rows {same}")


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
