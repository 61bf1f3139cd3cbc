"""Claim: among 4.1 million residents one arriving record finds its own within 5 ms (p99, warm), 1,000 a second
a core, and a new resident is registered durably within 50 ms.

Loads invented people into an index of its own, then matches every duplicate of the file (known people with
the errors of registration desks, and as many unknown ones): keys, candidates in one round trip, opening what
is sealed, scores, decision and the audit entry. Prints latencies, matches a second of one core, and how many
were decided rightly. Then a desk registers people whom the index does not know, each in a transaction of its
own that is on disk when it returns. No installable peer answers single records (Splink 5 scores one against a
million in 370 ms, see docs/algorithms/matching.md); the claim stands by itself.

    python benchmarks/identity_online.py [--residents 200000] [--asked 5000] [--errors 1] [--dirty]
                                         [--processes 2] [--data FOLDER]

--data keeps the index in a folder and finds it there the next time: 4.1 million take an hour to load.
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
REGISTERED = 500


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
    """Places of the records of `residents` people to load; of other records of some of them and of people left
    out, to ask for; and of further people left out, to register.

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
    more = chance.permutation(others)
    asked_for = np.concatenate([picked, more[: asked - len(picked)]])
    return registered, chance.permutation(asked_for), more[asked - len(picked) :]


def load(table: pa.Table, registered: np.ndarray, towns: dict[str, str], processes: int) -> int:
    """Put people into the index, in the order of their places; returns the id of the first resident."""
    from django.db import connections

    from kangmai.commandline.city.loading.city import FILLED
    from kangmai.commandline.city.loading.processes import each_in_processes
    from kangmai.identity.actions import reserve_residents
    from kangmai.kernel.actor import operator
    from kangmai.kernel.indexes import put_up, take_down

    first = reserve_residents(len(registered), actor=operator("benchmark"))
    taken = take_down(FILLED)
    connections.close_all()  # a connection cannot be shared with a fork

    def put(start: int) -> None:
        _load_chunk(table, registered[start : start + CHUNK], towns, first + start)
        if start // CHUNK % 20 == 0:
            print(f"{start:,} of {len(registered):,} loaded", file=sys.stderr)

    for do, tasks in ((put, range(0, len(registered), CHUNK)), (put_up, taken)):
        for _ in each_in_processes(do, list(tasks), processes=processes, every_seconds=60):
            pass
    return first


def _load_chunk(table: pa.Table, places: np.ndarray, towns: dict[str, str], first_id: int) -> None:
    """Residents with the ids that follow `first_id`."""
    from kangmai.identity import actions
    from kangmai.kernel.actor import operator
    from kangmai.kernel.ids import uuid7

    drafts = [
        actions.ResidentDraft(str(uuid7()), master_row(known(row, towns)), id=first_id + n)
        for n, row in enumerate(text_rows(table, places))
    ]
    at = datetime.datetime.now(datetime.UTC)
    actions.load_residents(drafts, is_invented=True, actor=operator("benchmark"), at=at)


def register(strangers: list[dict[str, str]], towns: dict[str, str]) -> dict:
    """Register people whom the index does not know, one after the other; refused ones are counted."""
    from kangmai.identity.actions import register_resident
    from kangmai.kernel.actor import operator
    from kangmai.kernel.errors import KangmaiError
    from kangmai.kernel.ids import uuid7

    laps, refused = [], Counter[str]()
    for row in strangers:
        started = time.perf_counter()
        try:
            register_resident(
                master_row(known(row, towns)),
                managing_org=None,
                key=uuid7(),
                actor=operator("benchmark"),
                at=datetime.datetime.now(datetime.UTC),
            )
        except KangmaiError as error:
            refused[error.code] += 1
        else:
            laps.append(time.perf_counter() - started)
    return {
        "registered": len(laps),
        "refused": dict(refused),
        "milliseconds to a durable registration": shares(laps),
    }


def measure(picked: list[dict[str, str]], towns: dict[str, str], who: dict[int, str]) -> dict:
    """Match every record once for warmth, then once for the clock."""
    from kangmai.identity.index.candidates import find
    from kangmai.identity.matching.types import Decision
    from kangmai.identity.queries import match
    from kangmai.kernel import audit, garbage
    from kangmai.kernel.actor import operator

    garbage.settle()  # as servers do when they have started
    actor, at = operator("benchmark"), datetime.datetime.now(datetime.UTC)
    asked = [(known(row, towns), row["person"]) for row in picked]
    for witness, _ in asked:
        match(witness, actor=actor, at=at)
    audit.flush()
    laps, own, cpu = [], [], time.process_time()
    for witness, _ in asked:
        started, began = time.perf_counter(), time.thread_time()
        match(witness, actor=actor, at=at)
        laps.append(time.perf_counter() - started)
        own.append(time.thread_time() - began)
    audit.flush()
    cpu = time.process_time() - cpu
    tally: Counter[str] = Counter()
    missed: Counter[str] = Counter()
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
        if is_known and not linked:
            missed[why(found.scores)] += 1
    return {
        "asked": len(asked),
        "milliseconds": shares(laps),
        "milliseconds of our own processor time": shares(own),
        "load": round(os.getloadavg()[0], 1),
        "candidates compared in full": {
            "mean": round(statistics.mean(sizes), 1),
            "max": max(sizes),
        },
        "matches a second": round(len(laps) / sum(laps)),
        "matches a second of our own processor time": round(len(laps) / cpu),
        "auto-link precision": round(tally["right"] / max(tally["right"] + tally["wrong"], 1), 5),
        "auto-link recall": round(tally["right"] / max(tally["known"], 1), 4),
        "review": round(tally["review"] / len(asked), 4),
        "linked though unknown": tally["wrong on unknown"],
        "known people not linked, and why": dict(missed.most_common()),
    }


def why(scores) -> str:
    """Why the best candidate was not linked by itself."""
    if not scores:
        return "nobody shares a key"
    return "; ".join(each.value for each in scores[0][1].cautions) or "not sure enough"


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
    parser.add_argument("--processes", type=int, default=2, help="that load at the same time")
    parser.add_argument("--data", type=Path, help="keep the index here, or find it here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kangmai-") as folder:
        os.environ.pop("DATABASE_URL", None)
        print(json.dumps(run(given, given.data or Path(folder) / "data"), indent=1))


def run(given: argparse.Namespace, folder: Path) -> dict:
    """Load the index unless the folder holds it, and ask it."""
    from kangmai.commandline.opening import opened

    with opened(folder):
        from django.db import connection
        from identity_people import people

        table = people(int(given.residents * 1.4), seed=given.seed, errors=given.errors)
        towns = town_codes(table)
        registered, places, more = divided(
            table, given.residents, given.asked, given.seed, dirty=given.dirty
        )
        picked = text_rows(table, places)
        result: dict = {"residents": len(registered)}
        first, there = residents()
        done = max(there - len(registered), 0)  # registered by an earlier run
        strangers = text_rows(table, more[done : done + REGISTERED])
        if not there:
            started = time.perf_counter()
            first = load(table, registered, towns, given.processes)
            result["loaded a second"] = round(len(registered) / (time.perf_counter() - started))
            result["seconds of counting"] = settle()
        person = [str(each) for each in table["person"].to_numpy()[registered]]
        del table
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples, pg_total_relation_size(oid) FROM pg_class WHERE relname = 'identity_key'")  # fmt: skip
            keys, size = cursor.fetchone()
        result["keys a resident"] = round(keys / len(registered), 2)
        result["bytes of keys a resident"] = round(size / len(registered))
        who = dict(enumerate(person, first))
        return result | measure(picked, towns, who) | register(strangers, towns)


def residents() -> tuple[int, int]:
    """The first resident of an index that was loaded before, and how many there are."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), count(*) FROM identity_resident")
        return cursor.fetchone()


def settle() -> float:
    """Statistics as they are in an installation at work; returns the seconds of counting frequencies."""
    from django.db import connection

    from kangmai.identity.actions import count_frequencies

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout TO 0")
        cursor.execute("VACUUM (ANALYZE)")
    started = time.perf_counter()
    count_frequencies(at=datetime.datetime.now(datetime.UTC))
    return round(time.perf_counter() - started, 1)


if __name__ == "__main__":
    main()
