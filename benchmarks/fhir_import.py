"""Claim: Synthea transaction bundles are imported over HTTP at 1,400 resources a second on two quiet cores.

Twenty clients share the bundles, all rules on; every answer must be 200. Rounds of ours and of the peer
alternate. Figures of a busy machine say little: the load and the generator's share are printed.

    nice -n 10 python benchmarks/fhir_import.py [--bundles 100] [--peer http://127.0.0.1:8080/fhir]

The bundles are read from KANGMAI_TESTDATA (synthea-r4-100.tar.xz). Peer: any FHIR R4 server; HAPI FHIR
JPA as its documentation starts it, on the same machine and PostgreSQL. Published, for 8 + 8 virtual
cores: HAPI 2,214 resources/s (HealthSamurai, 2026-06-29), 277 on two by linear scaling.
"""

import itertools
import os
import sys
import tarfile
from pathlib import Path

import orjson
from fhir_load import (
    ROOT,
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


def read_bundles(count: int) -> list[tuple[bytes, int]]:
    """Transaction bundles with their number of entries, those without a Patient first."""
    folder = Path(os.environ.get("KANGMAI_TESTDATA", ROOT / "../shared/testdata"))
    path = folder / "synthea-r4-100.tar.xz"
    if not path.is_file():
        sys.exit("synthea-r4-100.tar.xz not found: set KANGMAI_TESTDATA")
    with tarfile.open(path) as archive:
        files = (archive.extractfile(member) for member in archive if member.name.endswith(".json"))
        raws = [file.read() for file in itertools.islice(files, count) if file]
    found = [(orjson.loads(raw), raw) for raw in raws]
    found.sort(
        key=lambda pair: any(e["resource"]["resourceType"] == "Patient" for e in pair[0]["entry"])
    )
    return [(orjson.dumps(bundle), len(bundle["entry"])) for bundle, _ in found]


def import_all(bundles: list[tuple[bytes, int]], target: Target):
    """Work that takes the next bundle until none is left (a list's iterator may be shared by threads)."""
    waiting = iter([(target.request("POST", "", body), entries) for body, entries in bundles])

    def work(worker: Worker) -> None:
        for request, entries in waiting:
            status, _, _ = worker.call("bundle", request)
            worker.counted += entries if status == 200 else 0

    return work


def main() -> None:
    """Import the bundles into each server, in turns."""
    parser = arguments(__doc__ or "", clients=20, seconds=3600)
    parser.add_argument("--bundles", type=int, default=100)
    options = parser.parse_args()
    bundles = read_bundles(options.bundles)
    total = sum(entries for _, entries in bundles)
    print_machine()
    print(f"{len(bundles)} bundles, {total} resources, {options.clients} clients")
    rates: dict[str, list[float]] = {}
    with targets(options) as servers:
        for round in range(1, options.rounds + 1):
            for target in servers:
                result = run(
                    target,
                    import_all(bundles, target),
                    clients=options.clients,
                    seconds=options.seconds,
                )
                print_result(target, round, result, unit="resources")
                rates.setdefault(target.name, []).append(result.counted / result.seconds)
    print_ratio(rates, "resources")
    print_anchors(
        rates,
        gate=1400,
        anchors={"HAPI (HealthSamurai, 2026-06-29)": 277, "Microsoft (August 2026)": 1470},
    )


if __name__ == "__main__":
    main()
