"""Telephone numbers that many residents share: for tasks of the house, which hear who and not the number."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from kangmai.identity import models
from kangmai.identity.matching.preparation.text import plain_phone
from kangmai.identity.reach import resident_of
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId

# any keyed hash that so many of one group share: its kind is not known, so that the rows are opened then
_ALIKE = """
SELECT g.number, array_agg(DISTINCT k.resident_id)
FROM unnest(%(groups)s::int4[], %(residents)s::bigint[]) AS g (number, resident_id)
JOIN identity_key k ON k.resident_id = g.resident_id
GROUP BY g.number, k.key HAVING count(DISTINCT k.resident_id) >= %(least)s"""


def sharing_a_phone(
    groups: Sequence[Sequence[ResidentId]], *, least: int, actor: Actor, at: datetime
) -> tuple[tuple[frozenset[ResidentId], ...], ...]:
    """For each group of residents those of it that have one telephone number in common, if they are many.

    Only residents that the index finds under one key are opened. The numbers themselves stay here.

    Raises:
        NotPermitted
    """
    require(actor, "identity.search")
    if not actor.scope.everything:
        raise ValueError("only tasks of the house compare telephone numbers of many")
    pairs = [(number, each) for number, group in enumerate(groups) for each in group]
    with connection.cursor() as cursor:
        cursor.execute(
            _ALIKE,
            {
                "groups": [number for number, _ in pairs],
                "residents": [each for _, each in pairs],
                "least": least,
            },
        )
        found = cursor.fetchall()
    ids = sorted({id for _, alike in found for id in alike})
    rows = {row.id: row for row in models.Resident.objects.filter(id__in=ids)}
    subjects = [row.patient_rid for row in rows.values()]
    audit.record_later(audit.Entry(actor, at, "identity.phones", "Resident", "", subjects))
    phones = {id: _phones(row) for id, row in rows.items()}
    shared: list[set[frozenset[ResidentId]]] = [set() for _ in groups]
    for number, alike in found:
        shared[number] |= _sharing(alike, phones, least)
    return tuple(tuple(sorted(each, key=sorted)) for each in shared)


def _phones(row: models.Resident) -> frozenset[str]:
    return frozenset(filter(None, map(plain_phone, resident_of(row).demographics.phones)))


def _sharing(
    alike: Sequence[int], phones: dict[int, frozenset[str]], least: int
) -> set[frozenset[ResidentId]]:
    of: dict[str, set[ResidentId]] = defaultdict(set)
    for id in alike:
        for phone in phones.get(id, ()):
            of[phone].add(ResidentId(id))
    return {frozenset(some) for some in of.values() if len(some) >= least}
