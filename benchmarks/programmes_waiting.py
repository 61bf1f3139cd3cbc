"""What waits in a place at a city's size: counts, the list of what is due, and visits of programmes that are masked.

    python benchmarks/programmes_waiting.py [--residents 4100000]

Invents the enrolments of a city (about 0.94 for each resident, in seven programmes; every fourteenth resident
lives in one town), all with a visit planned within 200 days, half a year of them overdue. The peer is the plain
way in the same run: one statement over the whole reach, without the two indexes by place.
"""

import argparse
import datetime
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

AT = datetime.datetime(2026, 11, 24, 2, tzinfo=datetime.UTC)
REACHES = {"village": "441205001001", "large town": "441205001", "town": "441202005", "county": "441205", "city": "4412"}  # fmt: skip
INDEXES = ("enrolment_place_late", "enrolment_programme_place")
TIMES = 5
WORKLIST = "kangmai.programmes.engine.queries.worklist"
FILL = """
INSERT INTO programmes_enrolment (id, resident_id, programme, state, way, enrolled_on, confirmed_on, closing_reason,
    anchors, organization, place_code, priority, next_service, latest_class, evidence_days, key, account, version,
    updated_at, next_opens_on, next_due_on, next_late_on)
SELECT gen_random_uuid(), r.id, p.programme, 'managed', 'hand', date '2024-01-01', date '2024-01-01', '', '{}',
       r.village + 1,
       '4412' || lpad((r.town %% 8 + 2)::text, 2, '0') || lpad((r.town / 8 + 1)::text, 3, '0')
              || lpad((r.village %% 18 + 1)::text, 3, '0'),
       (array[5, 5, 5, 5, 5, 5, 3, 3, 1, 0])[1 + r.id * 31 %% 10], 'visit', '', 0, '', 0, 1, now(),
       date '2026-06-01' + (r.id * 13 %% 200)::int, date '2026-06-15' + (r.id * 13 %% 200)::int,
       date '2026-06-30' + (r.id * 13 %% 200)::int
FROM (SELECT id, (id * 104729 %% 1400)::int AS village,
             CASE WHEN id %% 14 = 5 THEN 3 ELSE (id * 7919 %% 104)::int END AS town
      FROM generate_series(1::bigint, %s) id) r
JOIN (VALUES ('hypertension', 10), ('elderly', 7), ('child', 15), ('diabetes', 25), ('two_cancer', 4), ('smd', 200),
             ('resident_record', 3)) p (programme, every) ON r.id %% p.every = 0"""


def filled(residents: int) -> int:
    """Invent the enrolments; how many."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(FILL, [residents])
        count = int(cursor.rowcount)
        cursor.execute("VACUUM ANALYZE programmes_enrolment")
    return count


def doctor(place: str) -> Any:
    """Somebody who visits in a place and has no label."""
    from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
    from kangmai.kernel.ids import AccountId, OrganizationId

    reach, organization = (subtree(place),), OrganizationId(70)
    permissions = frozenset(("programmes.read", "programmes.visit", "identity.search"))
    grant = Grant("benchmark", organization, reach, permissions)
    scope = DataScope(places=reach, organizations=frozenset({organization}))
    return Actor(AccountId(1), "benchmark", (grant,), Purpose.TREATMENT, scope)


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of a few times, after one."""
    work()
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def counted_plainly(actor: Any) -> list[int]:
    """What waits in each list, each by one statement over the whole reach."""
    from django.db import connection

    from kangmai.programmes.engine.types import Filter, Show

    worklist = import_module(WORKLIST)
    found = []
    for show in (Show.OVERDUE, Show.DUE, Show.DUE_SOON, Show.SUSPECTED, Show.TRANSFERS):
        asked = worklist.asked_of(Filter(show), actor=actor, at=AT)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {asked.source} WHERE {asked.where} LIMIT {worklist.MOST_COUNTED}) c",
                asked.values,
            )
            found.append(int(cursor.fetchone()[0]))
    return found


def measured(counted: Callable[[Any], Any]) -> dict[tuple[str, str], float]:
    """Milliseconds by reach and question."""
    from kangmai.programmes.engine import queries
    from kangmai.programmes.engine.types import Filter, Show

    worklist = import_module(WORKLIST)

    def due(actor: Any) -> Any:
        return worklist._ids(
            worklist.asked_of(Filter(Show.DUE), actor=actor, at=AT), after="", limit=21
        )

    questions = {
        "counts": counted,
        "due": due,
        "masked": lambda actor: queries.veiled_visits(actor=actor, at=AT),
    }
    return {
        (reach, name): milliseconds(lambda ask=ask, place=place: ask(doctor(place)))
        for reach, place in REACHES.items()
        for name, ask in questions.items()
    }


def main() -> None:
    """Measure with the indexes and without."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--residents", type=int, default=4_100_000)
    options = parser.parse_args()
    from kangmai.commandline.opening import opened

    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data"):
        from django.db import connection

        from kangmai.programmes.engine import queries

        print(f"{filled(options.residents):,} enrolments", flush=True)
        ours = measured(lambda actor: queries.counts(actor=actor, at=AT))
        for place in REACHES.values():
            whole = queries.counts(actor=doctor(place), at=AT)
            numbers = [whole.overdue, whole.due, whole.due_soon, whole.suspected, whole.transfers]
            assert numbers == counted_plainly(doctor(place)), place
        with connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute("SELECT pg_relation_size(%s::regclass)", [name])
                print(f"{name} {cursor.fetchone()[0] / 1e6:.0f} MB")
                cursor.execute(f"DROP INDEX {name}")
        plain = measured(counted_plainly)
    for (reach, name), own in ours.items():
        other = plain[reach, name]
        print(f"{reach:10} {name:6} ours {own:6.1f} ms, plainly {other:6.1f} ms, {other / own:.1f} times")  # fmt: skip


if __name__ == "__main__":
    main()
