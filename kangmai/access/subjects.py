"""Which Patients of the record are a resident's: audit rows name Patients, decisions name residents."""

from collections.abc import Iterable

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading


def patients_of(residents: Iterable[int]) -> list[int]:
    """The row ids of the Patients linked to these residents."""
    with reading() as database:
        rows = database.execute(
            "SELECT rid FROM subject WHERE resident_id = ANY(%s::int8[]) ORDER BY rid",
            [list(residents)],
        ).fetchall()
    return [row[0] for row in rows]


def places_of(resident_id: int) -> frozenset[str]:
    """The division codes where a resident's Patients are placed."""
    with reading() as database:
        rows = database.execute(
            "SELECT DISTINCT place_code FROM subject WHERE resident_id = %s", [resident_id]
        ).fetchall()
    return frozenset(row[0] for row in rows)


def is_served(resident_id: int, actor: Actor) -> bool:
    """Whether a resident lives in the actor's places or is managed by one of his institutions.

    What the resident objects to or shares makes no difference here: nobody widens his own sight.
    """
    if actor.scope.everything:
        return True
    with reading() as database:
        rows = database.execute(
            "SELECT place_code, managing_org FROM subject WHERE resident_id = %s", [resident_id]
        ).fetchall()
    return any(
        organization in actor.scope.organizations
        or any(place.covers(code) for place in actor.scope.places)
        for code, organization in rows
    )
