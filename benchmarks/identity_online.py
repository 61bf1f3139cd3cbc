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
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parent))

KNOWN_SHARE = 0.8
CHUNK = 5000


def text_rows(table: pa.Table, places: np.ndarray) -> list[dict[str, str]]:
    """Some rows of a table of invented people as text."""
    rows = table.take(places).to_pylist()
    return [{k: str("" if v is None else v) for k, v in row.items()} for row in rows]


def town_codes(table: pa.Table) -> dict[str, str]:
    """A town of the city for each invented one."""
    from kangmai.standards.divisions import Level, city

    codes = [each.code for each in city("441200").at_level(Level.TOWN)]
    names = sorted(table["town"].unique().to_pylist())
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


def divided(table: pa.Table, residents: int, asked: int, seed: int, *, dirty: bool):
    """Places of the records of `residents` people to register; and of others of some of them, and of people
    left out.

    Registered is the record without errors; of a dirty index, any record of the person, errors and all.
    """
    person, is_first = table["person"].to_numpy(), table["is_first"].to_numpy(zero_copy_only=False)
    order = np.arange(len(person)) if dirty else np.argsort(~is_first, kind="stable")
    _, first = np.unique(person[order], return_index=True)
    first = order[np.sort(first)]
    registered, others = first[:residents], first[residents:]
    is_later = np.ones(len(person), dtype=bool)
    is_later[first] = False
    is_later &= np.isin(person, person[registered])
    chance = np.random.default_rng(seed)
    mine = np.flatnonzero(is_later)
    picked = chance.permutation(mine)[: int(asked * KNOWN_SHARE)]
    more = chance.permutation(others)[: asked - len(picked)]
    return registered, chance.permutation(np.concatenate([picked, more]))


def load(table: pa.Table, registered: np.ndarray, towns: dict[str, str]) -> dict[int, str]:
    """Put people into the index; returns the person of each resident."""
    from kangmai.identity import actions
    from kangmai.kernel.actor import operator
    from kangmai.kernel.ids import uuid7

    at, who = datetime.datetime.now(datetime.UTC), {}
    for start in range(0, len(registered), CHUNK):
        rows = text_rows(table, registered[start : start + CHUNK])
        drafts = [
            actions.ResidentDraft(str(uuid7()), master_row(known(row, towns))) for row in rows
        ]
        loaded = actions.load_residents(
            drafts, is_invented=True, actor=operator("benchmark"), at=at
        )
        who |= {each.id: row["person"] for each, row in zip(loaded, rows, strict=True)}
        if start // CHUNK % 20 == 0:
            print(f"{start + len(rows):,} of {len(registered):,} loaded", file=sys.stderr)
    return who


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
        sizes.append(len(found.candidates))
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
            from identity_people import people

            from kangmai.identity.actions import count_frequencies

            table = people(int(given.residents * 1.4), seed=given.seed, errors=given.errors)
            towns = town_codes(table)
            registered, places = divided(
                table, given.residents, given.asked, given.seed, dirty=given.dirty
            )
            picked = text_rows(table, places)
            started = time.perf_counter()
            who = load(table, registered, towns)
            del table
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
