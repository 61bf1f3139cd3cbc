"""Tables of capacity. None names anybody: a room knows how many have a claim on it and under which order, not who."""

from enum import Enum

from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.capacity.types import AmbulanceState, RoomState


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Site(models.Model):
    """A quarantine site."""

    name = models.CharField(max_length=120)
    organization_id = models.BigIntegerField()
    place_code = _code(14)
    address = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=32, blank=True, default="")
    hospital_km = models.FloatField(null=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    key = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (
            models.Index(fields=("place_code", "id"), name="capacity_site_place"),
            models.Index(fields=("organization_id",), name="capacity_site_organization"),
        )


class Room(models.Model):
    """A room of a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms", db_index=False)
    number = models.CharField(max_length=20)
    kind = _code(24)
    beds = models.PositiveSmallIntegerField()
    state = _code(8, default=RoomState.FREE.value)
    taken = models.PositiveSmallIntegerField(default=0)
    order_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("capacity_room_state_known", "state", RoomState),
            models.UniqueConstraint(fields=("site", "number"), name="capacity_room_once"),
            models.CheckConstraint(
                condition=Q(beds__range=(1, 20), taken__lte=F("beds")), name="capacity_room_holds"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("reserved", "occupied"), taken__gt=0, order_id__isnull=False)
                | Q(state__in=("free", "cleaning", "closed"), taken=0, order_id__isnull=True),
                name="capacity_room_taken_under_an_order",
            ),
        )
        indexes = (
            models.Index(
                fields=("order_id",),
                condition=Q(order_id__isnull=False),
                name="capacity_room_order",
            ),
        )


class Facility(models.Model):
    """That an institution serves as something."""

    organization_id = models.BigIntegerField()
    kind = _code(24)
    place_code = _code(14)
    since_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization_id", "kind"), condition=Q(until_on__isnull=True),
                name="capacity_facility_once",
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=("place_code", "id"), name="capacity_facility_place"),)


class BedReport(models.Model):
    """What was said of a ward's beds; only ever added."""

    id = models.UUIDField(primary_key=True)
    organization_id = models.BigIntegerField()
    place_code = _code(14)
    ward = _code(24)
    set_up = models.PositiveIntegerField()
    staffed = models.PositiveIntegerField()
    occupied = models.PositiveIntegerField()
    reserved = models.PositiveIntegerField()
    disinfecting = models.PositiveIntegerField()
    blocked = models.PositiveIntegerField()
    reported_at = models.DateTimeField()
    reported_by = models.BigIntegerField()
    key = models.UUIDField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("reported_by", "key", "ward"), name="capacity_beds_once"
            ),
            models.CheckConstraint(
                condition=Q(staffed__lte=F("set_up"))
                & Q(staffed__gte=F("occupied") + F("reserved") + F("disinfecting") + F("blocked")),
                name="capacity_beds_add_up",
            ),
        )
        indexes = (
            models.Index(
                fields=("organization_id", "ward", "-reported_at"), name="capacity_beds_latest"
            ),
            models.Index(fields=("place_code",), name="capacity_beds_place"),
        )


class Ambulance(models.Model):
    """A vehicle."""

    call_sign = models.CharField(max_length=32, unique=True)
    organization_id = models.BigIntegerField()
    place_code = _code(14)
    is_negative_pressure = models.BooleanField(default=False)
    state = _code(12, default=AmbulanceState.READY.value)
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (_known("capacity_ambulance_state_known", "state", AmbulanceState),)
        indexes = (models.Index(fields=("place_code", "id"), name="capacity_ambulance_place"),)
