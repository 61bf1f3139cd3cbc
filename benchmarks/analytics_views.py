"""Claim: SQL-on-FHIR views extract at least 20,000 resources a second on one core.

Invented Patient and Observation resources; two views of the kind that analyses use. Ours is timed
on parsed resources and from NDJSON bytes to JSON rows; sqlonfhir gets the same parsed resources in
the same run (fewer of them, as it is slower), rounds alternating. Rows are compared first.

    nice -n 10 python benchmarks/analytics_views.py [--resources 20000]
"""

import argparse
import json
import random
import sys
from collections.abc import Callable
from importlib.metadata import version
from time import process_time
from typing import Any

import sqlonfhir

from kangmai.analytics.views.compiler import CompiledView, compile_view
from kangmai.analytics.views.reading import read_resources
from kangmai.records.fhirpath.reading import write_json

ROUNDS = 5
PATIENTS = {
    "resourceType": "ViewDefinition",
    "name": "patients",
    "status": "active",
    "resource": "Patient",
    "constant": [{"name": "card", "valueUri": "urn:x:card"}],
    "select": [
        {
            "column": [
                {"name": "id", "path": "getResourceKey()"},
                {"name": "gender", "path": "gender"},
                {"name": "birth_date", "path": "birthDate"},
                {"name": "card", "path": "identifier.where(system = %card).value.first()"},
                {"name": "family", "path": "name.where(use = 'official').family.first()"},
                {"name": "given", "path": "name.where(use = 'official').given.join(' ')"},
                {"name": "has_phone", "path": "telecom.where(system = 'phone').exists()"},
                {"name": "dead", "path": "deceased.ofType(boolean)"},
            ]
        },
        {
            "forEachOrNull": "address",
            "column": [
                {"name": "line", "path": "line.join(', ')"},
                {"name": "city", "path": "city"},
                {"name": "postal_code", "path": "postalCode"},
            ],
        },
    ],
    "where": [{"path": "active.exists()"}],
}
OBSERVATIONS = {
    "resourceType": "ViewDefinition",
    "name": "observations",
    "status": "active",
    "resource": "Observation",
    "select": [
        {
            "column": [
                {"name": "id", "path": "getResourceKey()"},
                {"name": "patient", "path": "subject.getReferenceKey(Patient)"},
                {"name": "status", "path": "status"},
                {"name": "category", "path": "category.coding.code.first()"},
                {
                    "name": "loinc",
                    "path": "code.coding.where(system = 'http://loinc.org').code.first()",
                },
                {"name": "effective", "path": "effective.ofType(dateTime)"},
                {"name": "value", "path": "value.ofType(Quantity).value"},
                {"name": "unit", "path": "value.ofType(Quantity).unit"},
                {"name": "code_value", "path": "value.ofType(CodeableConcept).coding.code.first()"},
            ]
        }
    ],
    "where": [{"path": "status = 'final'"}],
}


def patient(number: int, draw: random.Random) -> dict[str, Any]:
    given = draw.choices(["Ada", "Bo", "Chen", "Dipo", "Eve"], k=2)
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "active": True,
        "identifier": [
            {"system": "urn:x:record", "value": str(number)},
            {"system": "urn:x:card", "value": f"{number:012}"},
        ],
        "name": [
            {"use": "official", "family": draw.choice(["Okafor", "Lin", "Cruz"]), "given": given},
            {"use": "usual", "given": given[:1]},
        ],
        "telecom": [{"system": "phone", "value": f"555-{number:06}", "use": "mobile"}],
        "gender": draw.choice(["male", "female"]),
        "birthDate": f"{draw.randint(1930, 2024)}-{draw.randint(1, 12):02}-11",
        "deceasedBoolean": draw.random() < 0.02,
        "address": [
            {"line": ["12 Long Street", "Flat 3"], "city": "Springfield", "postalCode": "3999"}
            for _ in range(draw.choice([0, 1, 1, 2]))
        ],
    }


def observation(number: int, draw: random.Random) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": draw.choice(["final"] * 9 + ["preliminary"]),
        "category": [{"coding": [{"system": "urn:x:category", "code": "vital-signs"}]}],
        "code": {
            "coding": [
                {"system": "urn:x:local", "code": "W"},
                {"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"},
            ],
            "text": "Body weight",
        },
        "subject": {"reference": f"Patient/p{number % 997}"},
        "encounter": {"reference": f"Encounter/e{number}"},
        "effectiveDateTime": f"2025-03-{number % 28 + 1:02}T09:10:00+08:00",
        "issued": "2025-03-04T09:10:00.112+08:00",
        "valueQuantity": {
            "value": round(draw.uniform(40, 120), 1),
            "unit": "kg",
            "system": "http://unitsofmeasure.org",
            "code": "kg",
        },
    }


def lines_to_lines(view: CompiledView, lines: list[bytes]) -> int:
    """NDJSON to JSON rows; how many bytes came out."""
    rows = (
        write_json(record)
        for resource, resolver in read_resources(lines)
        for record in view.records(resource, resolver=resolver)
    )
    return sum(map(len, rows))


def rate(run: Callable[[], Any], count: int) -> float:
    """Resources a second of processor time."""
    start = process_time()
    run()
    return count / (process_time() - start)


def measure(definition: dict[str, Any], resources: list[dict[str, Any]]) -> None:
    view = compile_view(definition)
    few = resources[: max(200, len(resources) // 20)]
    ours_few = [row for resource in few for row in view.records(resource)]
    same = as_text(ours_few) == as_text(sqlonfhir.evaluate(few, definition))
    lines = [json.dumps(resource).encode() + b"\n" for resource in resources]
    runs: dict[str, tuple[Callable[[], Any], int]] = {
        "parsed resources to rows": (lambda: [view.rows(r) for r in resources], len(resources)),
        "NDJSON bytes to JSON rows": (lambda: lines_to_lines(view, lines), len(resources)),
        "sqlonfhir, parsed resources": (lambda: sqlonfhir.evaluate(few, definition), len(few)),
    }
    rates = dict.fromkeys(runs, 0.0)
    for _ in range(ROUNDS):
        for name, (run, count) in runs.items():
            rates[name] = max(rates[name], rate(run, count))
    print(f"{definition['name']}: rows {'equal' if same else 'DIFFER from'} sqlonfhir's")
    for name, value in rates.items():
        print(f"  {name:28} {value:10,.0f} resources/s")
    print(
        f"  ratio {rates['parsed resources to rows'] / rates['sqlonfhir, parsed resources']:.0f}x"
    )


def as_text(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, default=float) for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, default=20_000)
    count = parser.parse_args().resources
    draw = random.Random(1)
    print(f"Python {sys.version.split()[0]}, sqlonfhir {version('sqlonfhir')}, one core, {count:,}")
    measure(PATIENTS, [patient(number, draw) for number in range(count)])
    measure(OBSERVATIONS, [observation(number, draw) for number in range(count)])


if __name__ == "__main__":
    main()
