"""Tables of quarantine; every one hangs on the order under which it was filled. Who somebody is stands in tracing."""

from enum import Enum

from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.quarantine.types import Leaving, StayState


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Stay(models.Model):
    """A contact's claim on a room."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    contact_id = models.UUIDField(null=True)
    """The contact of tracing; cleared when the order is over."""
    site_id = models.IntegerField()
    room_id = models.IntegerField()
    place_code = _code(14)
    """Where the site stands."""
    cohort = _code(32, null=True)
    """Digest of the cases he met: the same for those who were exposed to the same."""
    cares_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    state = _code(9)
    assigned_at = models.DateTimeField()
    assigned_by = models.BigIntegerField()
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    leaving = _code(16, null=True)
    handed_to = models.CharField(max_length=120, null=True)
    reason = models.CharField(max_length=200, null=True)
    key = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("quarantine_stay_state_known", "state", StayState),
            models.CheckConstraint(
                condition=Q(leaving__isnull=True) | Q(leaving__in=[each.value for each in Leaving]),
                name="quarantine_stay_leaving_known",
            ),
            models.UniqueConstraint(fields=("assigned_by", "key"), name="quarantine_stay_once"),
            models.UniqueConstraint(
                fields=("contact_id",), condition=Q(state__in=("expected", "staying")),
                name="quarantine_stay_one_room_each",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("arrived_at")),
                name="quarantine_stay_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=~Q(state="staying") | Q(arrived_at__isnull=False, left_at__isnull=True),
                name="quarantine_stay_who_stays_arrived",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=("site_id", "state", "room_id"), name="quarantine_stay_site"),
            models.Index(
                fields=("room_id",), condition=Q(state__in=("expected", "staying")), name="quarantine_stay_room"
            ),
            models.Index(fields=("order_id",), name="quarantine_stay_order"),
            models.Index(fields=("place_code", "state"), name="quarantine_stay_place"),
        )  # fmt: skip


class Trip(models.Model):
    """A trip of an ambulance."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    ambulance_id = models.IntegerField()
    organization_id = models.BigIntegerField()
    """Where the ambulance stands: its crew sees the trip."""
    place_code = _code(14)
    contact_id = models.UUIDField(null=True)
    to_site = models.IntegerField(null=True)
    to_organization = models.BigIntegerField(null=True)
    crew = models.CharField(max_length=120, null=True)
    called_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    disinfected_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, null=True)
    called_by = models.BigIntegerField()
    key = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("called_by", "key"), name="quarantine_trip_once"),
            models.UniqueConstraint(
                fields=("ambulance_id",), condition=Q(disinfected_at__isnull=True, cancelled_at__isnull=True),
                name="quarantine_trip_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=("contact_id",), condition=Q(handed_over_at__isnull=True, cancelled_at__isnull=True),
                name="quarantine_trip_one_a_person",
            ),
            models.CheckConstraint(
                condition=(Q(left_at__isnull=True) | Q(left_at__gte=F("called_at")))
                & (Q(arrived_at__isnull=True) | Q(arrived_at__gte=F("left_at"), left_at__isnull=False))
                & (Q(handed_over_at__isnull=True) | Q(handed_over_at__gte=F("arrived_at"), arrived_at__isnull=False))
                & (Q(disinfected_at__isnull=True) | Q(disinfected_at__gte=F("handed_over_at"), handed_over_at__isnull=False)),
                name="quarantine_trip_steps_in_order",
            ),
            models.CheckConstraint(
                condition=Q(to_site__isnull=False, to_organization__isnull=True)
                | Q(to_site__isnull=True, to_organization__isnull=False),
                name="quarantine_trip_goes_somewhere",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=("place_code", "-called_at"), name="quarantine_trip_place"),
            models.Index(fields=("organization_id", "-called_at"), name="quarantine_trip_station"),
            models.Index(fields=("order_id",), name="quarantine_trip_order"),
        )
