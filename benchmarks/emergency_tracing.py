"""Who was where, over many scans: our statements against the plain query that one would write first.

    python benchmarks/emergency_tracing.py [--events 1000000] [--people N] [--venues N] [--days N] [--repeat 5]
    python benchmarks/emergency_tracing.py --data DIR     # over the scans that emergency_scans.py left there

A database of its own in a temporary folder, filled by COPY, or a folder that is kept. Measured are the places of one
person in 14 days, everybody who was somewhere together with one case (14 days, minutes by day), and two generations
from 100 cases. The peer is the plain way over the same rows, indexed as anybody would: one table that is not cut by
days, stays by a window function over everybody's scans in these 14 days, joined by venue and overlap. Both answers
are compared before anything is timed. People and venues are those of the city whatever the scale, since how crowded
a venue is decides the work: a million events are five days at the city's mean of 190,000 a day, 70 million a year.
Prints JSON; 70 million events take about 20 GB on disk with the peer's table.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from emergency_scans import folder

TOWN = "441202001"
A_DAY = 190_000
YEAR = 365
LOOK_BACK_DAYS = 14
CASES = 100
PATIENCE_SECONDS = 60

PLAIN = """
WITH stays AS (
    SELECT s.person, s.venue, s.at, least(s.at + k.seconds,
           lead(s.at) OVER (PARTITION BY s.person ORDER BY s.at)) AS until
    FROM plain_scan s JOIN venues_venue v ON v.id = s.venue
    JOIN unnest(%(kinds)s::text[], %(seconds)s::int[]) AS k (id, seconds) ON k.id = v.kind
    WHERE s.answer <> 3 AND s.at >= %(low)s AND s.at < %(high)s
)
SELECT a.person, b.person, a.venue, sum(least(a.until, b.until) - greatest(a.at, b.at))::int AS seconds
FROM stays a JOIN stays b ON b.venue = a.venue AND b.person <> a.person AND b.at < a.until AND a.at < b.until
WHERE a.person = ANY(%(persons)s) AND a.at >= %(first)s AND a.at < %(past)s
GROUP BY 1, 2, 3 HAVING sum(least(a.until, b.until) - greatest(a.at, b.at)) >= %(least)s"""


def main() -> None:
    """Make the data, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--people", type=int, default=4_230_000)
    arguments.add_argument("--venues", type=int, default=120_000)
    arguments.add_argument("--days", type=int, default=0, help="default: events / 190,000")
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--data", type=Path, help="folder with the scans of emergency_scans.py")
    arguments.add_argument("--alone", action="store_true", help="without the plain way beside it")
    given = arguments.parse_args()
    given.days = given.days or min(YEAR, max(1, round(given.events / A_DAY)))
    from kangmai.commandline.opening import opened

    with folder(given.data) as data, opened(data):
        print(json.dumps(measured(given), indent=1, ensure_ascii=False))


def say(text: str) -> None:
    """Progress on stderr."""
    print(text, file=sys.stderr, flush=True)


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """All figures of one run."""
    world = World(given)
    say("scans are there")
    if not given.alone:
        agree(world)
        say("both ways agree")
    world.database.execute(f"SET statement_timeout = '{PATIENCE_SECONDS}s'")
    return {
        "events": given.events,
        "people": given.people,
        "venues": given.venues,
        "days": given.days,
        "one_persons_places": compared(
            lambda: world.places(0), world.plain(lambda: world.plain_places(0)), given.repeat
        ),
        "co_present_with_one_case": compared(
            lambda: world.contacts(1),
            world.plain(lambda: world.plain_contacts(world.cases[1:2])),
            given.repeat,
        ),
        "two_generations_from_100_cases": compared(
            world.generations, world.plain(world.plain_generations), max(1, given.repeat // 2)
        ),
    }


class World:
    """Venues, scans in our table, the same rows in a plain one, and the cases that are asked about."""

    def __init__(self, given: argparse.Namespace) -> None:
        from kangmai.epidemic.tracing.rulebook import edition
        from kangmai.epidemic.venues.rulebook import venue_rule
        from kangmai.epidemic.venues.rules import second_of
        from kangmai.kernel.connections import own_connection
        from kangmai.standards.calendars import legal_day

        self.given = given
        self.database = own_connection()
        self.database.execute("SET statement_timeout = 0")
        self.now = datetime.now(UTC).replace(microsecond=0) if given.data is None else self._last()
        self.rule = venue_rule(on=legal_day(self.now))
        self.carrying = edition("v9").carrying
        self.past = second_of(self.now)
        self.first = self.past - LOOK_BACK_DAYS * 86_400
        if given.data is None:
            self._fill()
        elif not given.alone:
            self.database.execute(
                "CREATE TABLE IF NOT EXISTS plain_scan AS SELECT * FROM venues_scan"
            )
        self._prepare()
        rows = self.database.execute(
            """SELECT person FROM venues_scan WHERE at >= %s AND answer <> 3 GROUP BY person
               ORDER BY abs(count(*) - 5), person LIMIT %s""",
            [self.first, CASES],
        ).fetchall()
        self.cases = [person for (person,) in rows]

    def _last(self) -> datetime:
        """The last scan of a folder that is kept; what it holds is written into the report."""
        from kangmai.epidemic.venues.rules import instant_of

        names = self.database.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'venues_scan'::regclass ORDER BY 1"
        ).fetchall()
        self.given.days = len(names) - 1
        ask = "SELECT (SELECT count(*) FROM venues_scan), (SELECT count(*) FROM venues_person), (SELECT count(*) FROM venues_venue)"
        self.given.events, self.given.people, self.given.venues = self.database.execute(
            ask
        ).fetchone()  # type: ignore[misc]
        for (name,) in reversed(names):
            (last,) = self.database.execute(f"SELECT max(at) FROM {name}").fetchone()  # type: ignore[misc]
            if last is not None:
                return instant_of(last)
        sys.exit("the folder holds no scans")

    def _prepare(self) -> None:
        """Indexes of the plain way, and what the planner wants to know."""
        if not self.given.alone:
            self.database.execute(
                "CREATE INDEX IF NOT EXISTS plain_person ON plain_scan (person, at)"
            )
            self.database.execute(
                "CREATE INDEX IF NOT EXISTS plain_venue ON plain_scan (venue, at)"
            )
            self.database.execute("ANALYZE plain_scan")
        self.database.execute("ANALYZE venues_scan")
        self.database.execute("ANALYZE venues_venue")

    def plain(self, way: Callable[[], Any]) -> Callable[[], Any] | None:
        """The plain way, unless ours is measured alone."""
        return None if self.given.alone else way

    def _fill(self) -> None:
        """Venues by SQL, scans by COPY: how they come in is measured elsewhere."""
        from kangmai.epidemic.venues.arrays import copy_stream

        given, database = self.given, self.database
        database.execute(
            """INSERT INTO venues_venue (id, order_id, name, kind, place_code, address, key, created_by, created_at, version)
               SELECT n, gen_random_uuid(), 'v' || n, (ARRAY['market','supermarket','restaurant','community','transport'])[1 + n %% 5],
                      %s, '', 'b' || n, 1, now(), 1 FROM generate_series(1, %s) n""",
            [TOWN, given.venues],
        )
        start = self.past - given.days * 86_400
        database.execute(
            "SELECT venues_ensure_days(venues_day_of(%s), venues_day_of(%s))", [start, self.past]
        )
        database.execute("CREATE TABLE plain_scan (LIKE venues_scan)")
        widths = (8, 4, 4, 4, 4, 2, 2, 2, 2)
        names = "client, at, person, venue, source, order_serial, entrance, channel, answer"
        for columns in self._events(start):
            stream = copy_stream(list(zip(columns, widths, strict=True)))
            for table in ("venues_scan", "plain_scan"):
                with (
                    database.cursor() as cursor,
                    cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy,
                ):
                    copy.write(stream)

    def _events(self, start: int) -> Any:
        """Columns in the order of arrival, 500,000 at a time: most people go where many go."""
        given, chance = self.given, np.random.default_rng(1)
        pieces = -(-given.events // 500_000)
        seconds = (self.past - start) / pieces
        for piece in range(pieces):
            n = min(500_000, given.events - piece * 500_000)
            at = np.sort(start + (piece * seconds + chance.random(n) * seconds).astype(np.int64))
            venue = 1 + np.minimum(
                (chance.pareto(1.1, n) * given.venues / 50).astype(np.int64), given.venues - 1
            )
            constant = lambda value: np.full(n, value, np.int64)  # noqa: E731, B023
            yield [
                chance.integers(-(2**63), 2**63 - 1, n), at, 1 + chance.integers(0, given.people, n), venue,
                chance.integers(1, 1000, n), constant(1), constant(1), constant(3),
                np.where(chance.random(n) < 0.02, 3, 1).astype(np.int64),
            ]  # fmt: skip

    def places(self, n: int) -> list[Any]:
        """Ours: where one person was."""
        from kangmai.epidemic.venues.presence import places

        return places(self.cases[n], self.first, self.past, self.rule)

    def plain_places(self, n: int) -> list[Any]:
        """The plain way: a person's scans with the next one as the end of each stay."""
        return self.database.execute(
            """SELECT s.venue, s.at, least(s.at + k.seconds, lead(s.at) OVER (ORDER BY s.at)), s.answer, s.channel
               FROM plain_scan s JOIN venues_venue v ON v.id = s.venue
               JOIN unnest(%s::text[], %s::int[]) AS k (id, seconds) ON k.id = v.kind
               WHERE s.person = %s AND s.at >= %s AND s.at < %s AND s.answer <> 3 ORDER BY s.at""",
            [*self._kinds(), self.cases[n], self.first, self.past],
        ).fetchall()

    def contacts(self, n: int) -> list[Any]:
        """Ours: exposures by one case, by venue and day."""
        from kangmai.epidemic.venues.presence import exposures

        return exposures([(self.cases[n], self.first, self.past)], self.rule)

    def generations(self) -> list[Any]:
        """Ours: two generations from all cases, the second from close contacts, as the ninth edition has it."""
        from kangmai.epidemic.venues.presence import exposed_generations

        asked = [(case, self.first, self.past) for case in self.cases]
        return exposed_generations(asked, self.rule, self.carrying)

    def plain_contacts(self, persons: list[int]) -> list[Any]:
        """The plain way: everybody's stays in these days, joined."""
        kinds, seconds = self._kinds()
        longest = max(seconds)
        return self.database.execute(
            PLAIN,
            {
                "kinds": kinds, "seconds": seconds, "low": self.first - longest, "high": self.past + longest,
                "persons": persons, "first": self.first, "past": self.past,
                "least": self.rule.least_overlap_minutes * 60,
            },
        ).fetchall()  # fmt: skip

    def plain_generations(self) -> list[Any]:
        """The plain way: contacts of the cases, then contacts of these (all of them, from the first day on)."""
        first = self.plain_contacts(self.cases)
        close = self._close(first)
        return [*first, *self.plain_contacts(sorted(close - set(self.cases)))]

    def _close(self, rows: list[Any]) -> set[int]:
        kinds = dict(self.database.execute("SELECT id, kind FROM venues_venue").fetchall())
        return {
            person
            for _, person, venue, seconds in rows
            if kinds[venue] in self.carrying.kinds and seconds // 60 >= self.carrying.minutes
        }

    def _kinds(self) -> tuple[list[str], list[int]]:
        return list(self.rule.kinds), [each.dwell_minutes * 60 for each in self.rule.kinds.values()]


def agree(world: World) -> None:
    """Both ways find the same contacts of the cases for the same minutes."""
    from kangmai.epidemic.venues.presence import exposures

    for n in range(2):
        asked = [(world.cases[n], world.first, world.past)]
        ours = {(e.of, e.person, e.venue): e.total_minutes for e in exposures(asked, world.rule)}
        plain = {
            (of, who, where): seconds // 60
            for of, who, where, seconds in world.plain_contacts(world.cases[n : n + 1])
        }
        assert ours == plain, (len(ours), len(plain))


def compared(
    ours: Callable[[], Any], plain: Callable[[], Any] | None, repeat: int
) -> dict[str, Any]:
    """Median milliseconds of ours after one run that is not counted, one run of the plain way, and the ratio.

    The plain way is given up after PATIENCE_SECONDS: the ratio is then a lower bound, and says so.
    """
    first = timed(ours)
    rows = len(ours())
    own = statistics.median(timed(ours) for _ in range(repeat))
    found = {"rows": rows, "ours_first_ms": round(first * 1000, 1), "ours_ms": round(own * 1000, 1)}
    if plain is None:
        return found
    started = time.perf_counter()
    try:
        plain()
        is_bound = False
    except psycopg.errors.QueryCanceled:
        is_bound = True
    peer = time.perf_counter() - started
    return {
        **found,
        "plain_ms": round(peer * 1000, 1),
        "plain_was_given_up": is_bound,
        "plain_over_ours": round(peer / own, 1),
    }


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
