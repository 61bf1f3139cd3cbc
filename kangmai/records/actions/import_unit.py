"""Take one unit of an import (a bundle, a resource): all of it or nothing, and nothing twice.

The ledger remembers which fullUrl of which source became which resource, with a hash of its content. So
a repeated fullUrl is the same resource, a changed entry an update, and an unchanged one nothing, however
often a file is imported.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
import psycopg

from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import uuid7
from kangmai.records.actions.transact import transact
from kangmai.records.errors import DuplicateInTransaction
from kangmai.records.fhir.definitions import resource_type_names, resource_types
from kangmai.records.store.bodies import base_of, decode, relative_references, urn_references
from kangmai.records.store.ledger import url_hash
from kangmai.records.types import Authority, Effect, Operation, Source, Verb


@dataclass(frozen=True, slots=True)
class Item:
    """One resource of a unit, under the name by which its source knows it."""

    full_url: str
    type: str
    raw: bytes
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger holds about a fullUrl."""

    type: str
    id: str
    content_hash: bytes


def import_unit(
    items: Sequence[Item], *, source: Source, actor: Actor, at: datetime
) -> list[Effect]:
    """Store a unit; returns what happened to each of its entries.

    Raises:
        DuplicateInTransaction: one fullUrl stands twice with different content.
        What `transact` raises; then nothing of the unit is stored.
    """
    hashes = [_content_hash(item.raw) for item in items]
    _refuse_contradictions(items, hashes)
    with unit_of_work() as connection, psycopg.Cursor(connection) as database:
        named = {name for item in items for name in _names_in(item)}
        known = _look_up(database, source.name, [*{item.full_url for item in items} | named])
        operations: dict[str, Operation] = {}
        effects = []
        for item, content_hash in zip(items, hashes, strict=True):
            before = known.get(item.full_url)
            if item.full_url in operations or (before and before.content_hash == content_hash):
                effects.append(Effect.UNCHANGED)
                continue
            operations[item.full_url] = _operation(item, before)
            effects.append(Effect.UPDATED if before else Effect.CREATED)
        elsewhere = {url: f"{k.type}/{k.id}" for url, k in known.items() if url not in operations}
        outcomes = transact(
            list(operations.values()), source=source, names=elsewhere, actor=actor, at=at
        )
        written = dict(zip(operations, outcomes, strict=True))
        content = dict(zip([item.full_url for item in items], hashes, strict=True))
        _remember(
            database, source.name, [(url, content[url], o.type, o.id) for url, o in written.items()]
        )
    return [
        written[item.full_url].effect if effect is not Effect.UNCHANGED else effect
        for item, effect in zip(items, effects, strict=True)
    ]


def import_units(
    units: Sequence[Sequence[Item]], *, source: Source, actor: Actor, at: datetime
) -> list[list[Effect] | KangmaiError]:
    """Store units in their order, each whole or not at all, in as few transactions as they allow.

    All go together as long as none is refused; otherwise each half by itself, until what is refused stands alone.
    What was stored is on the disk when this returns.

    Returns:
        For each unit what happened to its entries, or why nothing of it was stored.
    """
    whole = [item for unit in units for item in unit]
    try:
        effects = iter(import_unit(whole, source=source, actor=actor, at=at))
        return [[next(effects) for _ in unit] for unit in units]
    except KangmaiError as error:
        if len(units) == 1:
            return [error]
    middle = len(units) // 2
    halves = (units[:middle], units[middle:])
    return [
        each for half in halves for each in import_units(half, source=source, actor=actor, at=at)
    ]


def _names_in(item: Item) -> Iterator[str]:
    """The names by which a resource refers to others of its source."""
    yield from urn_references(item.raw)
    base = base_of(item.full_url)
    if base is not None:
        yield from (f"{base}{each}" for each in relative_references(item.raw))


def _content_hash(raw: bytes) -> bytes:
    return hashlib.sha256(orjson.dumps(decode(raw), option=orjson.OPT_SORT_KEYS)).digest()


def _refuse_contradictions(items: Sequence[Item], hashes: Sequence[bytes]) -> None:
    seen: dict[str, bytes] = {}
    for item, content_hash in zip(items, hashes, strict=True):
        if seen.setdefault(item.full_url, content_hash) != content_hash:
            raise DuplicateInTransaction(type=item.type, id=item.full_url)


def _operation(item: Item, before: _Known | None) -> Operation:
    if before:
        return Operation(
            Verb.UPDATE, before.type, before.id, item.raw, item.full_url, authority=Authority.LEDGER
        )
    if item.condition:
        return Operation(Verb.CREATE, item.type, None, item.raw, item.full_url, item.condition)
    return replace(
        Operation(Verb.CREATE, item.type, str(uuid7()), item.raw, item.full_url),
        authority=Authority.LEDGER,
    )


def _look_up(database: psycopg.Cursor, source: str, urls: Sequence[str]) -> dict[str, _Known]:
    by_hash = {url_hash(url): url for url in urls}
    rows = database.execute(
        """SELECT url_hash, rt, fid, content_hash FROM records_ledger
           WHERE source = %s AND url_hash = ANY(%s::bytea[]) ORDER BY url_hash FOR UPDATE""",
        [source, sorted(by_hash)],
    ).fetchall()
    names = resource_type_names()
    return {
        by_hash[bytes(url)]: _Known(names[rt], fid, bytes(content))
        for url, rt, fid, content in rows
    }


def _remember(
    database: psycopg.Cursor, source: str, written: Sequence[tuple[str, bytes, str, str]]
) -> None:
    if not written:
        return
    database.execute(
        """INSERT INTO records_ledger (source, url_hash, content_hash, rt, fid)
           SELECT %s, * FROM unnest(%s::bytea[], %s::bytea[], %s::int2[], %s::text[])
           ON CONFLICT (source, url_hash) DO UPDATE SET content_hash = EXCLUDED.content_hash""",
        [
            source,
            [url_hash(url) for url, _, _, _ in written],
            [content for _, content, _, _ in written],
            [resource_types()[kind] for _, _, kind, _ in written],
            [id for _, _, _, id in written],
        ],
    )
