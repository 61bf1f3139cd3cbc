"""The steps that actions share: the trail of a thing, the audit row, the announcement, versions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from kangmai.kernel.actor import Actor


def step(
    database: psycopg.Connection,
    *,
    order_id: UUID,
    kind: str,
    subjects: Sequence[object],
    deed: str,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write a line into the trail of boxes, tubes, plates or pools."""
    database.execute(
        """INSERT INTO nucleic_acid_step (order_id, kind, subject_id, deed, at, account_id, note)
           SELECT %s, %s, id, %s, %s, %s, %s FROM unnest(%s::text[]) AS g (id)""",
        [order_id, kind, deed, at, actor.account, note, [str(each) for each in subjects]],
    )
