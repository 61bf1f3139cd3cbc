"""What is in the cold: places with how they stand, lots held, the ledger, breaks, and who was given a lot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.vaccination import models
from kangmai.programmes.vaccination.errors import BreachNotFound, LotNotFound
from kangmai.programmes.vaccination.reach import DECIDE, KEEP, READ, near, works_at
from kangmai.programmes.vaccination.reading import breach_of, logger_of, lot_of
from kangmai.programmes.vaccination.types import (
    Breach,
    DoseState,
    EntryKind,
    Fridge,
    Held,
    Logger,
    Lot,
    Reading,
    ReadingSource,
    Recipient,
    Verdict,
)
from kangmai.programmes.vaccination.writing import seen_fridge, today
from kangmai.standards.calendars import start_of_day


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry of the ledger in short."""

    id: UUID
    kind: EntryKind
    at: datetime
    fridge: str
    to_fridge: str
    lots: tuple[str, ...]
    doses: int
    reason: str
    partner: str


def fridges(*, organization: int | None = None, actor: Actor, at: datetime) -> list[Fridge]:
    """The cold places that an actor may see, those of one institution if asked, with how they stand.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = models.Fridge.objects.filter(near(actor))
    if organization is not None:
        rows = rows.filter(organization=organization)
    found = list(rows.order_by("place_code", "organization", "name")[:500])
    latest, counts, broken = _how_they_stand([each.id for each in found], today(at))
    shown = []
    for row in found:
        at_latest, celsius = latest.get(row.id, (None, None))
        shown.append(
            Fridge(
                id=row.id,
                organization=row.organization,
                name=row.name,
                kind=row.kind,
                low=float(row.low),
                high=float(row.high),
                latest_at=at_latest,
                latest=celsius,
                readings_today=counts.get(row.id, 0),
                is_broken=row.id in broken,
                version=row.version,
            )
        )
    return shown


def _how_they_stand(
    ids: Sequence[UUID], on: date
) -> tuple[dict[UUID, tuple[datetime, float]], dict[UUID, int], set[UUID]]:
    """Latest reading, readings of the day, and whether a break stands or lots wait for a decision."""
    rows = models.Temperature.objects.filter(fridge__in=ids)
    newest = rows.order_by("fridge", "-at").distinct("fridge")
    latest = {row.fridge_id: (row.at, float(row.celsius)) for row in newest}
    of_day = rows.filter(at__gte=start_of_day(on), at__lt=start_of_day(on + timedelta(1)))
    counts = dict(of_day.values_list("fridge").annotate(Count("id")))
    waiting = models.Breach.objects.filter(Q(ended_at=None) | Q(lots__verdict=Verdict.OPEN.value))
    return latest, counts, set(waiting.filter(fridge__in=ids).values_list("fridge", flat=True))


def keeps(fridge: Fridge, *, actor: Actor) -> bool:
    """Whether an actor keeps the doses of a cold place."""
    return works_at(actor, KEEP, fridge.organization)


def decides(*, actor: Actor) -> bool:
    """Whether an actor decides on lots put aside."""
    return any({DECIDE, "*"} & each.permissions for each in actor.grants)


def get_fridge(fridge_id: UUID, *, actor: Actor, at: datetime) -> Fridge:
    """One cold place. Raises NotPermitted, FridgeNotFound."""
    row = seen_fridge(fridge_id, actor=actor)
    of_house = fridges(organization=row.organization, actor=actor, at=at)
    return next(each for each in of_house if each.id == row.id)


def held(*, organization: int, actor: Actor) -> list[Held]:
    """The doses of an institution by cold place and lot, first to expire first. Raises NotPermitted."""
    require(actor, READ)
    places = models.Fridge.objects.filter(near(actor), organization=organization)
    rows = models.Package.objects.filter(fridge__in=places, left__gt=0)
    counted = rows.values("fridge", "lot").annotate(
        usable=Sum("left", filter=Q(quarantine=None), default=0),
        put_aside=Sum("left", filter=Q(quarantine__isnull=False), default=0),
        packages=Count("id"),
    )
    counted = list(counted)
    lots = models.Lot.objects.in_bulk({each["lot"] for each in counted})
    found = [
        Held(each["fridge"], lot_of(lots[each["lot"]]), each["usable"], each["put_aside"], each["packages"])
        for each in counted
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.lot.vaccine, each.lot.expires_on, each.lot.number))


def ledger(
    *, organization: int, after: str = "", limit: int = 20, actor: Actor
) -> list[LedgerLine]:
    """The entries of an institution, newest first, from below the id `after` on. Raises NotPermitted."""
    require(actor, READ)
    places = models.Fridge.objects.filter(near(actor), organization=organization)
    rows = models.Entry.objects.filter(organization=organization, fridge__in=places)
    if after:
        rows = rows.filter(id__lt=after)
    rows = rows.select_related("fridge", "to_fridge").prefetch_related("movements__lot")
    return [_line(row) for row in rows.order_by("-id")[:limit]]


def _line(row: models.Entry) -> LedgerLine:
    moved = list(row.movements.all())
    lots = dict.fromkeys(f"{each.lot.vaccine} {each.lot.number}" for each in moved)
    into = row.to_fridge_id
    doses = sum(each.quantity for each in moved if into is None or each.fridge_id == into)
    return LedgerLine(
        row.id,
        EntryKind(row.kind),
        row.at,
        row.fridge.name,
        row.to_fridge.name if row.to_fridge else "",
        tuple(lots),
        doses,
        row.reason,
        row.partner,
    )


def unbalanced() -> list[tuple[UUID, int, int]]:
    """Packages whose movements do not add up to what is left, or lie elsewhere than where it is: must be empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.left, coalesce(sum(m.quantity), 0)
               FROM vaccination_package p LEFT JOIN vaccination_movement m ON m.package_id = p.id
               GROUP BY p.id HAVING p.left <> coalesce(sum(m.quantity), 0)
                  OR p.left <> coalesce(sum(m.quantity) FILTER (WHERE m.fridge_id = p.fridge_id), 0)"""
        )
        return list(cursor.fetchall())


def readings(fridge_id: UUID, *, days: int = 7, actor: Actor, at: datetime) -> list[Reading]:
    """The temperatures of a cold place in the last days, newest first. Raises NotPermitted, FridgeNotFound."""
    fridge = seen_fridge(fridge_id, actor=actor)
    rows = fridge.temperatures.filter(at__gte=at - timedelta(days)).order_by("-at")[:2000]
    return [
        Reading(row.at, float(row.celsius), ReadingSource(row.source), not fridge.low <= row.celsius <= fridge.high)
        for row in rows
    ]  # fmt: skip


def _breaches(actor: Actor) -> QuerySet[models.Breach]:
    seen = near(actor, READ, organization="fridge__organization", place="fridge__place_code")
    return models.Breach.objects.filter(seen).select_related("fridge").prefetch_related("lots__lot")


def loggers(fridge_id: UUID, *, actor: Actor) -> list[Logger]:
    """The loggers of a cold place, the newest first. Raises NotPermitted, FridgeNotFound."""
    fridge = seen_fridge(fridge_id, actor=actor)
    return [logger_of(row) for row in fridge.loggers.order_by("-registered_at", "-id")[:20]]


def breaches(
    *, only_open: bool = False, fridge: UUID | None = None, limit: int = 50, actor: Actor
) -> list[Breach]:
    """Breaks of the cold chain that an actor may see, newest first. Raises NotPermitted."""
    require(actor, READ)
    rows = _breaches(actor)
    if only_open:
        waiting = models.BreachLot.objects.filter(verdict=Verdict.OPEN.value).values("breach")
        rows = rows.filter(Q(ended_at=None) | Q(pk__in=waiting))
    if fridge is not None:
        rows = rows.filter(fridge=fridge)
    return [breach_of(row) for row in rows.order_by("-began_at")[:limit]]


def get_breach(breach_id: UUID, *, actor: Actor) -> Breach:
    """One break of the cold chain. Raises NotPermitted, BreachNotFound."""
    require(actor, READ)
    row = _breaches(actor).filter(pk=breach_id).first()
    if row is None:
        raise BreachNotFound()
    return breach_of(row)


def get_lot(lot_id: UUID, *, actor: Actor) -> Lot:
    """One lot; a batch is no secret among those who give it. Raises NotPermitted, LotNotFound."""
    require(actor, READ)
    row = models.Lot.objects.filter(pk=lot_id).first()
    if row is None:
        raise LotNotFound()
    return lot_of(row)


def recipients(
    *,
    lot: UUID | None = None,
    breach: Breach | None = None,
    after: str = "",
    limit: int = 50,
    actor: Actor,
) -> list[Recipient]:
    """Who was given a lot, or a dose out of a cold place since it was not cold, newest first.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = models.VisitDose.objects.filter(
        near(actor, READ, organization="visit__organization", place="visit__place_code"),
        state=DoseState.GIVEN.value,
    )
    if lot is not None:
        rows = rows.filter(package__lot=lot)
    if breach is not None:
        rows = rows.filter(entry__fridge=breach.fridge, given_at__gte=breach.began_at)
        if breach.ended_at is not None:
            lots = [each.lot.id for each in breach.lots]
            rows = rows.filter(Q(given_at__lt=breach.ended_at) | Q(package__lot__in=lots))
    if after:
        rows = rows.filter(id__lt=after)
    found = rows.select_related("visit", "package__lot").order_by("-id")[:limit]
    return [
        Recipient(
            row.visit.resident_id,
            row.visit.on,
            row.vaccine,
            row.package.lot.number,
            row.visit.organization,
            row.immunization,
        )
        for row in found
        if row.package is not None
    ]
