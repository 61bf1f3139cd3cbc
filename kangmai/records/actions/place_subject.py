"""Say whose a Patient is and where that resident belongs: every scope over the record follows at once."""

from collections.abc import Iterable, Sequence

import psycopg

from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import OrganizationId, ResidentId, ResourceRowId
from kangmai.records.store.copying import copy_rows


def place_subject(
    *,
    patients: Iterable[ResourceRowId],
    resident: ResidentId,
    place_code: str,
    managing_org: OrganizationId | None,
) -> None:
    """Link Patients (by row id) to a resident, a division code and the institution that manages him.

    Called by `identity` within the transaction of a link, a move or a merge, which audits it.
    """
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        for rid in sorted(patients):
            database.execute(
                """INSERT INTO subject (rid, resident_id, place_code, managing_org) VALUES (%s, %s, %s, %s)
                   ON CONFLICT (rid) DO UPDATE SET resident_id = EXCLUDED.resident_id,
                       place_code = EXCLUDED.place_code, managing_org = EXCLUDED.managing_org""",
                [rid, resident, place_code, managing_org],
            )


def place_subjects(placed: Sequence[tuple[int, int, str, int | None]]) -> None:
    """Place many new Patients at once: (row id, resident id, division code, managing institution)."""
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        copy_rows(
            database,
            "subject",
            "rid, resident_id, place_code, managing_org",
            ("int8", "int8", "text", "int8"),
            placed,
        )


def withdraw_subject(*, patients: Iterable[ResourceRowId]) -> None:
    """Unlink Patients: from now on only their authors see them."""
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        database.execute("DELETE FROM subject WHERE rid = ANY(%s::int8[])", [sorted(patients)])
