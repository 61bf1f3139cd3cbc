"""Venue scans from files: our way in against COPY of the same rows.

    python benchmarks/emergency_scans.py [--events 1000000] [--people N] [--venues N] [--days 6]

A database of its own in a temporary folder with an order in force. The peer is PostgreSQL's COPY of the same
rows, from the same NumPy columns, into a table with the same partitions and indexes, in the same run. Prints
JSON; what is scaled from this run to 70 million events is labelled `extrapolated`.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

CITY = "441200"
TOWN = "441202001"
FULL = 70_000_000


def main() -> None:
    """Make the data, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--people", type=int, default=0, help="default: events / 16.5")
    arguments.add_argument("--venues", type=int, default=0, help="default: events / 583")
    arguments.add_argument("--days", type=int, default=6)
    given = arguments.parse_args()
    given.people = given.people or max(1000, round(given.events / 16.5))
    given.venues = given.venues or max(50, round(given.events / 583))
    from kangmai.commandline.opening import opened

    with (
        tempfile.TemporaryDirectory(prefix="kangmai-bench-") as folder,
        opened(Path(folder) / "data"),
    ):
        print(json.dumps(measured(given), indent=1, ensure_ascii=False))


def say(text: str) -> None:
    """Progress on stderr."""
    print(text, file=sys.stderr, flush=True)


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """All figures of one run."""
    world = World(given)
    say("people and venues are made")
    found: dict[str, Any] = {
        "events": given.events,
        "people": given.people,
        "venues": given.venues,
        "days": given.days,
    }
    columns = world.events()
    found["files"] = files(world, columns)
    say(json.dumps(found["files"]))
    return found


class World:
    """An order in force, people with passes and venues with codes."""

    def __init__(self, given: argparse.Namespace) -> None:
        from kangmai.epidemic.orders import actions as orders
        from kangmai.epidemic.orders.types import Draft, Purpose
        from kangmai.epidemic.venues import actions
        from kangmai.epidemic.venues.types import VenueFacts
        from kangmai.kernel.actor import operator

        self.given = given
        self.now = datetime.now(UTC).replace(microsecond=0)
        began = self.now - timedelta(days=given.days + 1)
        officer = replace_role(operator("officer"), "commission_officer", 1)
        second = replace_role(operator("second"), "cdc_epidemiologist", 2)
        order = orders.propose(
            draft=Draft(
                "测速",
                "covid_19",
                frozenset(Purpose),
                (CITY,),
                began,
                began + timedelta(days=30),
                "v9",
                "测速",
            ),
            key="bench",
            actor=officer,
            at=began,
        )
        for who in (officer, second):
            order = orders.sign(
                order_id=order.id, expected_version=order.version, actor=who, at=began
            )
        self.order = order
        first = actions.open_venue(
            facts=VenueFacts("一号市场", "market", TOWN),
            entrances=["东门"],
            key="v",
            actor=officer,
            at=self.now,
        )
        self.code = first.entrances[0].code
        self.device, self.token = actions.add_device(
            name="r", venue_id=first.id, actor=officer, at=self.now
        )
        self._fill(given)

    def _fill(self, given: argparse.Namespace) -> None:
        """People and venues by SQL: how they are registered is not what is measured."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO venues_venue (order_id, name, kind, place_code, address, key, created_by, created_at, version)
                   SELECT %s, 'v' || n, (ARRAY['market','supermarket','restaurant','community','transport'])[1 + n %% 5],
                          %s, '', 'b' || n, 1, now(), 1 FROM generate_series(2, %s) n""",
                [self.order.id, TOWN, given.venues],
            )
            cursor.execute(
                """INSERT INTO venues_person (order_id, pass_number, document_hash, content, content_key, place_code,
                                              origin, colour, registered_at)
                   SELECT %s, (random() * 1e17)::bigint * 10 + n %% 10 + 1, sha256(n::text::bytea), '', 1, %s, 'grid', 1, now()
                   FROM generate_series(1, %s) n""",
                [self.order.id, TOWN, given.people],
            )
            cursor.execute("ANALYZE venues_person, venues_venue")
            cursor.execute(
                "SELECT array_agg(pass_number ORDER BY id), array_agg(id ORDER BY id) FROM venues_person"
            )
            passes, ids = cursor.fetchone()
        self.passes, self.ids = np.array(passes, np.int64), np.array(ids, np.int64)

    def events(self) -> list[Any]:
        """The columns of the table: people go where many go, most to few venues; in order of arrival."""
        from kangmai.epidemic.venues.rules import second_of

        given, chance = self.given, np.random.default_rng(1)
        n = given.events
        start = second_of(self.now - timedelta(days=given.days))
        at = np.sort(start + chance.integers(0, given.days * 86_400, n))
        venue = 1 + np.minimum(
            (chance.pareto(1.1, n) * given.venues / 50).astype(np.int64), given.venues - 1
        )
        person = self.ids[chance.integers(0, given.people, n)]
        constant = lambda value: np.full(n, value, np.int64)  # noqa: E731
        client = chance.integers(-(2**63), 2**63 - 1, n)
        readers = chance.integers(1, 1000, n)
        return [
            client,
            at,
            person,
            venue,
            readers,
            constant(self.order.serial),
            constant(1),
            constant(3),
            constant(1),
        ]


def replace_role(actor: Any, role: str, account: int) -> Any:
    """An operator who acts in a role."""
    (grant,) = actor.grants
    return replace(actor, account=account, grants=(replace(grant, role=role),))


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def files(world: World, columns: list[Any]) -> dict[str, Any]:
    """A file of rows: COPY into a twin table, then our own way in, 100,000 rows a batch; sizes on disk."""
    from kangmai.epidemic.venues.actions import intake
    from kangmai.epidemic.venues.arrays import copy_stream
    from kangmai.kernel.connections import own_connection

    database = own_connection()
    database.execute("SET statement_timeout = 0")
    first, final = int(columns[1][0]), int(columns[1][-1])
    database.execute(
        "SELECT venues_ensure_days(venues_day_of(%s), venues_day_of(%s))", [first, final]
    )
    make_twin(database)
    widths = (8, 4, 4, 4, 4, 2, 2, 2, 2)
    pieces = [slice(n, n + 100_000) for n in range(0, len(columns[0]), 100_000)]

    def by_copy() -> None:
        for piece in pieces:
            stream = copy_stream(
                [(column[piece], width) for column, width in zip(columns, widths, strict=True)]
            )
            with (
                database.cursor() as cursor,
                cursor.copy(f"COPY twin ({intake.COLUMNS}) FROM STDIN (FORMAT binary)") as copy,
            ):
                copy.write(stream)

    def by_us() -> None:
        for piece in pieces:
            taken = take(world, [column[piece] for column in columns])
            assert taken.taken == piece.stop - piece.start or piece is pieces[-1], taken

    peer = timed(by_copy)
    own = timed(by_us)
    size = database.execute(
        """SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'venues_scan'::regclass"""
    ).fetchone()[0]  # type: ignore[index]
    n = len(columns[0])
    again = take(world, [column[pieces[0]] for column in columns])
    assert (again.taken, again.repeated) == (0, min(n, 100_000)), again
    return {
        "copy_rows_per_second": round(n / peer),
        "ours_rows_per_second": round(n / own),
        "ratio_to_copy": round(peer / own, 3),
        "bytes_per_event_with_indexes": round(float(size) / n, 1),
        "extrapolated_70_million": {
            "minutes": round(own / n * FULL / 60, 1),
            "gigabytes": round(float(size) / n * FULL / 1e9, 2),
        },
    }


def take(world: World, columns: list[Any]) -> Any:
    """Rows as a machine's batch: passes, codes and all that intake checks."""
    from kangmai.epidemic.venues import actions
    from kangmai.epidemic.venues.rules import instant_of
    from kangmai.epidemic.venues.types import Scans

    index = np.searchsorted(world.ids, columns[2])
    scans = Scans(
        client=columns[0],
        at=columns[1],
        passes=world.passes[index],
        entrances=(world.code,),
        sources=columns[4],
        channels=columns[7],
    )
    return actions.take_scans(scans=scans, at=instant_of(int(columns[1][-1])))


def make_twin(database: Any) -> None:
    """A table with the same partitions and indexes, for COPY."""
    database.execute("CREATE TABLE twin (LIKE venues_scan) PARTITION BY RANGE (at)")
    database.execute("CREATE INDEX ON twin (person, at)")
    database.execute("CREATE INDEX ON twin (venue, at)")
    parts = database.execute(
        """SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class
           WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'venues_scan'::regclass)"""
    ).fetchall()
    for name, bound in parts:
        twin = name.replace("venues_scan", "twin")
        database.execute(f"CREATE TABLE {twin} PARTITION OF twin {bound}")
        database.execute(f"CREATE UNIQUE INDEX ON {twin} (client)")


if __name__ == "__main__":
    main()
