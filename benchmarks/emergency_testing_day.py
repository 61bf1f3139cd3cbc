"""Claim: a day of the city's peak (172,300 tubes, 1.72 million people, 20 positive pools) in at most 10 minutes on 2 cores.

Sampled, packed, received, tested, reviewed and published through the actions that pages and scanners use, in
batches as scanners send them; 20 positive pools are followed to their ends; a resident asks for his result all
the while. Peer, in the same run and the same database: PostgreSQL's COPY of the same tubes and samples into the
same two indexed tables, without any check.

    nice -n 10 python benchmarks/emergency_testing_day.py [--scale 1.0] [--workers 2] [--batch 10]

`--scale` shrinks tubes, people and pools; `--batch` is how many tubes a scanner sends at a time (1 to 100);
residents are rows without a record, made by this benchmark in a data folder that it throws away.
"""

import argparse
import multiprocessing
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

TUBES, PEOPLE_A_TUBE, POOLS = 172_300, 10, 20
SITES, LABORATORIES, WELLS = 430, 47, 94
AT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LATER = AT + 20 * HOUR
CENTRE, LABORATORY = 501, 503
VILLAGE = "441202001002"


def person(account, permissions, organization=None):
    """Somebody who works in the whole city, or in one institution."""
    from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
    from kangmai.kernel.ids import AccountId, OrganizationId

    reach = (subtree("4412"),)
    home = OrganizationId(organization) if organization else None
    grant = Grant(
        "commission_officer" if account == 1 else "cdc_epidemiologist",
        home,
        reach,
        frozenset(permissions.split()),
    )
    return Actor(AccountId(account), "benchmark", (grant,), Purpose.PUBLIC_HEALTH, DataScope(places=reach))  # fmt: skip


def make_residents(count: int) -> tuple[int, list[str]]:
    """Rows of the resident index without details; returns the first id and the numbers in order."""
    from kangmai.kernel.connections import own_connection

    with own_connection().cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # rows of a whole city in one statement
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM identity_resident")
        first = cursor.fetchone()[0]
        numbers = [f"{7_000_000_000_000 + n:013d}" for n in range(count)]
        columns = (
            "id, index_number, birth_date, sex_code, place_code, patient_id, patient_rid, initials, details,"
            " details_key, is_invented, version, updated_at"
        )
        with cursor.copy(f"COPY identity_resident ({columns}) FROM STDIN") as copy:
            for n, number in enumerate(numbers):
                row = (
                    first + n,
                    number,
                    "1970-01-01",
                    "1",
                    VILLAGE,
                    f"bench-{n}",
                    first + n,
                    "",
                    b"",
                    1,
                    True,
                    1,
                    AT,
                )
                copy.write_row(row)
        cursor.execute("ANALYZE identity_resident")
    return first, numbers


def make_round(sites: int):
    """An order, an open round and its sites."""
    from kangmai.epidemic.nucleic_acid import actions
    from kangmai.epidemic.nucleic_acid.types import RoundFacts, RoundKind, RoundState, SiteFacts
    from kangmai.epidemic.orders import actions as orders
    from kangmai.epidemic.orders.types import Draft, Purpose

    signing = "orders.read orders.propose orders.sign"
    officer, control = person(1, signing), person(2, signing)
    draft = Draft(
        title="测试", disease="covid_19", purposes=frozenset({Purpose.TESTING}), areas=("441200",), starts_at=AT,
        ends_at=AT + 5 * 24 * HOUR, edition="v9", basis="benchmark",
    )  # fmt: skip
    order = orders.propose(draft=draft, key="benchmark", actor=officer, at=AT)
    for who in (officer, control):
        order = orders.sign(order_id=order.id, expected_version=order.version, actor=who, at=AT)
    planner = person(11, "testing.read testing.plan")
    facts = RoundFacts(
        name="peak", kind=RoundKind.SCREENING, areas=("441200",), mode=10, opens_at=AT, closes_at=AT + 24 * HOUR,
        target_people=TUBES * PEOPLE_A_TUBE, organization=CENTRE,
    )  # fmt: skip
    row = actions.plan_round(facts=facts, key=UUID(int=1), actor=planner, at=AT)
    made = actions.set_sites(
        round_id=row.id,
        sites=[
            SiteFacts(
                code=f"S{n:03d}", name=f"site {n}", organization=CENTRE, place_code=VILLAGE, lanes=4,
                laboratory=LABORATORY + n % LABORATORIES,
            )
            for n in range(sites)
        ],
        actor=planner,
        at=AT,
    )  # fmt: skip
    actions.move_round(round_id=row.id, to=RoundState.OPEN, expected_version=1, actor=planner, at=AT)  # fmt: skip
    return row.id, [(each.id, each.laboratory_id) for each in made]


def tube_records(numbers: list[str], first: int, count: int) -> Iterator:
    """Tubes with the next people in them."""
    from kangmai.epidemic.nucleic_acid.types import Given, TubeRecord

    for n in range(first, first + count):
        swabs = AT + (n % 900) * MINUTE
        people = tuple(
            Given(number, swabs + k * MINUTE / 6)
            for k, number in enumerate(numbers[n * PEOPLE_A_TUBE : (n + 1) * PEOPLE_A_TUBE])
        )
        yield TubeRecord(UUID(int=10**9 + n), f"T{n:011d}", people, swabs + 3 * MINUTE, 10)


def run_file(codes: list[str], positive: set[str]) -> bytes:
    """An instrument's file of a plate."""
    lines = ["Well,Sample Name,Target Name,Task,Ct"]
    for n, code in enumerate([*codes, "POS", "NEG"]):
        well = f"{'ABCDEFGH'[n % 8]}{n // 8 + 1:02d}"
        task = {"POS": "Positive", "NEG": "NTC"}.get(code, "Unknown")
        hit = code == "POS" or code in positive
        for target, ct in (
            ("ORF1ab", "29.5" if hit else "Undetermined"),
            ("N", "28.7" if hit else "Undetermined"),
            ("IC", "27.0"),
        ):
            lines.append(f"{well},{code},{target},{task},{ct}")
    return "\n".join(lines).encode()


def work(number: int, workers: int, plan: dict, queue) -> None:
    """One process: the sites that fall to it, from the first tube to the last published plate."""
    wake(plan["url"], plan["keys"])
    from kangmai.epidemic.nucleic_acid import actions
    from kangmai.epidemic.nucleic_acid.types import BoxRecord

    spent = {"take": 0.0, "box": 0.0, "test": 0.0}
    sampler = person(12, "testing.sample", CENTRE)
    count = positives = 0
    for site_id, laboratory, first, tubes in plan["shares"][number::workers]:
        bench, reviewer = (person(k, "testing.bench testing.review", laboratory) for k in (14, 15))
        codes = [f"T{n:011d}" for n in range(first, first + tubes)]
        start = time.perf_counter()
        records = list(tube_records(plan["numbers"], first, tubes))
        for n in range(0, tubes, plan["batch"]):
            batch = records[n : n + plan["batch"]]
            taken = actions.take_tubes(site_id=site_id, records=batch, actor=sampler, at=LATER)
            assert all(each.outcome == "taken" for each in taken), taken
        spent["take"] += time.perf_counter() - start
        start = time.perf_counter()
        for n in range(0, tubes, 100):
            label = f"B{first + n:07d}"
            box = BoxRecord(
                UUID(int=2 * 10**9 + first + n), label, tuple(codes[n : n + 100]), LATER
            )
            actions.pack_boxes(site_id=site_id, records=[box], actor=sampler, at=LATER)
            actions.send_boxes(codes=[label], carrier="courier", actor=sampler, at=LATER)
            actions.receive_box(
                code=label, laboratory=laboratory, tubes=codes[n : n + 100], temperature_c=4.0, actor=bench, at=LATER
            )  # fmt: skip
        spent["box"] += time.perf_counter() - start
        start = time.perf_counter()
        for n in range(0, tubes, WELLS):
            some = codes[n : n + WELLS]
            published = test(
                actions, f"P{first + n:07d}", laboratory, some, plan["positive"], bench, reviewer
            )
            positives += len(published.pools)
            for pool_id in published.pools:
                follow(actions, pool_id, site_id, laboratory, sampler, bench, reviewer)
        spent["test"] += time.perf_counter() - start
        count += tubes
    queue.put((count, positives, spent))


def test(actions, label, laboratory, codes, positive, bench, reviewer, *, at=LATER + HOUR):
    """Import a run and have it published by a colleague."""
    from kangmai.epidemic.nucleic_acid.types import RunFacts

    facts = RunFacts(label, laboratory, "SLAN-96P", "KIT", "L1", at - HOUR, at)
    imported = actions.import_run(facts=facts, file=run_file(codes, positive), actor=bench, at=at)
    return actions.review_plate(plate_id=imported.plate_id, expected_version=1, actor=reviewer, at=at)  # fmt: skip


def follow(actions, pool_id, site_id, laboratory, sampler, bench, reviewer) -> None:
    """Find everybody, take two singles each, test them, report the one who is positive, release the others."""
    from kangmai.epidemic.nucleic_acid import models
    from kangmai.epidemic.nucleic_acid.types import BoxRecord, Given, TubeRecord

    follower, at = person(16, "testing.follow testing.read"), LATER + 2 * HOUR
    pool = models.Pool.objects.get(id=pool_id)
    holds = list(pool.holds.order_by("id"))
    found = dict.fromkeys((each.id for each in holds), "at home")
    actions.note_whereabouts(pool_id=pool_id, found=found, expected_version=1, actor=follower, at=at)  # fmt: skip
    numbers = dict(_numbers([each.person_id for each in holds]))
    records = [
        TubeRecord(
            UUID(int=3 * 10**9 + 100 * holds[0].id + 2 * n + k), f"S{holds[0].id:07d}{2 * n + k:03d}",
            (Given(numbers[each.person_id], at, "pool_follow_up"),), at, 1, pool_id=pool_id,
        )
        for n, each in enumerate(holds)
        for k in (0, 1)
    ]  # fmt: skip
    actions.take_tubes(site_id=site_id, records=records, actor=sampler, at=at)
    label = f"F{holds[0].id:07d}"
    codes = tuple(each.code for each in records)
    box = BoxRecord(UUID(int=4 * 10**9 + holds[0].id), label, codes, at)
    actions.pack_boxes(site_id=site_id, records=[box], actor=sampler, at=at)
    actions.receive_box(code=label, laboratory=laboratory, tubes=None, temperature_c=4.0, actor=bench, at=at)  # fmt: skip
    test(actions, label, laboratory, [pool.tube.code, *codes], {pool.tube.code, codes[0]}, bench, reviewer, at=at + 2 * HOUR)  # fmt: skip
    pool.refresh_from_db()
    end = {"pool_id": pool_id, "actor": follower, "at": at + 3 * HOUR}
    pool = actions.report(
        hold_id=holds[0].id, reference="R-1", expected_version=pool.version, **end
    )
    assert actions.release_negatives(expected_version=pool.version, **end) == len(holds) - 1
    pool.refresh_from_db()
    assert pool.state == "concluded", pool.state


def _numbers(ids: list[int]) -> list[tuple[int, str]]:
    from kangmai.kernel.connections import own_connection

    return own_connection().execute(
        "SELECT id, index_number FROM identity_resident WHERE id = ANY(%s)", [ids]
    ).fetchall()  # fmt: skip


def ask(plan: dict, first: int, count: int, stop, queue) -> None:
    """A resident's result query, again and again, and a statement that asks nothing; milliseconds of each."""
    wake(plan["url"], plan["keys"])
    from kangmai.epidemic.nucleic_acid import queries
    from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose
    from kangmai.kernel.connections import own_connection
    from kangmai.kernel.ids import AccountId, ResidentId

    grant = Grant("resident", None, (), frozenset({"own.record"}))
    chance, took, idle, found = random.Random(1), [], [], 0
    while not stop.is_set():
        scope = DataScope(residents=frozenset({ResidentId(first + chance.randrange(count))}))
        actor = Actor(AccountId(9), "benchmark", (grant,), Purpose.RESIDENT, scope)
        start = time.perf_counter()
        found += len(queries.my_tests(actor=actor, at=LATER + HOUR))
        took.append((time.perf_counter() - start) * 1000)
        time.sleep(0.01)
        start = time.perf_counter()
        own_connection().execute("SELECT 1").fetchone()
        idle.append((time.perf_counter() - start) * 1000)
        time.sleep(0.01)
    queue.put((took, idle, found))


def copy_peer(first: int, tubes: int, round_id: int, site_id: int) -> float:
    """Seconds of COPY of as many tubes and samples into the same tables, as other people and codes."""
    from kangmai.kernel.connections import own_connection

    start = time.perf_counter()
    database = own_connection()
    database.execute("SET statement_timeout = 0")
    with database.transaction(), database.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1000000 FROM nucleic_acid_tube")
        base = cursor.fetchone()[0]
        columns = (
            "id, round_id, site_id, code, client_id, digest, lane, subject, mode, people, opened_at, closed_at, due_at,"
            " state, is_held, is_received, taken_by"
        )
        with cursor.copy(f"COPY nucleic_acid_tube ({columns}) FROM STDIN") as copy:
            for n in range(tubes):
                copy.write_row(
                    (base + n, round_id, site_id, f"C{n:011d}", UUID(int=5 * 10**9 + n), b"12345678", 1, "people", 10,
                     PEOPLE_A_TUBE, AT, AT, LATER, "closed", False, False, 1)
                )  # fmt: skip
        columns = 'person_id, round_id, occasion, tube_id, seq, "group", sampled_at, reason'
        with cursor.copy(f"COPY nucleic_acid_sample ({columns}) FROM STDIN") as copy:
            for n in range(tubes * PEOPLE_A_TUBE):
                copy.write_row(
                    (
                        first + n,
                        round_id,
                        30_000,
                        base + n // PEOPLE_A_TUBE,
                        n % PEOPLE_A_TUBE,
                        "screening",
                        AT,
                        "",
                    )
                )
    return time.perf_counter() - start


def wake(url: str, keys: Path) -> None:
    """Set Django up in a process of its own."""
    from kangmai.config.start import start

    start(database_url=url, keys=keys)


def shares(sites: list[tuple[int, int]], tubes: int) -> list[tuple[int, int, int, int]]:
    """Site, laboratory, number of the first tube, tubes."""
    each, first, found = -(-tubes // len(sites)), 0, []
    for site_id, laboratory in sites:
        own = min(each, tubes - first)
        if own > 0:
            found.append((site_id, laboratory, first, own))
            first += own
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=10, help="tubes a scanner sends at a time")
    options = parser.parse_args()
    tubes = max(100, round(TUBES * options.scale))
    pools = max(1, round(POOLS * min(1.0, options.scale * 4)))
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data"):
        from django.conf import settings

        measure(options, tubes, pools, settings.DATABASE_URL, settings.KEYS)


def measure(options, tubes: int, pools: int, url: str, keys: Path) -> None:
    """Make the people and the round, run the day and its peer, print."""
    first, numbers = make_residents(tubes * PEOPLE_A_TUBE)
    sites = max(options.workers, round(SITES * tubes / TUBES))
    round_id, made = make_round(sites)
    chance = random.Random(7)
    plan = {
        "url": url, "keys": keys, "numbers": numbers, "batch": options.batch, "shares": shares(made, tubes),
        "positive": {f"T{n:011d}" for n in chance.sample(range(tubes), pools)},
    }  # fmt: skip
    context = multiprocessing.get_context("fork")
    close_connections()
    stop, answers, asked = context.Event(), context.Queue(), context.Queue()
    asker = context.Process(
        target=ask, args=(plan, first, tubes * PEOPLE_A_TUBE, stop, asked), daemon=True
    )
    workers = [
        context.Process(target=work, args=(n, options.workers, plan, answers))
        for n in range(options.workers)
    ]
    start = time.perf_counter()
    for process in (asker, *workers):
        process.start()
    done = gathered(answers, workers)
    seconds = time.perf_counter() - start
    stop.set()
    took, idle, found = asked.get(timeout=60)
    asker.join()
    report(options, tubes, pools, done, seconds, (took, idle), found)
    peer = copy_peer(first, tubes, round_id, made[0][0])
    mine = max(each[2]["take"] for each in done)
    print(f"COPY of the same tubes and samples into the same tables: {peer:.1f} s; intake with every check takes {mine / peer:.1f} × as long")  # fmt: skip


def gathered(answers, workers) -> list:
    """What the workers answer; ends the run when one of them died."""
    done = []
    while len(done) < len(workers):
        try:
            done.append(answers.get(timeout=2))
        except Exception:
            if any(each.exitcode not in (None, 0) for each in workers):
                sys.exit("a worker died: see above")
    for each in workers:
        each.join()
    return done


def close_connections() -> None:
    """Before a fork: a connection belongs to one process."""
    from django.db import connections

    from kangmai.kernel import audit
    from kangmai.kernel.connections import close_own

    audit.flush()
    connections.close_all()
    close_own()
    assert threading.active_count() < 10


def report(options, tubes, pools, done, seconds, asked, found) -> None:
    """Print what was measured."""
    from kangmai.epidemic.nucleic_acid import models

    assert sum(each[0] for each in done) == tubes
    assert sum(each[1] for each in done) == pools, (done, pools)
    open_tubes = models.Tube.objects.filter(published_at=None).count()
    assert open_tubes == 0, f"{open_tubes} tubes without a result"
    print(f"{tubes} tubes, {tubes * PEOPLE_A_TUBE} people, {pools} positive pools to their ends, {options.workers} workers, {options.batch} tubes a batch")  # fmt: skip
    print(f"the whole day: {seconds:.1f} s, {tubes / seconds:.0f} tubes/s; at this pace 172,300 tubes take {TUBES / tubes * seconds / 60:.1f} min")  # fmt: skip
    for part in ("take", "box", "test"):
        print(f"  {part}: {max(each[2][part] for each in done):.1f} s")
    took, idle = map(sorted, asked)
    p99 = [each[int(len(each) * 0.99)] for each in (took, idle)]
    print(f"a resident's results meanwhile: {len(took)} queries ({found} samples), median {statistics.median(took):.1f} ms, p99 {p99[0]:.1f} ms")  # fmt: skip
    print(f"a statement that asks nothing, beside it: median {statistics.median(idle):.1f} ms, p99 {p99[1]:.1f} ms: one trip on a machine as busy as this; a result takes two")  # fmt: skip


if __name__ == "__main__":
    main()
