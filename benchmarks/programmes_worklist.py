"""Pages of worklists in a city's hypertension programme: village, town, county and the whole city.

python benchmarks/programmes_worklist.py [--people 600000] [--pages 40] [--explain]
"""

import argparse
import importlib
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from programmes_rows import AT, TODAY, VILLAGES, city, place


def main() -> None:
    """Measure and print one JSON object: milliseconds at the 95th percentile by reach and list."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=600_000)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    with city(options.people):
        from kangmai.kernel.actor import operator
        from kangmai.programmes.engine import actions
        from kangmai.programmes.engine.types import Show

        actions.replan(programme_id="hypertension", on=TODAY, actor=operator("benchmark"), at=AT)
        found = {
            reach: {
                show.value: _percentile(length, show, options.pages)
                for show in (Show.TO_SEE, Show.OVERDUE, Show.DUE, Show.ALL)
            }
            | {"counts": _counts(length, options.pages // 4)}
            for reach, length in (("village", 12), ("town", 9), ("county", 6), ("city", 4))
        }
        found["compare_s"] = _compare()
        if options.explain:
            _explain()
    print(json.dumps(found, indent=1))


def _actor(length: int, seed: int):  # type: ignore[no-untyped-def]
    """Somebody who serves the village, town, county or city around a random village."""
    from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
    from kangmai.kernel.ids import AccountId, OrganizationId

    village = random.Random(seed).randrange(VILLAGES)
    code = place(village)[:length]
    reach = (subtree(code),)
    organization = OrganizationId(village + 1)
    permissions = frozenset(("programmes.read", "identity.search"))
    grant = Grant("benchmark", organization, reach, permissions)
    scope = DataScope(places=reach, organizations=frozenset({organization}))
    return Actor(AccountId(1), "benchmark", (grant,), Purpose.TREATMENT, scope)


def _percentile(length: int, show, pages: int) -> float:  # type: ignore[no-untyped-def]
    """Milliseconds of a page: first pages and those behind them in turn."""
    from kangmai.programmes.engine import queries
    from kangmai.programmes.engine.types import Filter

    taken = []
    for seed in range(pages // 2):
        actor, after = _actor(length, seed), ""
        for _ in range(2):
            started = time.perf_counter()
            page = queries.worklist(filter=Filter(show), after=after, actor=actor, at=AT)
            taken.append((time.perf_counter() - started) * 1000)
            after = page.after
    return round(sorted(taken)[int(len(taken) * 0.95) - 1], 1)


def _counts(length: int, times: int) -> float:
    from kangmai.programmes.engine import queries

    taken = []
    for seed in range(times):
        started = time.perf_counter()
        queries.counts(actor=_actor(length, seed), at=AT)
        taken.append((time.perf_counter() - started) * 1000)
    return round(sorted(taken)[int(len(taken) * 0.95) - 1], 1)


def _compare() -> float:
    from kangmai.kernel.actor import operator
    from kangmai.programmes.engine import queries

    started = time.perf_counter()
    queries.compare(
        programme_id="hypertension",
        rules=("hypertension", "hypertension_primary_care"),
        year=TODAY.year,
        actor=operator("benchmark"),
    )
    return round(time.perf_counter() - started, 1)


def _explain() -> None:
    """The plans that PostgreSQL makes for the list of whom to see, on stderr."""
    from django.db import connection

    worklist = importlib.import_module("kangmai.programmes.engine.queries.worklist")
    from kangmai.programmes.engine.types import Filter

    for length in (12, 9, 6, 4):
        asked = worklist.asked_of(Filter(), actor=_actor(length, 1), at=AT)
        columns = ", ".join(asked.order)
        with connection.cursor() as cursor:
            cursor.execute(
                f"EXPLAIN (ANALYZE, BUFFERS) SELECT {columns} FROM {asked.source} WHERE {asked.where}"
                f" ORDER BY {columns} LIMIT 21",
                asked.values,
            )
            print(
                f"-- {length}", *(line for (line,) in cursor.fetchall()), sep="\n", file=sys.stderr
            )


if __name__ == "__main__":
    main()
