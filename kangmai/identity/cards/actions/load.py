"""Issue cards to everybody of an area who has none, by COPY, piece by piece."""

import time
from collections.abc import Callable
from datetime import datetime

import psycopg
from django.db import connection, transaction

from kangmai.identity.cards import keys
from kangmai.identity.cards.numbers import card_number
from kangmai.identity.cards.reach import MANAGE
from kangmai.identity.cards.types import Issued, State, Way
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.calendars import legal_day

PIECE = 50_000
"""Cards in one transaction: a second or two, so that the feed of events never waits for long."""

_WITHOUT_CARD = """
SELECT r.id, r.managing_org FROM identity_resident r
WHERE r.id > %s AND r.place_code LIKE %s AND r.merged_into_id IS NULL
  AND r.deceased_on IS NULL AND r.moved_out_on IS NULL
  AND NOT EXISTS (SELECT FROM cards_card c WHERE c.resident_id = r.id AND c.state IN ('active', 'suspended'))
ORDER BY r.id LIMIT %s"""


def issue_cards(
    *,
    place: str,
    organization: OrganizationId | None = None,
    most: int | None = None,
    report: Callable[[int], None] = lambda count: None,
    actor: Actor,
    at: datetime,
) -> Issued:
    """Issue a card to every living resident of a division who has none; what was done stays if it is cut off.

    Args:
        place: division code, or its beginning; empty for everybody.
        organization: who issues them; else the institution that manages the resident.
        most: how many at most.
        report: told after each piece how many there are.

    Raises:
        NotPermitted, CityUnknown, AlgorithmUnavailable
    """
    require(actor, MANAGE, place)
    started, done, after = time.perf_counter(), 0, 0
    city = keys.current_key(at=at).city
    stem = place[:4] if len(place) == 6 and place.endswith("00") else place
    while most is None or done < most:
        wanted = PIECE if most is None else min(PIECE, most - done)
        with transaction.atomic():
            people = _without_card(stem, after, wanted)
            _copy(people, city, organization, actor, at)
        if not people:
            break
        done, after = done + len(people), people[-1][0]
        report(done)
    return Issued(done, time.perf_counter() - started)


def _without_card(stem: str, after: int, wanted: int) -> list[tuple[int, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_CARD, [after, f"{stem}%", wanted])
        return cursor.fetchall()


def _copy(
    people: list[tuple[int, int | None]],
    city: str,
    organization: OrganizationId | None,
    actor: Actor,
    at: datetime,
) -> None:
    if not people:
        return
    first = _reserved(len(people))
    with (
        psycopg.Cursor(connection.connection) as cursor,
        cursor.copy(
            """COPY cards_card (id, number, resident_id, state, way, issued_by, issued_at, recorded_by, pin,
                                failures, version) FROM STDIN (FORMAT binary)"""
        ) as copy,
    ):
        copy.set_types(
            ("int8", "varchar", "int8", "varchar", "varchar", "int8", "timestamptz", "int8", "varchar", "int2", "int4")
        )  # fmt: skip
        for serial, (resident, managing) in enumerate(people, first):
            copy.write_row(
                (serial, card_number(city, serial), resident, State.ACTIVE.value, Way.BULK.value,
                 organization or managing, at, actor.account, "", 0, 1)
            )  # fmt: skip
    audit.record(
        connection.connection,
        actor=actor,
        at=at,
        action="cards.load",
        object_type="Card",
        object_id="",
        details={"issued": len(people), "on": str(legal_day(at))},
    )


def _reserved(count: int) -> int:
    """The first of `count` consecutive serials."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH first AS (SELECT nextval(pg_get_serial_sequence('cards_card', 'id')) AS id)
               SELECT id, setval(pg_get_serial_sequence('cards_card', 'id'), id + %s) FROM first""",
            [count - 1],
        )
        return cursor.fetchone()[0]
