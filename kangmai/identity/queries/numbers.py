"""Residents by the number that a scanner read: of the index, or of an identity document. Ids only, for rooms' own rows."""

from collections import defaultdict
from collections.abc import Collection

from kangmai.identity.details import document_hashes
from kangmai.identity.queries.persons import current
from kangmai.identity.types import IdentityDocument
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import ResidentId

RESIDENT_IDENTITY_CARD = "01"

_BY_INDEX = """
SELECT index_number, id, merged_into_id IS NOT NULL FROM identity_resident
WHERE index_number = ANY(%s::text[])"""
_BY_DOCUMENT = """
SELECT d.number_hash, array_agg(r.id), bool_or(r.merged_into_id IS NOT NULL)
FROM identity_document d JOIN identity_resident r ON r.id = d.resident_id
WHERE d.number_hash = ANY(%s::bytea[]) AND d.closed_on IS NULL
GROUP BY d.number_hash"""


def residents_numbered(numbers: Collection[str]) -> dict[str, ResidentId]:
    """Number of the index → the resident it stands for now; unknown numbers are left out."""
    with reading() as database:
        rows = database.execute(_BY_INDEX, [list(numbers)]).fetchall()
    return {number: _standing(id, merged) for number, id, merged in rows}


def residents_with_cards(numbers: Collection[str]) -> dict[str, ResidentId]:
    """Number of a resident identity card, in canonical form → whose it is now; shared and unknown ones are left out."""
    hashes = {
        found: number
        for number in numbers
        for found in document_hashes(IdentityDocument(RESIDENT_IDENTITY_CARD, number))
    }
    with reading() as database:
        rows = database.execute(_BY_DOCUMENT, [list(hashes)]).fetchall()
    holders: dict[str, set[ResidentId]] = defaultdict(set)
    for found, ids, merged in rows:
        holders[hashes[bytes(found)]] |= {_standing(id, merged) for id in ids}
    return {number: found.pop() for number, found in holders.items() if len(found) == 1}


def _standing(id: int, is_merged: bool) -> ResidentId:
    return current(ResidentId(id)) if is_merged else ResidentId(id)
