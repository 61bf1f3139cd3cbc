"""What a laboratory and a courier see: boxes, plates with their wells, and incidents."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.actions.settling import SETTLERS, within
from kangmai.epidemic.nucleic_acid.errors import BoxUnknown, CursorUnreadable, PlateUnknown
from kangmai.epidemic.nucleic_acid.reach import BENCH, READ, REVIEW, SAMPLE, institutions, near
from kangmai.epidemic.nucleic_acid.types import (
    Box,
    BoxState,
    Incident,
    IncidentKind,
    Judgement,
    Page,
    Plate,
    PlateState,
    Well,
    WellKind,
)
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.kernel.ids import OrganizationId

LARGEST_PAGE = 200


def laboratories(actor: Actor) -> frozenset[int]:
    """The laboratories in which an actor works."""
    return institutions(actor, BENCH, REVIEW)


@emergency_door(Purpose.TESTING)
def boxes(
    *,
    site_id: int | None = None,
    states: Collection[BoxState] = (),
    after: str = "",
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Page[Box]:
    """Boxes of the actor's sites and of his laboratory, the newest first.

    Raises:
        NoOrderInForce, NotPermitted, CursorUnreadable.
    """
    _require_any(actor, (SAMPLE, BENCH, READ))
    rows = models.Box.objects.filter(_reach_of_boxes(actor))
    if site_id is not None:
        rows = rows.filter(site_id=site_id)
    if states:
        rows = rows.filter(state__in=[each.value for each in states])
    if after:
        rows = rows.filter(id__lt=_number(after))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(box_value, found[:limit])), following)


@emergency_door(Purpose.TESTING)
def box_of(box_id: int, *, actor: Actor, at: datetime) -> Box:
    """One box. Raises NoOrderInForce, NotPermitted, BoxUnknown."""
    _require_any(actor, (SAMPLE, BENCH, READ))
    row = models.Box.objects.filter(_reach_of_boxes(actor), id=box_id).first()
    if row is None:
        raise BoxUnknown(code="")
    return box_value(row)


def _reach_of_boxes(actor: Actor) -> Q:
    labs = institutions(actor, BENCH, REVIEW)
    return near(actor, SAMPLE, READ, prefix="site__") | Q(laboratory_id__in=labs)


@emergency_door(Purpose.TESTING)
def plates(
    *,
    state: PlateState | None = None,
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page[Plate]:
    """Runs of the actor's laboratories, the newest first. Raises NoOrderInForce, NotPermitted, CursorUnreadable."""
    _require_any(actor, (BENCH, REVIEW))
    rows = models.Plate.objects.filter(_reach_of_plates(actor))
    if state is not None:
        rows = rows.filter(state=state.value)
    if after:
        rows = rows.filter(id__lt=_number(after))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    counted = _counted([each.id for each in found[:limit]])
    return Page(tuple(_plate(each, counted.get(each.id, {})) for each in found[:limit]), following)


@emergency_door(Purpose.TESTING)
def plate_of(plate_id: int, *, actor: Actor, at: datetime) -> Plate:
    """One run. Raises NoOrderInForce, NotPermitted, PlateUnknown."""
    _require_any(actor, (BENCH, REVIEW))
    row = models.Plate.objects.filter(_reach_of_plates(actor), id=plate_id).first()
    if row is None:
        raise PlateUnknown()
    return _plate(row, _counted([row.id]).get(row.id, {}))


@emergency_door(Purpose.TESTING)
def wells(plate_id: int, *, actor: Actor, at: datetime) -> tuple[Well, ...]:
    """The wells of a run, as they were read. Raises NoOrderInForce, NotPermitted, PlateUnknown."""
    plate_of(plate_id, actor=actor, at=at)
    rows = models.Well.objects.filter(plate_id=plate_id).select_related("tube").order_by("id")
    return tuple(
        Well(
            row.well,
            WellKind(row.kind),
            row.tube.code if row.tube else row.code,
            row.tube.people if row.tube else 0,
            row.ct_orf1ab,
            row.ct_n,
            row.ct_internal,
            Judgement(row.judgement),
        )
        for row in rows
    )


def _reach_of_plates(actor: Actor) -> Q:
    if any("*" in grant.permissions for grant in actor.grants):
        return Q()
    return Q(laboratory_id__in=laboratories(actor))


def _counted(ids: Collection[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    rows = models.Well.objects.filter(plate_id__in=ids, kind=WellKind.SAMPLE.value)
    for each in rows.values("plate_id", "judgement").annotate(n=Count("id")).order_by("plate_id"):
        found.setdefault(each["plate_id"], {})[each["judgement"]] = each["n"]
    return found


@emergency_door(Purpose.TESTING)
def incidents(
    *,
    round_id: int | None = None,
    is_open: bool = True,
    kind: IncidentKind | None = None,
    after: str = "",
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> Page[Incident]:
    """What was held or refused in the actor's reach, the newest first.

    Raises:
        NoOrderInForce, NotPermitted, CursorUnreadable.
    """
    _require_any(actor, (READ, *SETTLERS))
    rows = models.Incident.objects.filter(within(actor), settled_at__isnull=is_open)
    if round_id is not None:
        rows = rows.filter(Q(round_id=round_id) | Q(round_id=None))
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if after:
        try:
            rows = rows.filter(id__lt=UUID(after))
        except ValueError:
            raise CursorUnreadable() from None
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.defer("content").order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(_incident, found[:limit])), following)


def _require_any(actor: Actor, permissions: Collection[str]) -> None:
    if not any(is_permitted(actor, each) for each in permissions):
        raise NotPermitted(permission=next(iter(permissions)))


def _number(text: str) -> int:
    if not text.isdecimal():
        raise CursorUnreadable()
    return int(text)


def box_value(row: models.Box) -> Box:
    """A row as the rest of the house sees it."""
    return Box(
        row.id,
        row.code,
        row.round_id,
        row.site_id,
        BoxState(row.state),
        row.tubes,
        row.packed_at,
        row.seal_number,
        row.carrier or "",
        row.left_at,
        OrganizationId(row.laboratory_id) if row.laboratory_id else None,
        row.received_at,
        row.temperature_c,
        tuple(row.missing),
        tuple(row.extra),
        row.difference_note or "",
        row.version,
    )


def _plate(row: models.Plate, counted: dict[str, int]) -> Plate:
    return Plate(
        row.id,
        row.code,
        OrganizationId(row.laboratory_id),
        row.instrument,
        row.kit,
        row.lot,
        row.started_at,
        row.ended_at,
        PlateState(row.state),
        tuple(row.faults),
        row.operator,
        row.reviewer,
        counted,
        row.version,
    )


def _incident(row: models.Incident) -> Incident:
    return Incident(
        row.id,
        IncidentKind(row.kind),
        row.round_id,
        row.site_id,
        row.tube_code,
        row.box_code,
        row.plate_code,
        row.details,
        row.at,
        row.settled_at is None,
        row.how,
        row.note,
        row.version,
    )
