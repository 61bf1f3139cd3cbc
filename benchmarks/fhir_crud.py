"""Claim: creates, reads, updates and deletes are served at 1,200 requests a second on two quiet cores.

Each client repeats: nine creates of nine types with real references, nine reads, nine updates of one
element, nine deletes in reverse; three of four requests write. This is the sequence of the CRUD test of
HealthSamurai/fhir-server-performance-benchmark (k6/crud.js). Rounds of ours and of the peer alternate.

    nice -n 10 python benchmarks/fhir_crud.py [--clients 300] [--seconds 60] [--peer http://127.0.0.1:8080/fhir]

Published for 8 + 8 virtual cores (2026-06-29): HAPI 3,058 requests/s, 372-470 on two by linear scaling.
"""

import orjson
from fhir_load import (
    Target,
    Worker,
    arguments,
    print_anchors,
    print_machine,
    print_ratio,
    print_result,
    run,
    targets,
)

CODE = {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}
PERIOD = {"start": "2026-03-01T08:00:00+08:00", "end": "2026-03-01T08:20:00+08:00"}


def resources(made: dict[str, str]):
    """The nine resources in order, each made once those it refers to have ids."""

    def to(kind: str) -> dict[str, str]:
        return {"reference": f"{kind}/{made[kind]}"}

    yield {"resourceType": "Patient", "active": True, "gender": "female", "birthDate": "1950-05-06",
           "name": [{"family": "李", "given": ["丽"]}], "identifier": [{"system": "urn:bench", "value": "1"}]}  # fmt: skip
    yield {"resourceType": "Location", "status": "active", "name": "门诊"}
    yield {"resourceType": "Organization", "active": True, "name": "人民医院"}
    yield {
        "resourceType": "Practitioner",
        "active": True,
        "name": [{"family": "王", "given": ["伟"]}],
    }
    yield {"resourceType": "Encounter", "status": "finished", "subject": to("Patient"), "period": PERIOD,
           "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
           "participant": [{"individual": to("Practitioner")}], "location": [{"location": to("Location")}],
           "serviceProvider": to("Organization")}  # fmt: skip
    yield {"resourceType": "Observation", "status": "final", "code": CODE, "subject": to("Patient"),
           "encounter": to("Encounter"), "effectiveDateTime": PERIOD["start"],
           "valueQuantity": {"value": 152, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}  # fmt: skip
    yield {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": to("Patient"),
           "encounter": to("Encounter"), "requester": to("Practitioner"), "authoredOn": PERIOD["start"],
           "medicationCodeableConcept": {"text": "氨氯地平"}}  # fmt: skip
    yield {"resourceType": "Claim", "status": "active", "use": "claim", "patient": to("Patient"),
           "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
           "created": "2026-03-01", "provider": to("Organization"), "priority": {"text": "normal"},
           "insurance": [{"sequence": 1, "focal": True, "coverage": {"display": "居民医保"}}]}  # fmt: skip
    yield {"resourceType": "ExplanationOfBenefit", "status": "active", "use": "claim", "patient": to("Patient"),
           "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"}]},
           "created": "2026-03-01", "insurer": {"display": "医保局"}, "provider": to("Organization"),
           "claim": to("Claim"), "outcome": "complete",
           "insurance": [{"focal": True, "coverage": {"display": "居民医保"}}]}  # fmt: skip


def id_of(head: bytes, kind: str) -> str:
    """The id in the Location header of a create."""
    at = head.lower().find(b"location:")
    line = head[at:].split(b"\r\n", 1)[0].decode()
    return line.partition(f"/{kind}/")[2].split("/")[0].strip()


def crud(target: Target):
    """Work that repeats the whole sequence until its time is over."""

    def work(worker: Worker) -> None:
        while not worker.is_over:
            _sequence(target, worker)

    return work


def _sequence(target: Target, worker: Worker) -> None:
    made: dict[str, str] = {}
    bodies: dict[str, dict] = {}
    for resource in resources(made):
        kind = resource["resourceType"]
        status, head, _ = worker.call(
            "create", target.request("POST", kind, orjson.dumps(resource)), 201
        )
        if status != 201:
            break
        made[kind], bodies[kind] = id_of(head, kind), resource
    for kind, id in made.items():
        worker.call("read", target.request("GET", f"{kind}/{id}"), 200)
    for kind, id in made.items():
        changed = {**bodies[kind], "id": id, "language": "zh"}
        worker.call("update", target.request("PUT", f"{kind}/{id}", orjson.dumps(changed)), 200)
    for kind, id in reversed(made.items()):
        worker.call("delete", target.request("DELETE", f"{kind}/{id}"), 200, 204)


def main() -> None:
    """Drive each server, in turns."""
    options = arguments(__doc__ or "", clients=30, seconds=30).parse_args()
    print_machine()
    rates: dict[str, list[float]] = {}
    with targets(options) as servers:
        for target in servers:
            run(
                target, crud(target), clients=4, seconds=3
            )  # warm: statements prepared, tables cached
        for round in range(1, options.rounds + 1):
            for target in servers:
                result = run(target, crud(target), clients=options.clients, seconds=options.seconds)
                print_result(target, round, result)
                for label in ("create", "read", "update", "delete"):
                    print(
                        f"    {label:<8} p50 {result.quantile(0.5, label):7.1f} ms   p99 {result.quantile(0.99, label):7.1f} ms"
                    )
                rates.setdefault(target.name, []).append(result.calls / result.seconds)
    print_ratio(rates, "requests")
    print_anchors(
        rates,
        gate=1200,
        anchors={"HAPI (HealthSamurai, 2026-06-29)": 382, "Aidbox (August 2026)": 694},
    )


if __name__ == "__main__":
    main()
