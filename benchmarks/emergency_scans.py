"""Venue scans from files: our way in against COPY of the same rows.

    python benchmarks/emergency_scans.py [--events 1000000] [--people N] [--venues N] [--days 6]
    python benchmarks/emergency_scans.py --events 70000000 --people 4230000 --venues 120000 --days 365 --data DIR
                                         [--senders 2]

A database of its own with an order in force at every instant (a year is a chain of orders that extend each other),
and files as a city's gateways send them: 100,000 rows of one sender a batch, each with its pass and the code of its
entrance, through every check of intake. The peer is PostgreSQL's COPY of the same rows, from the same NumPy columns, into a
table with the same partitions and indexes, piece by piece in turn in the same run (of `--peer` rows at most). Prints
JSON; what is scaled from this run to 70 million events is labelled `extrapolated`. With `--senders`, what comes after
the peer's rows is sent by so many processes at once, and timed by the clock, the making of the rows included. With
`--data` the folder is kept, for `emergency_tracing.py`.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

CITY = "441200"
TOWN = "441202001"
FULL = 70_000_000
PIECE = 100_000
LONGEST_SECONDS = 3 * 86_400
"""No file is older: scans are refused after seven days."""
ORDER_DAYS = 30
"""As long as an order may last; the next one extends it."""


def main() -> None:
    """Make the data, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=1_000_000)
    arguments.add_argument("--people", type=int, default=0, help="default: events / 16.5")
    arguments.add_argument("--venues", type=int, default=0, help="default: events / 583")
    arguments.add_argument("--days", type=int, default=6)
    arguments.add_argument("--peer", type=int, default=5_000_000, help="rows of COPY at most")
    arguments.add_argument("--senders", type=int, default=1, help="processes that send at once")
    arguments.add_argument("--data", type=Path, help="folder that is kept")
    given = arguments.parse_args()
    given.people = given.people or max(1000, round(given.events / 16.5))
    given.venues = given.venues or max(50, round(given.events / 583))
    from kangmai.commandline.opening import opened

    with folder(given.data) as data, opened(data):
        print(json.dumps(measured(given), indent=1, ensure_ascii=False))


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """A folder to keep, or one that is removed."""
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="kangmai-bench-") as found:
        yield Path(found) / "data"


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
    return found | {"files": files(world)}


@dataclass(frozen=True)
class Piece:
    """Scans of one batch: under which order, between which seconds, how many."""

    order: Any
    first: int
    past: int
    size: int
    number: int


class World:
    """An order in force, people with passes and venues with codes."""

    def __init__(self, given: argparse.Namespace) -> None:
        from kangmai.epidemic.venues import actions
        from kangmai.epidemic.venues.types import VenueFacts
        from kangmai.kernel.actor import operator

        self.given = given
        self.now = datetime.now(UTC).replace(microsecond=0)
        officer = replace_role(operator("officer"), "commission_officer", 1)
        self.orders = chain(self.now - timedelta(days=given.days + 1), self.now, officer)
        self.order = self.orders[-1]
        first = actions.open_venue(
            facts=VenueFacts("一号市场", "market", TOWN),
            entrances=["东门"],
            key="v",
            actor=officer,
            at=self.now,
        )
        self.code = first.entrances[0].code
        readers = [
            actions.add_device(name=f"r{n}", venue_id=first.id, actor=officer, at=self.now)
            for n in range(getattr(given, "devices", 1))
        ]
        self.tokens = [token for _, token in readers]
        self._fill(given)

    def _fill(self, given: argparse.Namespace) -> None:
        """People and venues by SQL: how they are registered is not what is measured."""
        from django.db import connection

        from kangmai.epidemic.venues.codes import entrance_code

        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO venues_venue (order_id, name, kind, place_code, address, key, created_by, created_at, version)
                   SELECT %s, 'v' || n, (ARRAY['market','supermarket','restaurant','community','transport'])[1 + n %% 5],
                          %s, '', 'b' || n, 1, now(), 1 FROM generate_series(2, %s) n""",
                [self.orders[0].id, TOWN, given.venues],
            )
            cursor.execute(
                "INSERT INTO venues_entrance (venue_id, number, name, code_version) SELECT id, 1, 'door', 1 FROM venues_venue WHERE id > 1"
            )
            cursor.execute(
                """INSERT INTO venues_person (order_id, pass_number, document_hash, content, content_key, place_code,
                                              origin, colour, registered_at)
                   SELECT %s, (random() * 1e17)::bigint * 10 + n %% 10 + 1, sha256(n::text::bytea), '', 1, %s, 'grid', 1, now()
                   FROM generate_series(1, %s) n""",
                [self.orders[0].id, TOWN, given.people],
            )
            # the house's database does so by itself within a minute of such a change
            cursor.execute("VACUUM (ANALYZE) venues_person, venues_venue, venues_entrance")
            cursor.execute("SELECT id, venue_id FROM venues_entrance ORDER BY venue_id")
            doors = cursor.fetchall()
            cursor.execute(
                "SELECT array_agg(pass_number ORDER BY id), array_agg(id ORDER BY id) FROM venues_person"
            )
            passes, ids = cursor.fetchone()
        self.passes, self.ids = np.array(passes, np.int64), np.array(ids, np.int64)
        self.codes = {venue: entrance_code(id, 1) for id, venue in doors}

    def plan(self) -> list["Piece"]:
        """Pieces in order of arrival; each order has its share of the days."""
        from kangmai.epidemic.venues.rules import second_of

        start, end = second_of(self.now - timedelta(days=self.given.days)), second_of(self.now)
        left = self.given.events
        found: list[Piece] = []
        for order in self.orders:
            low = max(start, second_of(order.starts_at))
            high = min(end, second_of(order.ends_at))
            is_last = order is self.orders[-1]
            n = left if is_last else round(self.given.events * (high - low) / (end - start))
            left -= n
            count = max(-(-n // PIECE), -(-(high - low) // LONGEST_SECONDS))
            for piece in range(count):
                first = low + (high - low) * piece // count
                past = low + (high - low) * (piece + 1) // count
                size = n * (piece + 1) // count - n * piece // count
                found.append(Piece(order, first, past, size, len(found)))
        return found

    def columns(self, piece: "Piece") -> list[Any]:
        """The columns of the table for a piece, always the same: people go where many go, most to few venues."""
        chance = np.random.default_rng([1, piece.number])
        return self._columns(piece.order, piece.first, piece.past, piece.size, chance)

    def _columns(self, order: Any, first: int, past: int, n: int, chance: Any) -> list[Any]:
        most = self.given.venues
        venue = np.minimum((chance.pareto(1.1, n) * most / 50).astype(np.int64), most - 1)
        constant = lambda value: np.full(n, value, np.int64)  # noqa: E731
        return [
            chance.integers(-(2**63), 2**63 - 1, n),
            np.sort(first + (chance.random(n) * (past - first)).astype(np.int64)),
            self.ids[chance.integers(0, self.given.people, n)],
            1 + venue,
            constant(chance.integers(1, 1000)),
            constant(order.serial),
            constant(1),
            constant(3),
            constant(1),
        ]


def chain(began: datetime, until: datetime, officer: Any) -> list[Any]:
    """Orders of 30 days, each signed at its start, that extend each other until an instant."""
    from kangmai.epidemic.orders import actions
    from kangmai.epidemic.orders.types import Draft, Purpose
    from kangmai.kernel.actor import operator

    second = replace_role(operator("second"), "cdc_epidemiologist", 2)
    found: list[Any] = []
    while began <= until:
        end = began + timedelta(days=ORDER_DAYS)
        before = found[-1].id if found else None
        draft = Draft(
            "测速", "covid_19", frozenset(Purpose), (CITY,), began, end, "v9", "测速", extends=before
        )  # fmt: skip
        order = actions.propose(draft=draft, key=f"bench-{len(found)}", actor=officer, at=began)
        for who in (officer, second):
            order = actions.sign(
                order_id=order.id, expected_version=order.version, actor=who, at=began
            )
        found.append(order)
        began = end
    return found


def replace_role(actor: Any, role: str, account: int) -> Any:
    """An operator who acts in a role."""
    (grant,) = actor.grants
    return replace(actor, account=account, grants=(replace(grant, role=role),))


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def files(world: World) -> dict[str, Any]:
    """Rows of a file: COPY of the first into a twin table and our own way in, batch by batch in turn; sizes on disk."""
    from kangmai.epidemic.venues.rules import second_of
    from kangmai.kernel.connections import own_connection

    given, database = world.given, own_connection()
    database.execute("SET statement_timeout = 0")
    begins = second_of(world.now - timedelta(days=given.days))
    last = begins + int(given.days * 86_400 * min(1.0, given.peer / given.events)) + 86_400
    days = [begins, min(last, second_of(world.now))]
    database.execute("SELECT venues_ensure_days(venues_day_of(%s), venues_day_of(%s))", days)
    make_twin(database)
    peer = own = own_beside = 0.0
    copied = rows = 0
    plan = world.plan()
    beside = [piece for piece in plan if PIECE * piece.number < given.peer]
    for piece in beside:
        columns = world.columns(piece)
        peer += timed(lambda: copy(database, columns))  # noqa: B023
        copied += piece.size
        own_beside += send(world, piece, columns)
    rest = plan[len(beside) :]
    own = own_beside + send_all(world, rest, given.senders)
    rows = sum(piece.size for piece in plan)
    _, again = took(world, plan[0].order, world.columns(plan[0]))
    assert (again.taken, again.repeated) == (0, plan[0].size), again.taken
    database = own_connection()
    database.execute("SET statement_timeout = 0")
    kept = database.execute("SELECT count(*) FROM venues_scan").fetchone()[0]
    assert kept == rows == given.events, (kept, rows)
    size = database.execute(
        """SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'venues_scan'::regclass"""
    ).fetchone()[0]
    database.execute("DROP TABLE twin")
    found: dict[str, Any] = {
        "copy_rows_per_second": round(copied / peer),
        "ours_rows_per_second_beside_it": round(copied / own_beside),
        "ratio_to_copy": round(peer / own_beside, 3),
        "senders": given.senders,
        "ours_minutes": round(own / 60, 2),
        "ours_rows_per_second": round(rows / own),
        "gigabytes": round(float(size) / 1e9, 2),
        "bytes_per_event_with_indexes": round(float(size) / rows, 1),
    }
    if rows < FULL:
        found["extrapolated_70_million"] = {
            "minutes": round(own / rows * FULL / 60, 1),
            "gigabytes": round(float(size) / rows * FULL / 1e9, 2),
        }
    return found


def send(world: World, piece: Piece, columns: list[Any]) -> float:
    """The seconds of sending a piece; all of it must be taken."""
    seconds, taken = took(world, piece.order, columns)
    assert taken.taken == piece.size, (taken.taken, taken.refused[:1])
    return seconds


def send_all(world: World, pieces: list[Piece], senders: int) -> float:
    """Send pieces; the seconds of intake alone, or by the clock where several send at once."""
    if senders == 1:
        own = 0.0
        for piece in pieces:
            own += send(world, piece, world.columns(piece))
            if piece.number % 50 == 0:
                say(f"piece {piece.number}, {own:.0f} s")
        return own
    from kangmai.commandline.city.loading.processes import each_in_processes

    def put(piece: Piece) -> None:
        send(world, piece, world.columns(piece))
        if piece.number % 50 == 0:
            say(f"piece {piece.number}, {time.perf_counter() - started:.0f} s")

    started = time.perf_counter()
    for _ in each_in_processes(put, pieces, processes=senders, every_seconds=60):
        pass
    return time.perf_counter() - started


def copy(database: Any, columns: list[Any]) -> None:
    """A piece by COPY into the twin."""
    from kangmai.epidemic.venues.actions import intake
    from kangmai.epidemic.venues.arrays import copy_stream

    stream = copy_stream(list(zip(columns, (8, 4, 4, 4, 4, 2, 2, 2, 2), strict=True)))
    with (
        database.cursor() as cursor,
        cursor.copy(f"COPY twin ({intake.COLUMNS}) FROM STDIN (FORMAT binary)") as found,
    ):
        found.write(stream)


def took(world: World, order: Any, columns: list[Any]) -> tuple[float, Any]:
    """Seconds and outcome of rows as a machine's batch: passes, codes and all that intake checks."""
    from kangmai.epidemic.venues import actions
    from kangmai.epidemic.venues.rules import instant_of
    from kangmai.epidemic.venues.types import Scans

    index = np.searchsorted(world.ids, columns[2])
    scans = Scans(
        client=columns[0],
        at=columns[1],
        passes=world.passes[index],
        entrances=tuple(map(world.codes.__getitem__, columns[3].tolist())),
        sources=columns[4],
        channels=columns[7],
        own_venues=np.zeros(len(columns[0]), np.int64),
    )
    at = max(instant_of(int(columns[1][-1])), order.starts_at)
    start = time.perf_counter()
    taken = actions.take_scans(scans=scans, at=at)
    return time.perf_counter() - start, taken


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
