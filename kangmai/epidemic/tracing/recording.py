"""Write down what was found: contacts, pairs and exposures in a few statements, however many there are.

The same exposure found again changes nothing but a longer stay; nothing is doubled.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import psycopg

from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.types import Kind, PersonId, Source
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import uuid7

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True)
class Found:
    """One exposure as a source tells it.

    Attributes:
        of: who exposed: the case, or a contact of the case.
        kind: what the source suggests; an investigator decides.
    """

    of: PersonId
    person: PersonId
    kind: Kind
    generation: int
    relation: str
    venue: int | None
    place: str
    day: date
    first_at: datetime
    last_at: datetime
    minutes: int


@cache
def statement(name: str) -> str:
    """A statement of the room by its name."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def record(case: models.Case, found: Sequence[Found], *, source: Source, at: datetime) -> int:
    """Write exposures of a case's contacts; those of the case itself and of other cases' people are left as they are.

    Returns:
        how many contacts the case got that it had not before.
    """
    own = {case.person_id, case.person.joined_to_id if case.person else None}
    found = [each for each in found if each.person not in own]
    if not found:
        return 0
    people = sorted({each.person for each in found})
    with unit_of_work() as database:
        before = _count(database, case)
        database.execute(
            statement("contacts"),
            {
                "order": case.order_id, "edition": case.edition, "at": at, "people": people,
                "ids": [uuid7() for _ in people],
                "days": _latest(found, people),
            },
        )  # fmt: skip
        database.execute(statement("pairs"), _pairs(case, found, source, at))
        database.execute(statement("exposures"), _exposures(case, found, source))
        database.execute(statement("sums"), {"case": case.id, "people": people})
        return _count(database, case) - before


def count_exposures(contact_ids: Collection[UUID]) -> None:
    """Find the last day of exposure of some contacts again."""
    with unit_of_work() as database:
        database.execute(statement("latest"), {"contacts": sorted(contact_ids)})


def _latest(found: Sequence[Found], people: Sequence[PersonId]) -> list[date]:
    latest: dict[PersonId, date] = {}
    for each in found:
        latest[each.person] = max(each.day, latest.get(each.person, each.day))
    return [latest[one] for one in people]


def _count(database: psycopg.Connection, case: models.Case) -> int:
    row = database.execute("SELECT count(*) FROM tracing_pair WHERE case_id = %s", [case.id])
    (count,) = row.fetchone() or (0,)
    return int(count)


def _pairs(
    case: models.Case, found: Sequence[Found], source: Source, at: datetime
) -> dict[str, object]:
    """One row a contact: the strongest kind that any exposure suggests, the lowest generation."""
    order = {Kind.CLOSE: 0, Kind.SECONDARY: 1, Kind.GENERAL: 2, Kind.EXCLUDED: 3}
    best: dict[PersonId, Found] = {}
    for each in found:
        held = best.get(each.person)
        if held is None or (order[each.kind], each.generation) < (order[held.kind], held.generation):  # fmt: skip
            best[each.person] = each
    rows = [best[person] for person in sorted(best)]
    return {
        "order": case.order_id, "case": case.id, "at": at, "source": source.value,
        "people": [each.person for each in rows], "kinds": [each.kind.value for each in rows],
        "generations": [each.generation for each in rows], "relations": [each.relation for each in rows],
    }  # fmt: skip


def _exposures(case: models.Case, found: Sequence[Found], source: Source) -> dict[str, object]:
    """One row for each contact, exposer, place and day: what is told twice in one breath is told once."""
    once: dict[tuple[object, ...], Found] = {}
    for each in found:
        key = (each.person, each.of, each.venue, each.place, each.day)
        if key not in once or once[key].minutes < each.minutes:
            once[key] = each
    rows = list(once.values())
    return {
        "order": case.order_id, "case": case.id, "source": source.value,
        "people": [each.person for each in rows], "ofs": [each.of for each in rows],
        "venues": [each.venue for each in rows], "places": [each.place[:120] for each in rows],
        "days": [each.day for each in rows], "firsts": [each.first_at for each in rows],
        "lasts": [each.last_at for each in rows], "minutes": [each.minutes for each in rows],
    }  # fmt: skip
