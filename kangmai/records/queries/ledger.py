"""What a source's own names stand for: the resources that it sent under them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.records import rules
from kangmai.records.fhir.definitions import resource_type_names
from kangmai.records.store.ledger import url_hash
from kangmai.records.store.rows import COLUMNS, stored
from kangmai.records.types import Source


@dataclass(frozen=True, slots=True)
class Known:
    """A resource that a source sent before; `body` is empty once it was deleted."""

    type: str
    id: str
    version: int
    updated_at: datetime
    is_deleted: bool
    body: bytes = field(repr=False)


def known_of_source(source: Source, names: Iterable[str], *, actor: Actor) -> dict[str, Known]:
    """The resources behind names that a source used in units it sent, by name; others are left out.

    Only what the source's institution wrote itself is given out, to who may change it.

    Raises:
        NotPermitted: the actor may not change resources of such a type.
    """
    by_hash = {url_hash(name): name for name in names}
    found = {by_hash[key]: known for key, known in _rows(source, sorted(by_hash))}
    for kind in {known.type for known in found.values()}:
        rules.require(actor, rules.Interaction.UPDATE, kind)
    return found


def _rows(source: Source, hashes: Sequence[bytes]) -> list[tuple[bytes, Known]]:
    names = resource_type_names()
    with reading() as connection, psycopg.Cursor(connection) as database:
        rows = database.execute(
            f"""SELECT l.url_hash, l.rt, l.fid, {COLUMNS} FROM records_ledger l
                JOIN res r ON r.rt = l.rt AND r.fid = l.fid
                WHERE l.source = %s AND l.url_hash = ANY(%s::bytea[])
                  AND r.author_org IS NOT DISTINCT FROM %s""",
            [source.name, list(hashes), source.organization],
        ).fetchall()
    found = []
    for key, rt, fid, *columns in rows:
        row = stored(tuple(columns))
        known = Known(names[rt], fid, row.version, row.updated_at, row.is_deleted, row.body)
        found.append((bytes(key), known))
    return found
