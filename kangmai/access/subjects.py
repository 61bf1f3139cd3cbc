"""Which Patients of the record are a resident's: audit rows name Patients, decisions name residents."""

from collections.abc import Iterable

from kangmai.kernel.connections import reading


def patients_of(residents: Iterable[int]) -> list[int]:
    """The row ids of the Patients linked to these residents."""
    with reading() as database:
        rows = database.execute(
            "SELECT rid FROM subject WHERE resident_id = ANY(%s::int8[]) ORDER BY rid",
            [list(residents)],
        ).fetchall()
    return [row[0] for row in rows]
