"""Claim: compiled FHIRPath evaluation clearly beats fhirpathpy, expression by expression.

Both compile once and evaluate the same parsed resources; the answers are compared first. Rounds of
both alternate, and the best round of each counts.

    nice -n 10 python benchmarks/fhirpath_evaluate.py
"""

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from time import perf_counter
from typing import Any

import fhirpathpy
from fhirpathpy.models import models

from kangmai.records.fhirpath import compile_expression

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "active": True,
    "identifier": [
        {"system": "urn:x:record", "value": "A-17", "use": "usual"},
        {"system": "urn:x:card", "value": "99887766", "use": "official"},
    ],
    "name": [
        {"use": "official", "family": "Okafor", "given": ["Ada", "Ngozi"]},
        {"use": "usual", "given": ["Ada"]},
        {"use": "maiden", "family": "Eze", "given": ["Ada", "Ngozi"]},
    ],
    "telecom": [
        {"system": "phone", "value": "555-0101", "use": "home"},
        {"system": "email", "value": "ada@example.org", "use": "work"},
    ],
    "gender": "female",
    "birthDate": "1974-12-25",
    "deceasedBoolean": False,
    "address": [{"use": "home", "city": "Springfield", "postalCode": "3999"}],
}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "category": [{"coding": [{"system": "urn:x:category", "code": "vital-signs"}]}],
    "code": {
        "coding": [
            {"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"},
            {"system": "urn:x:local", "code": "W"},
        ]
    },
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2025-03-04T09:10:00+08:00",
    "valueQuantity": {
        "value": Decimal("72.5"),
        "unit": "kg",
        "system": "http://unitsofmeasure.org",
        "code": "kg",
    },
}
EXPRESSIONS = [
    (PATIENT, "Patient.birthDate"),
    (PATIENT, "Patient.name.given"),
    (PATIENT, "Patient.name.where(use = 'official').given.first()"),
    (PATIENT, "identifier.where(system = 'urn:x:card').value"),
    (PATIENT, "name.given.count() > 3 and active"),
    (PATIENT, "telecom.exists(system = 'phone' and use = 'home')"),
    (PATIENT, "Patient.birthDate <= @1980-01-01"),
    (PATIENT, "name.select(given.first() & ' ' & family)"),
    (OBSERVATION, "Observation.value.ofType(Quantity).value"),
    (OBSERVATION, "Observation.code.coding.where(system = 'http://loinc.org').code"),
    (OBSERVATION, "value.ofType(Quantity).value > 70 and status = 'final'"),
    (OBSERVATION, "subject.reference.matches('^Patient/[a-z0-9]+$')"),
]
Run = Callable[[], Any]


def best(runs: dict[str, Run], seconds: float = 0.25, rounds: int = 5) -> dict[str, float]:
    """The least time of one call of each, in microseconds."""
    found = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            found[name] = min(found[name], timed(run, seconds / rounds))
    return found


def timed(run: Run, seconds: float) -> float:
    calls, start = 0, perf_counter()
    while (spent := perf_counter() - start) < seconds:
        run()
        calls += 1
    return spent / calls * 1e6


def main() -> None:
    print(
        f"fhirpathpy {fhirpathpy.__version__}, Python {sys.version.split()[0]}; µs per evaluation"
    )
    print(f"{'ours':>8} {'peer':>8} {'ratio':>7}  expression")
    ratios = []
    for resource, text in EXPRESSIONS:
        ours, peer = compile_expression(text), fhirpathpy.compile(text, models["r4"])
        differs = answer(ours.evaluate(resource)) != answer(peer(resource))
        runs = {
            "ours": lambda ours=ours, it=resource: ours.evaluate(it),
            "peer": lambda peer=peer, it=resource: peer(it),
        }
        times = best(runs)
        ratios.append(times["peer"] / times["ours"])
        note = "  (answers differ)" if differs else ""
        print(f"{times['ours']:8.1f} {times['peer']:8.1f} {ratios[-1]:6.1f}x  {text}{note}")
    print(f"least {min(ratios):.1f}x, median {sorted(ratios)[len(ratios) // 2]:.1f}x")


def answer(values: list[Any]) -> str:
    return json.dumps(values, default=float)


if __name__ == "__main__":
    main()
