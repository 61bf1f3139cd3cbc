"""Claim: searches are served at 700 a second with a p99 below 250 ms at 64,000 patients, on two quiet cores.

A base of patients with thirty resources each is written by transactions (the same bytes to ours and to
the peer), then 30 clients ask, with _count=20: name, code, date, reference, a chain and _has, each with
dense, sparse and empty values. Rounds alternate; every shape's p50 and p99 are printed.

    nice -n 10 python benchmarks/fhir_search.py [--patients 64000] [--peer http://127.0.0.1:8080/fhir]

--loaded skips the writing, for servers that hold the base already (--url). Published for 8 + 8 virtual
cores (2026-06-29): HAPI 1,005 searches/s, 126 on two by linear scaling.
"""

import itertools
import random
import time
from urllib.parse import quote

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

SEED = 20260301
FAMILIES = "王李张刘陈杨黄赵吴周"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平"
LOINC = "http://loinc.org"
CODES = ["8480-6", "8462-4", "8867-4", "2339-0", "2093-3", "718-7", "2160-0", "4548-4"]
RARE_CODE = "1751-7"
ICD = "http://hl7.org/fhir/sid/icd-10"
DIAGNOSES = ["I10", "E11.9", "J18.9", "K29.7"]


def bundle(number: int) -> bytes:
    """One transaction: a patient with 29 resources; the same number always makes the same bytes."""
    chance = random.Random(SEED + number)
    day = f"{chance.randint(2016, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    who = {"reference": "urn:uuid:p"}
    people = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:bench", "value": f"P{number}"}],
        "name": [
            {"family": chance.choice(FAMILIES), "given": ["".join(chance.choices(GIVEN, k=2))]}
        ],
        "gender": chance.choice(["male", "female"]),
        "birthDate": f"{chance.randint(1930, 2020)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
    }
    inside = [
        {"resourceType": "Condition", "subject": who, "recordedDate": day,
         "code": {"coding": [{"system": ICD, "code": chance.choice(DIAGNOSES)}]}}
        for _ in range(3)
    ]  # fmt: skip
    inside += [_observation(chance, who) for _ in range(26)]
    entries = [
        {
            "fullUrl": "urn:uuid:p",
            "resource": people,
            "request": {"method": "POST", "url": "Patient"},
        }
    ]
    entries += [
        {
            "fullUrl": f"urn:uuid:{n}",
            "resource": r,
            "request": {"method": "POST", "url": r["resourceType"]},
        }
        for n, r in enumerate(inside)
    ]
    return orjson.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _observation(chance: random.Random, who: dict[str, str]) -> dict:
    code = RARE_CODE if chance.random() < 0.0005 else chance.choice(CODES)
    at = f"{chance.randint(2016, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T08:00:00+08:00"
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": who,
        "effectiveDateTime": at,
        "valueQuantity": {"value": chance.randint(40, 240), "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
    }  # fmt: skip


def load(target: Target, patients: int, clients: int) -> None:
    """Write the base."""
    numbers = iter(range(patients))

    def work(worker: Worker) -> None:
        for number in numbers:
            worker.call("bundle", target.request("POST", "", bundle(number)))

    result = run(target, work, clients=clients, seconds=1e9)
    print(
        f"{target.name}: base of {patients} patients in {result.seconds:.0f} s, failed {dict(result.failed)}",
        flush=True,
    )


def shapes(target: Target, patients: int) -> dict[str, list[str]]:
    """Searches by name of their shape, with values drawn from the base."""
    chance = random.Random(SEED)
    client = Worker(target, 0, 0).client
    ids = []
    for number in chance.sample(range(patients), min(50, patients)):
        query = f"Patient?identifier={quote(f'urn:bench|P{number}')}&_elements=id"
        found = orjson.loads(client.call(target.request("GET", query))[2])
        ids += [entry["resource"]["id"] for entry in found.get("entry", [])]
    days = [
        f"{chance.randint(2016, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        for _ in range(50)
    ]
    code, icd = quote(f"{LOINC}|"), quote(f"{ICD}|")
    return {
        "name dense": [f"Patient?family={quote(f)}" for f in FAMILIES],
        "name sparse": [f"Patient?family={quote(f)}&given={quote(a + b)}" for f, a, b in zip(itertools.cycle(FAMILIES), GIVEN, GIVEN[1:], strict=False)],
        "name empty": [f"Patient?family={quote('欧阳')}"],
        "code dense": [f"Observation?code={code}{c}" for c in CODES],
        "code sparse": [f"Observation?code={code}{RARE_CODE}"],
        "code empty": [f"Observation?code={code}0000-0"],
        "date dense": [f"Observation?date=ge{year}" for year in range(2016, 2026)],
        "date sparse": [f"Observation?date={day}" for day in days],
        "date empty": ["Observation?date=2031-01-01"],
        "reference": [f"Observation?patient={id}" for id in ids],
        "reference and code": [f"Observation?patient={id}&code={code}{chance.choice(CODES)}" for id in ids],
        "chain dense": [f"Observation?patient.gender={g}&code={code}{c}" for g in ("male", "female") for c in CODES],
        "chain sparse": [f"Observation?patient.birthdate={day.replace('202', '195')}" for day in days],
        "_has dense": [f"Patient?_has:Condition:patient:code={icd}{c}" for c in DIAGNOSES],
        "_has sparse": [f"Patient?_has:Observation:patient:code={code}{RARE_CODE}"],
        "_has empty": [f"Patient?_has:Observation:patient:code={code}0000-0"],
    }  # fmt: skip


def mixed(target: Target, asked: dict[str, list[str]]):
    """Work that asks the shapes in turn, each with its next value, until its time is over."""
    requests = [
        (label, [target.request("GET", f"{query}&_count=20") for query in queries])
        for label, queries in asked.items()
        if queries
    ]

    def work(worker: Worker) -> None:
        for step in itertools.count(worker.number):
            if worker.is_over:
                return
            label, some = requests[step % len(requests)]
            worker.call(label, some[step // len(requests) % len(some)])

    return work


def main() -> None:
    """Write the base where asked for, then drive each server, in turns."""
    parser = arguments(__doc__ or "", clients=30, seconds=30)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--loaded", action="store_true", help="the servers hold the base already")
    parser.add_argument(
        "--settle", type=float, default=90, help="seconds between writing the base and asking"
    )
    options = parser.parse_args()
    print_machine()
    rates: dict[str, list[float]] = {}
    with targets(options) as servers:
        if not options.loaded:
            for target in servers:
                load(target, options.patients, 8)
            print(
                f"waiting {options.settle:.0f} s, so that both databases can gather statistics",
                flush=True,
            )
            time.sleep(options.settle)
        works = {target.name: mixed(target, shapes(target, options.patients)) for target in servers}
        for target in servers:
            run(target, works[target.name], clients=4, seconds=3)
        for round in range(1, options.rounds + 1):
            for target in servers:
                result = run(
                    target, works[target.name], clients=options.clients, seconds=options.seconds
                )
                print_result(target, round, result, unit="searches")
                rates.setdefault(target.name, []).append(result.calls / result.seconds)
        for target in servers:
            alone = run(target, works[target.name], clients=1, seconds=min(options.seconds, 10))
            print(f"{target.name}, one client:")
            for label in sorted(alone.times):
                print(
                    f"    {label:<20} p50 {alone.quantile(0.5, label):7.1f} ms   p99 {alone.quantile(0.99, label):7.1f} ms"
                )
    print_ratio(rates, "searches")
    print_anchors(
        rates,
        gate=700,
        anchors={"HAPI (HealthSamurai, 2026-06-29)": 126, "Aidbox (August 2026)": 445},
    )


if __name__ == "__main__":
    main()
