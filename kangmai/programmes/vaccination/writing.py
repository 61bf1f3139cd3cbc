"""The steps that every action of the clinic shares: locks, repeated forms, the ledger of doses."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.programmes.immunization.rules import vaccines
from kangmai.programmes.vaccination import models
from kangmai.programmes.vaccination.errors import (
    FridgeNotFound,
    InTheFuture,
    KeyReused,
    NotThere,
    ReasonMissing,
    VaccineUnknown,
    VisitNotFound,
    WrongStep,
)
from kangmai.programmes.vaccination.reach import KEEP, READ, WORK, near, works_at
from kangmai.programmes.vaccination.types import EntryKind, Step
from kangmai.standards.calendars import legal_day


def lock(*parts: object) -> None:
    """Wait for others who do the same thing; held until the transaction ends."""
    name = "|".join(map(str, ("vaccination", *parts)))
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def digest(*content: object) -> bytes:
    """What tells the repetition of a form from another one with its key; names nobody."""
    return sealing.blind(repr(content), purpose="vaccination content")


def given_reason(text: str) -> str:
    """A reason that somebody wrote. Raises ReasonMissing."""
    if not text.strip():
        raise ReasonMissing()
    return text.strip()[:300]


def known_vaccine(code: str) -> str:
    """A code of the list. Raises VaccineUnknown."""
    if code not in vaccines():
        raise VaccineUnknown(vaccine=code[:16])
    return code


def past_instant(value: datetime, at: datetime) -> datetime:
    """An instant that has come. Raises InTheFuture."""
    if value > at:
        raise InTheFuture(when=value.isoformat(timespec="minutes"))
    return value


def locked_visit(
    visit_id: UUID, *, steps: Iterable[Step], expected_version: int | None, actor: Actor
) -> models.Visit:
    """A visit of the actor's clinic, locked, at one of some steps.

    Raises:
        NotPermitted, VisitNotFound, ChangedMeanwhile, WrongStep
    """
    require(actor, WORK)
    row = models.Visit.objects.select_for_update().filter(pk=visit_id).first()
    if row is None or not works_at(actor, WORK, row.organization):
        raise VisitNotFound()
    require_version(row.version, expected_version)
    if Step(row.step) not in steps:
        raise WrongStep(step=row.step)
    return row


def resident_of(visit: models.Visit, *, actor: Actor, at: datetime) -> Resident:
    """Whom a visit is of, as of today. Raises ResidentNotFound."""
    return identity.get_resident(ResidentId(visit.resident_id), actor=actor, at=at)


def save_visit(row: models.Visit, *columns: str) -> None:
    """Write changed columns and the next version."""
    row.version += 1
    row.save(update_fields=[*columns, "version"])


def kept_fridge(fridge_id: UUID, *, actor: Actor) -> models.Fridge:
    """A cold place whose doses the actor keeps, locked.

    Raises:
        NotPermitted, FridgeNotFound
    """
    require(actor, KEEP)
    row = models.Fridge.objects.select_for_update().filter(pk=fridge_id).first()
    if row is None or not works_at(actor, KEEP, row.organization):
        raise FridgeNotFound()
    return row


def seen_fridge(fridge_id: UUID, *, actor: Actor) -> models.Fridge:
    """A cold place that the actor may see. Raises NotPermitted, FridgeNotFound."""
    require(actor, READ)
    row = models.Fridge.objects.filter(near(actor), pk=fridge_id).first()
    if row is None:
        raise FridgeNotFound()
    return row


@dataclass(frozen=True, slots=True)
class Move:
    """So many doses of a package into a cold place (out of it where negative)."""

    package: models.Package
    fridge_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Note:
    """What stands at the head of an entry."""

    organization: int
    fridge_id: UUID
    to_fridge_id: UUID | None = None
    partner: str = ""
    document: str = ""
    reason: str = ""


def earlier(key: UUID, content: bytes, actor: Actor) -> models.Entry | None:
    """The entry that a key made before. Raises KeyReused."""
    found = models.Entry.objects.filter(key=key).first()
    if found is not None and (bytes(found.content), found.account) != (content, actor.account):
        raise KeyReused()
    return found


def enter(
    kind: EntryKind,
    moves: Sequence[Move],
    note: Note,
    *,
    key: UUID,
    content: bytes,
    actor: Actor,
    at: datetime,
) -> models.Entry:
    """Add an entry with its movements, and bring what is left of each package into line; they are locked already.

    Raises:
        NotThere: a package has not so many doses left.
    """
    entry = models.Entry.objects.create(
        id=uuid7(),
        key=key,
        kind=kind.value,
        organization=note.organization,
        fridge_id=note.fridge_id,
        to_fridge_id=note.to_fridge_id,
        partner=note.partner.strip()[:120],
        document=note.document.strip()[:64],
        reason=note.reason.strip()[:300],
        content=content,
        account=actor.account,
        at=at,
    )
    models.Movement.objects.bulk_create(
        models.Movement(entry=entry, package=each.package, fridge_id=each.fridge_id, lot_id=each.package.lot_id, quantity=each.quantity)
        for each in moves
    )  # fmt: skip
    change: dict[UUID, int] = {}
    packages = {each.package.id: each.package for each in moves}
    for each in moves:
        change[each.package.id] = change.get(each.package.id, 0) + each.quantity
    for id, package in packages.items():
        if package.left + change[id] < 0:
            raise NotThere(available=package.left, wanted=-change[id])
        package.left += change[id]
    models.Package.objects.bulk_update(
        list(packages.values()), ["left", "fridge_id", "quarantine_id"], batch_size=1000
    )
    return entry


def today(at: datetime) -> date:
    """The legal day of an instant."""
    return legal_day(at)
