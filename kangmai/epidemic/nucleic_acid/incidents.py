"""Write down what was held or refused, each with its record as it came, once however often it comes again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from kangmai.epidemic.nucleic_acid.types import IncidentKind
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7

_INSERT = """
INSERT INTO nucleic_acid_incident (id, order_id, kind, round_id, site_id, laboratory_id, place_code, organization_id,
  tube_code, box_code, plate_code, details, content, content_key, client_id, at, account_id, how, note, version)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %b, %s, %s, %s, %s, '', '', 1)
ON CONFLICT (client_id, kind, tube_code, box_code) WHERE client_id IS NOT NULL DO NOTHING RETURNING id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Whom an incident concerns: order, place and institution, and round, site or laboratory where known."""

    order_id: UUID
    place_code: str
    organization: int
    round_id: int | None = None
    site_id: int | None = None
    laboratory: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An incident to write down. `content` is the record as it came; it is sealed."""

    kind: IncidentKind
    tube: str = ""
    box: str = ""
    plate: str = ""
    client_id: UUID | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)


def write(
    database: psycopg.Connection,
    notes: Sequence[Note],
    where: Where,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Write incidents into the caller's transaction, each with its row in the audit trail, which outlives the order.

    One that stands already stays as it is.
    """
    for note in notes:
        id = uuid7()
        key, content = (None, None)
        if note.content is not None:
            key, content = sealing.seal(note.content, bound_to=bound_to(id))
        row = database.execute(
            _INSERT,
            [
                id, where.order_id, note.kind.value, where.round_id, where.site_id, where.laboratory,
                where.place_code, where.organization, note.tube[:40], note.box[:20], note.plate[:32],
                orjson.dumps(dict(note.details)).decode(), content, key, note.client_id, at, actor.account,
            ],
        ).fetchone()  # fmt: skip
        if row is not None:
            _write_down(database, id, note.kind, where, actor=actor, at=at)


def _write_down(
    database: psycopg.Connection,
    id: UUID,
    kind: IncidentKind,
    where: Where,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """No label is repeated: what was scanned as a tube may have been somebody's card."""
    details = {"site": where.site_id, "laboratory": where.laboratory}
    write_down(
        "nucleic_acid.incident", "Incident", id, reason=kind.value, details=details, database=database,
        actor=actor, at=at,
    )  # fmt: skip


def bound_to(id: UUID) -> bytes:
    """The place the sealed record of an incident belongs to."""
    return f"incident:{id}".encode()
