"""Tables of venues but the scans, which are SQL of their own (`migrations/0002_scans.py`)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kangmai.epidemic.venues.types import (
    AppealState,
    Colour,
    DecisionState,
    LookupKind,
    LookupState,
    Origin,
)


class Person(models.Model):
    """Somebody registered under an order; who he is, is sealed."""

    id = models.AutoField(primary_key=True)
    order_id = models.UUIDField()
    pass_number = models.BigIntegerField()
    document_hash = models.BinaryField(max_length=16)
    resident_id = models.BigIntegerField(null=True, blank=True)
    guardian = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    """Whose phone shows this pass, for those without one."""
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    place_code = models.CharField(max_length=14, db_collation="C")
    origin = models.CharField(max_length=6, db_collation="C")
    colour = models.PositiveSmallIntegerField(default=Colour.GREEN.value)
    colour_until = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order_id", "document_hash"), name="person_once"),
            # holds all that intake asks of a pass: a third of the time of looking at the rows
            models.UniqueConstraint(
                fields=("pass_number",),
                include=("id", "colour", "colour_until", "order_id"),
                name="person_pass",
            ),
            models.CheckConstraint(
                condition=Q(colour__in=[each.value for each in Colour]), name="person_colour_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=[each.value for each in Origin]), name="person_origin_known"
            ),
        )
        indexes = (
            models.Index(fields=("document_hash",), name="person_document"),
            models.Index(fields=("place_code", "id"), name="person_place"),
            models.Index(
                fields=("resident_id",),
                condition=Q(resident_id__isnull=False),
                name="person_resident",
            ),
            models.Index(
                fields=("colour", "id"),
                condition=~Q(colour=Colour.GREEN.value),
                name="person_colour",
            ),
        )


class Venue(models.Model):
    """A place where people are scanned; the contact of its manager is sealed."""

    id = models.AutoField(primary_key=True)
    order_id = models.UUIDField()
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, db_collation="C")
    place_code = models.CharField(max_length=14, db_collation="C")
    address = models.CharField(max_length=200, blank=True, default="")
    capacity = models.PositiveIntegerField(null=True, blank=True)
    organization_id = models.BigIntegerField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    content = models.BinaryField(null=True, blank=True)
    content_key = models.PositiveSmallIntegerField(null=True, blank=True)
    key = models.CharField(max_length=64, db_collation="C")
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("created_by", "key"), name="venue_key_once"),
        )
        indexes = (
            models.Index(fields=("order_id", "place_code", "id"), name="venue_order_place"),
            models.Index(fields=("place_code", "id"), name="venue_place"),
        )


class Entrance(models.Model):
    """Where a printed code hangs."""

    id = models.AutoField(primary_key=True)
    venue = models.ForeignKey(
        Venue, on_delete=models.CASCADE, related_name="entrances", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    code_version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("venue", "number"), name="entrance_number_once"),
        )


class Clerk(models.Model):
    """An account that stands at the desk of a hotel or port, by whoever keeps the venue."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="clerks")
    account_id = models.BigIntegerField()
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    appointed_by = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("venue", "account_id"),
                condition=Q(until_at__isnull=True),
                name="clerk_once",
            ),
        )
        indexes = (models.Index(fields=("account_id", "venue"), name="clerk_account"),)


class Arrival(models.Model):
    """Somebody who arrived at a hotel or port; what was written down is sealed."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, related_name="arrivals", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    """No constraint: an order's people are erased before those of the order that extends it."""
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    written_by = models.BigIntegerField()
    key = models.CharField(max_length=64, db_collation="C")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("written_by", "key"), name="arrival_key_once"),
            models.UniqueConstraint(
                fields=("venue", "person"),
                condition=Q(left_at__isnull=True),
                name="arrival_open_once",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=models.F("arrived_at")),
                name="arrival_before_leaving",
            ),
        )
        indexes = (
            models.Index(fields=("venue", "-arrived_at", "-id"), name="arrival_venue"),
            models.Index(fields=("person",), name="arrival_person"),
        )


class Device(models.Model):
    """A reader or hand scanner that speaks for itself."""

    id = models.AutoField(primary_key=True)
    order_id = models.UUIDField()
    name = models.CharField(max_length=60)
    venue = models.ForeignKey(Venue, null=True, blank=True, on_delete=models.CASCADE)
    place_code = models.CharField(max_length=14, db_collation="C")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)


class Refusal(models.Model):
    """Scans of one source that were not taken in one minute for one reason: counted, since there may be thousands."""

    order_serial = models.SmallIntegerField()
    """0 where no order covers the place, or the code names none."""
    minute = models.DateTimeField()
    source = models.IntegerField()
    reason = models.CharField(max_length=20, db_collation="C")
    venue_id = models.IntegerField()
    """0 where the code names none."""
    person_id = models.IntegerField(null=True, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("minute", "source", "reason", "venue_id", "order_serial"),
                name="refusal_once",
            ),
        )


class Upload(models.Model):
    """Receipt of a batch that was uploaded late or by a machine; the same id again adds nothing."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField(null=True, blank=True)
    source = models.IntegerField()
    received_at = models.DateTimeField()
    rows = models.PositiveIntegerField()
    taken = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()


class Lookup(models.Model):
    """A question about who was where: asked by one, approved by another, for a case."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    kind = models.CharField(max_length=12, db_collation="C")
    case_number = models.CharField(max_length=40, db_collation="C")
    persons = ArrayField(models.IntegerField(), null=True, blank=True)
    content = models.BinaryField(null=True, blank=True)
    content_key = models.PositiveSmallIntegerField(null=True, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    place_code = models.CharField(max_length=14, db_collation="C")
    """Home of the first person asked about: who may approve."""
    state = models.CharField(max_length=8, db_collation="C")
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=64, db_collation="C")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("asked_by", "key"), name="lookup_key_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in LookupKind]), name="lookup_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in LookupState]),
                name="lookup_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state=LookupState.ASKED.value)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("asked_by"))),
                name="lookup_two_people",
            ),
        )
        indexes = (models.Index(fields=("place_code", "-id"), name="lookup_place"),)


class Decision(models.Model):
    """One colour given to one person for one reason of the list."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, db_index=False
    )
    place_code = models.CharField(max_length=14, db_collation="C")
    colour = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=40, db_collation="C")
    evidence_kind = models.CharField(max_length=40, db_collation="C")
    content = models.BinaryField(null=True, blank=True)
    content_key = models.PositiveSmallIntegerField(null=True, blank=True)
    authority = models.CharField(max_length=64, db_collation="C")
    state = models.CharField(max_length=8, db_collation="C")
    is_by_hand = models.BooleanField()
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.BigIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    changed_from = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=64, db_collation="C")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("proposed_by", "key"), name="decision_key_once"),
            models.CheckConstraint(
                condition=Q(colour__in=(Colour.YELLOW.value, Colour.RED.value)),
                name="decision_colour_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in DecisionState]),
                name="decision_state_known",
            ),
            models.CheckConstraint(
                condition=Q(is_by_hand=False)
                | Q(state__in=(DecisionState.PROPOSED.value, DecisionState.REFUSED.value))
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("proposed_by"))),
                name="decision_two_people",
            ),
        )
        indexes = (
            models.Index(fields=("person", "state"), name="decision_person"),
            models.Index(fields=("place_code", "state", "-id"), name="decision_place"),
            models.Index(fields=("decided_at",), name="decision_day"),
        )


class Appeal(models.Model):
    """Somebody disagrees with a colour; its text is sealed."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    place_code = models.CharField(max_length=14, db_collation="C")
    content = models.BinaryField(null=True, blank=True)
    content_key = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, db_collation="C")
    filed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.BigIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("decision",),
                condition=Q(state=AppealState.FILED.value),
                name="appeal_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in AppealState]),
                name="appeal_state_known",
            ),
        )
        indexes = (models.Index(fields=("place_code", "state", "id"), name="appeal_place"),)
