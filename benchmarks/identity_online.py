"""Claim: one arriving record finds its resident among 200,000 within 5 ms (p99, warm), 1,000 a second a core.

Loads invented people into an index of its own, then matches every duplicate of the file (known people with
the errors of registration desks, and as many unknown ones): keys, candidates in one round trip, opening what
is sealed, scores, decision and the audit entry. Prints latencies, matches a second of one core, and how many
were decided rightly. No installable peer answers single records (Splink 5 scores one against a million in
370 ms, see docs/algorithms/matching.md); the claim stands by itself.

    python benchmarks/identity_online.py [--residents 200000] [--asked 5000] [--errors 1] [--dirty]
"""

import argparse
import datetime
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

KNOWN_SHARE = 0.8


def rows_of(count: int, seed: int, errors: float) -> list[dict[str, str]]:
    """Invented records with the truth: `person`, and `is_first` (a text, empty for later records)."""
    from identity_people import people

    table = people(count, seed=seed, errors=errors)
    return [{k: str(v or "") for k, v in row.items()} for row in table.to_pylist()]


def town_codes(rows: list[dict[str, str]]) -> dict[str, str]:
    """A town of the city for each invented one."""
    from kangmai.standards.divisions import Level, city

    codes = [each.code for each in city("441200").at_level(Level.TOWN)]
    names = sorted({row["town"] for row in rows})
    return {name: codes[n % len(codes)] for n, name in enumerate(names)}


def known(row: dict[str, str], towns: dict[str, str]):
    """A row as a witness."""
    from kangmai.identity.rules import UNCHECKED, canonical_document
    from kangmai.identity.types import Demographics, IdentityDocument, Witness
    from kangmai.standards.errors import IdentityNumberIncorrect

    documents = ()
    if row["id_number"]:
        card = IdentityDocument("01", row["id_number"])
        try:
            documents = (canonical_document(card, on=datetime.date(2026, 1, 1)),)
        except IdentityNumberIncorrect:
            documents = (IdentityDocument(UNCHECKED, row["id_number"]),)
    try:
        birth = datetime.date.fromisoformat(row["birth_date"])
    except ValueError:
        birth = None
    return Witness(
        Demographics(
            name=row["name"],
            sex_code={"男": "1", "女": "2"}.get(row["sex"], "0"),
            birth_date=birth,
            place_code=towns.get(row["town"], ""),
            documents=documents,
            phones=(row["phone"],) if row["phone"] else (),
            address=row["address"],
            mother=row.get("mother", ""),
        ),
        row["birth_date"],
    )


def master_row(witness):
    """What a desk would register of a record: without a number that cannot be one."""
    from dataclasses import replace

    documents = tuple(each for each in witness.known.documents if each.kind_code)
    return replace(witness.known, documents=documents)


def divided(rows: list[dict[str, str]], residents: int, asked: int, seed: int, *, dirty: bool):
    """Records of `residents` people to register; others of some of them, and of people left out.

    Registered is the record without errors; of a dirty index, any record of the person, errors and all.
    """
    if not dirty:
        rows = sorted(rows, key=lambda row: not row["is_first"])
    first: dict[str, dict[str, str]] = {}
    later = []
    for row in rows:
        if row["person"] in first:
            later.append(row)
        else:
            first[row["person"]] = row
    registered = dict(list(first.items())[:residents])
    chance = random.Random(seed)
    mine = [row for row in later if row["person"] in registered]
    others = [row for person, row in first.items() if person not in registered]
    picked = chance.sample(mine, min(len(mine), int(asked * KNOWN_SHARE)))
    picked += chance.sample(others, min(len(others), asked - len(picked)))
    chance.shuffle(picked)
    return registered, picked


def load(registered: dict[str, dict[str, str]], towns: dict[str, str]) -> dict[int, str]:
    """Put people into the index; returns the person of each resident."""
    from kangmai.identity import actions
    from kangmai.kernel.actor import operator
    from kangmai.kernel.ids import uuid7

    at, who = datetime.datetime.now(datetime.UTC), {}
    for chunk in chunks(list(registered.items()), 5000):
        drafts = [
            actions.ResidentDraft(str(uuid7()), master_row(known(row, towns))) for _, row in chunk
        ]
        loaded = actions.load_residents(
            drafts, is_invented=True, actor=operator("benchmark"), at=at
        )
        who |= {each.id: person for each, (person, _) in zip(loaded, chunk, strict=True)}
    return who


def chunks(items: list, size: int) -> Iterator[list]:
    """Lists of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def measure(picked: list[dict[str, str]], towns: dict[str, str], who: dict[int, str]) -> dict:
    """Match every record once for warmth, then once for the clock."""
    from kangmai.identity.index.candidates import find
    from kangmai.identity.matching.types import Decision
    from kangmai.identity.queries import match
    from kangmai.kernel import audit
    from kangmai.kernel.actor import operator

    actor, at = operator("benchmark"), datetime.datetime.now(datetime.UTC)
    asked = [(known(row, towns), row["person"]) for row in picked]
    for witness, _ in asked[: len(asked) // 5]:
        match(witness, actor=actor, at=at)
    laps, own, cpu = [], [], time.process_time()
    for witness, _ in asked:
        started, began = time.perf_counter(), time.thread_time()
        match(witness, actor=actor, at=at)
        laps.append(time.perf_counter() - started)
        own.append(time.thread_time() - began)
    audit.flush()
    cpu = time.process_time() - cpu
    tally: Counter[str] = Counter()
    people = set(who.values())
    sizes = []
    for witness, person in asked:
        found = find(witness, at=at)
        sizes.append(len(found.scores))
        is_known = person in people
        linked = found.decision is Decision.LINK
        tally["review"] += found.decision is Decision.REVIEW
        tally["known"] += is_known
        tally["right"] += linked and who.get(found.root or 0) == person
        tally["wrong"] += linked and who.get(found.root or 0) != person
        tally["wrong on unknown"] += linked and not is_known
    return {
        "asked": len(asked),
        "milliseconds": shares(laps),
        "milliseconds of our own processor time": shares(own),
        "load": round(os.getloadavg()[0], 1),
        "candidates": {"mean": round(statistics.mean(sizes), 1), "max": max(sizes)},
        "matches a second": round(len(laps) / sum(laps)),
        "matches a second of our own processor time": round(len(laps) / cpu),
        "auto-link precision": round(tally["right"] / max(tally["right"] + tally["wrong"], 1), 5),
        "auto-link recall": round(tally["right"] / max(tally["known"], 1), 4),
        "review": round(tally["review"] / len(asked), 4),
        "linked though unknown": tally["wrong on unknown"],
    }


SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def shares(seconds: list[float]) -> dict[str, float]:
    """Milliseconds that so many stay below."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {
        name: round(ordered[min(int(len(ordered) * share), last)] * 1000, 2)
        for name, share in SHARES.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--residents", type=int, default=200_000)
    parser.add_argument("--asked", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", type=float, default=1.0, help="multiplies all rates of errors")
    parser.add_argument("--dirty", action="store_true", help="register records with errors, too")
    given = parser.parse_args()
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory(prefix="kangmai-") as folder:
        os.environ.pop("DATABASE_URL", None)
        with opened(Path(folder) / "data"):
            from django.db import connection

            from kangmai.identity.actions import count_frequencies

            rows = rows_of(int(given.residents * 1.4), given.seed, given.errors)
            towns = town_codes(rows)
            registered, picked = divided(
                rows, given.residents, given.asked, given.seed, dirty=given.dirty
            )
            started = time.perf_counter()
            who = load(registered, towns)
            seconds = time.perf_counter() - started
            counting = time.perf_counter()
            count_frequencies(at=datetime.datetime.now(datetime.UTC))
            counting = time.perf_counter() - counting
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE identity_key")
                cursor.execute("VACUUM ANALYZE identity_resident")
                cursor.execute(
                    "SELECT count(*), pg_total_relation_size('identity_key') FROM identity_key"
                )
                keys, size = cursor.fetchone()
            result = {
                "residents": len(registered),
                "loaded a second": round(len(registered) / seconds),
                "seconds of counting": round(counting, 1),
                "keys a resident": round(keys / len(registered), 2),
                "bytes of keys a resident": round(size / len(registered)),
                **measure(picked, towns, who),
            }
    print(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
