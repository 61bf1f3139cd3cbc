"""Tables of nucleic-acid testing; every one hangs on the order under which it was filled."""

from enum import Enum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.nucleic_acid.types import (
    Antigen,
    BoxState,
    Channel,
    Duty,
    HoldState,
    IncidentKind,
    Judgement,
    PlanState,
    PlateState,
    PoolState,
    RoundKind,
    RoundState,
    Subject,
    TubeState,
    WellKind,
)


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    """A column holds a value of an enumeration."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}),
        name=name,
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Round(models.Model):
    """One round of sampling under an order."""

    id = models.AutoField(primary_key=True)
    order_id = models.UUIDField()
    key = models.UUIDField(unique=True)
    """What the form was sent with: the same key makes no second round."""
    name = models.CharField(max_length=80)
    kind = _code(9)
    areas = ArrayField(_code(12))
    mode = models.PositiveSmallIntegerField()
    edition_from = models.DateField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    target_people = models.PositiveIntegerField()
    organization_id = models.BigIntegerField()
    state = _code(7)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()

    class Meta:
        constraints = (
            _known("round_kind_known", "kind", RoundKind),
            _known("round_state_known", "state", RoundState),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="round_closes_after_it_opens"
            ),
        )
        indexes = (models.Index(fields=("order_id",), name="round_order"),)


class Site(models.Model):
    """A place where samples of a round are taken, with its lanes."""

    id = models.AutoField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="sites", db_index=False)
    code = _code(16)
    name = models.CharField(max_length=80)
    organization_id = models.BigIntegerField()
    place_code = _code(14)
    lanes = models.PositiveSmallIntegerField()
    laboratory_id = models.BigIntegerField(null=True)
    """Where its boxes go."""
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    queue_people = models.PositiveIntegerField(null=True)
    queue_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("round", "code"), name="site_once_a_round"),)
        indexes = (
            models.Index(fields=("organization_id",), name="site_organization"),
            models.Index(fields=("place_code",), name="site_place"),
        )


class Shift(models.Model):
    """Somebody who works in a lane for a while."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="shifts", db_index=False)
    lane = models.PositiveSmallIntegerField()
    staff_id = models.BigIntegerField()
    """Of the registry."""
    duty = _code(9)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()

    class Meta:
        constraints = (
            _known("shift_duty_known", "duty", Duty),
            models.CheckConstraint(
                condition=Q(to_at__gt=F("from_at")), name="shift_ends_after_it_begins"
            ),
            models.UniqueConstraint(fields=("round", "staff_id", "from_at"), name="shift_once"),
        )
        indexes = (models.Index(fields=("site", "from_at"), name="shift_site"),)


class Listed(models.Model):
    """Somebody on the list of a round: key groups, arrivals, contacts."""

    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, related_name="listed", db_index=False
    )
    person_id = models.BigIntegerField()
    group = _code(24)
    place_code = _code(14)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("round", "person_id"), name="listed_once"),)
        indexes = (models.Index(fields=("round", "place_code"), name="listed_place"),)


class Booking(models.Model):
    """A place in the queue that somebody booked."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+", db_index=False)
    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="bookings", db_index=False
    )
    slot_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("round", "person_id"), name="booking_once_a_round"),
        )
        indexes = (models.Index(fields=("site", "slot_at"), name="booking_slot"),)


class Attendee(models.Model):
    """Somebody who is not in the resident index, or a thing that was swabbed; known elsewhere as minus its id."""

    order_id = models.UUIDField()
    subject = _code(6)
    number_hash = models.BinaryField(max_length=16, null=True)
    """Keyed hash of the number that was scanned."""
    content = models.BinaryField(null=True)
    """Number, name, phone and address, sealed."""
    content_key = models.PositiveSmallIntegerField(null=True)
    place_code = _code(14)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            _known("attendee_subject_known", "subject", Subject),
            models.UniqueConstraint(
                fields=("order_id", "number_hash"),
                condition=Q(number_hash__isnull=False),
                name="attendee_once_an_order",
            ),
        )


class SavedPlan(models.Model):
    """A plan of a round as it was reckoned and kept; one at a time is released for the couriers."""

    order_id = models.UUIDField()
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    """Of the plans of its round."""
    key = models.UUIDField(unique=True)
    question = models.JSONField()
    answer = models.JSONField()
    note = models.CharField(max_length=300, null=True)
    state = _code(8)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()
    released_at = models.DateTimeField(null=True)
    released_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("plan_state_known", "state", PlanState),
            models.UniqueConstraint(fields=("round", "number"), name="plan_number_once_a_round"),
            models.UniqueConstraint(
                fields=("round",), condition=Q(state=PlanState.RELEASED.value), name="plan_released_once_a_round"
            ),
        )  # fmt: skip


class PlannedTrip(models.Model):
    """A courier's way from a site to a laboratory, of a plan that was released."""

    plan = models.ForeignKey(SavedPlan, on_delete=models.CASCADE, related_name="trips")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False)
    laboratory_id = models.BigIntegerField()
    boxes = models.PositiveSmallIntegerField()
    leaves_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    courier_account = models.BigIntegerField(null=True)
    """Who said that he drives it."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = (models.Index(fields=("site", "leaves_at"), name="trip_site"),)


class Box(models.Model):
    """Tubes that travel together."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="boxes", db_index=False)
    code = _code(20, unique=True)
    client_id = models.UUIDField()
    digest = models.BinaryField(max_length=8)
    """Of its tubes as packed: the same content again is the same box."""
    tubes = models.PositiveSmallIntegerField()
    state = _code(10)
    packed_at = models.DateTimeField()
    packed_by = models.BigIntegerField()
    seal_number = models.CharField(max_length=32, blank=True, default="")
    carrier = models.CharField(max_length=40, null=True)
    carrier_account = models.BigIntegerField(null=True)
    left_at = models.DateTimeField(null=True)
    laboratory_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.BigIntegerField(null=True)
    temperature_c = models.FloatField(null=True)
    missing = ArrayField(_code(14), default=list)
    extra = ArrayField(_code(14), default=list)
    difference_note = models.CharField(max_length=300, null=True)
    signed_by = ArrayField(models.BigIntegerField(), default=list)
    trip = models.ForeignKey(
        PlannedTrip, null=True, on_delete=models.SET_NULL, related_name="carried"
    )
    """The planned trip with which it left."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (_known("box_state_known", "state", BoxState),)
        indexes = (
            models.Index(fields=("site", "-id"), name="box_site"),
            models.Index(fields=("laboratory_id", "-id"), name="box_laboratory"),
        )


class Tube(models.Model):
    """One tube, from its first swab to its published result."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = _code(14, unique=True)
    client_id = models.UUIDField()
    digest = models.BinaryField(max_length=8, null=True)
    """Of the people in it: the same content again is the same tube."""
    lane = models.PositiveSmallIntegerField(default=1)
    subject = _code(6)
    mode = models.PositiveSmallIntegerField()
    people = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    state = _code(8)
    is_held = models.BooleanField(default=False)
    """An incident keeps its result from being published."""
    box = models.ForeignKey(Box, null=True, on_delete=models.SET_NULL, related_name="+")
    is_received = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    pool_id = models.UUIDField(null=True)
    """The follow-up for which it was taken."""
    void_reason = models.CharField(max_length=300, null=True)
    taken_by = models.BigIntegerField()

    class Meta:
        constraints = (
            _known("tube_state_known", "state", TubeState),
            _known("tube_subject_known", "subject", Subject),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(state=TubeState.OPEN.value),
                name="tube_closed_or_open",
            ),
        )
        indexes = (
            models.Index(fields=("site", "state"), name="tube_site"),
            models.Index(fields=("box",), condition=Q(box__isnull=False), name="tube_box"),
            models.Index(
                fields=("round", "due_at"),
                condition=Q(published_at__isnull=True),
                name="tube_unpublished",
            ),
            models.Index(fields=("pool_id",), condition=Q(pool_id__isnull=False), name="tube_pool"),
        )


class Awaited(models.Model):
    """A tube that was packed before its own record came: a late upload finds its box here."""

    code = _code(14, primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+")
    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="awaited")
    is_received = models.BooleanField(default=False)


class Sample(models.Model):
    """One swab: who, in which round, in which tube. Occasion 0 is the round's own; later ones have a reason.

    It has no foreign key to the tube: both are written by one statement, and half of the time of that
    statement would go into looking up what it has just written.
    """

    pk = models.CompositePrimaryKey("person_id", "round_id", "occasion")
    person_id = models.BigIntegerField()
    round_id = models.IntegerField()
    occasion = models.PositiveSmallIntegerField()
    tube_id = models.BigIntegerField()
    seq = models.PositiveSmallIntegerField()
    group = _code(24)
    sampled_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=("tube_id",), name="sample_tube"),
            models.Index(fields=("round_id",), condition=Q(occasion__gt=0), name="sample_again"),
        )


class Plate(models.Model):
    """One run of an instrument."""

    order_id = models.UUIDField()
    laboratory_id = models.BigIntegerField()
    code = _code(32)
    instrument = models.CharField(max_length=64)
    kit = models.CharField(max_length=64)
    lot = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    state = _code(8)
    faults = models.JSONField(default=list)
    file_digest = models.BinaryField(max_length=16)
    operator = models.BigIntegerField()
    imported_at = models.DateTimeField()
    reviewer = models.BigIntegerField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("plate_state_known", "state", PlateState),
            models.UniqueConstraint(fields=("laboratory_id", "code"), name="plate_once"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("operator")),
                name="plate_reviewed_by_another",
            ),
        )
        indexes = (models.Index(fields=("laboratory_id", "-id"), name="plate_laboratory"),)


class Well(models.Model):
    """What an instrument read in one well."""

    plate = models.ForeignKey(Plate, on_delete=models.CASCADE, related_name="wells", db_index=False)
    well = _code(4)
    kind = _code(16)
    tube = models.ForeignKey(Tube, null=True, on_delete=models.CASCADE, related_name="+")
    code = _code(40, blank=True, default="")
    """What the file said, where no tube of that code is known."""
    ct_orf1ab = models.FloatField(null=True)
    ct_n = models.FloatField(null=True)
    ct_internal = models.FloatField(null=True)
    judgement = _code(8)

    class Meta:
        constraints = (
            _known("well_kind_known", "kind", WellKind),
            _known("well_judgement_known", "judgement", Judgement),
            models.UniqueConstraint(fields=("plate", "well"), name="well_once"),
            models.CheckConstraint(
                condition=Q(kind=WellKind.SAMPLE.value) | Q(tube__isnull=True),
                name="well_of_control_has_no_tube",
            ),
        )


class Pool(models.Model):
    """The follow-up of a positive or suspect pool."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="+", db_index=False)
    tube = models.OneToOneField(Tube, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    laboratory_id = models.BigIntegerField()
    place_code = _code(14)
    organization_id = models.BigIntegerField()
    found_at = models.DateTimeField()
    first_judgement = _code(8)
    retest_judgement = _code(8, blank=True, default="")
    listed_at = models.DateTimeField(null=True)
    state = _code(9)
    concluded_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (_known("pool_state_known", "state", PoolState),)
        indexes = (
            models.Index(fields=("round", "state"), name="pool_round"),
            models.Index(fields=("place_code", "state"), name="pool_place"),
        )


class Hold(models.Model):
    """Somebody of a positive pool, who stays where he is until his single results are out."""

    order_id = models.UUIDField()
    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="holds", db_index=False)
    person_id = models.BigIntegerField()
    place_code = _code(14)
    state = _code(8)
    whereabouts = models.BinaryField(null=True)
    whereabouts_key = models.PositiveSmallIntegerField(null=True)
    found_at = models.DateTimeField(null=True)
    """When somebody found out where he is."""
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("hold_state_known", "state", HoldState),
            models.UniqueConstraint(fields=("pool", "person_id"), name="hold_once"),
        )
        indexes = (models.Index(fields=("person_id",), name="hold_person"),)


class Incident(models.Model):
    """What was held or refused, with the record as it came, so that nothing is lost."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    kind = _code(24)
    round_id = models.IntegerField(null=True)
    site_id = models.IntegerField(null=True)
    laboratory_id = models.BigIntegerField(null=True)
    place_code = _code(14)
    organization_id = models.BigIntegerField()
    tube_code = _code(40, blank=True, default="")
    box_code = _code(20, blank=True, default="")
    plate_code = _code(32, blank=True, default="")
    details = models.JSONField(default=dict)
    """Codes, counts and instants; nothing that names a person."""
    content = models.BinaryField(null=True)
    content_key = models.PositiveSmallIntegerField(null=True)
    """The record as it came, sealed."""
    client_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    account_id = models.BigIntegerField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.BigIntegerField(null=True)
    how = _code(16, blank=True, default="")
    note = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("incident_kind_known", "kind", IncidentKind),
            models.UniqueConstraint(
                fields=("client_id", "kind", "tube_code", "box_code"),
                condition=Q(client_id__isnull=False),
                name="incident_once_a_record",
            ),
        )
        indexes = (
            models.Index(fields=("place_code", "-id"), name="incident_place"),
            models.Index(
                fields=("tube_code",), condition=Q(settled_at__isnull=True), name="incident_tube"
            ),
            models.Index(
                fields=("round_id", "-id"),
                condition=Q(settled_at__isnull=True),
                name="incident_open",
            ),
        )


class Step(models.Model):
    """A line of the trail of a box, tube, plate or pool: every hand-over that was scanned."""

    order_id = models.UUIDField()
    kind = _code(5)
    subject_id = _code(36)
    deed = _code(20)
    at = models.DateTimeField()
    account_id = models.BigIntegerField()
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("kind", "subject_id", "id"), name="step_subject"),)


class AntigenTest(models.Model):
    """An antigen test that a resident reported, or a worker for somebody."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    key = models.UUIDField(unique=True)
    person_id = models.BigIntegerField(null=True)
    place_code = _code(14)
    result = _code(8)
    brand = models.CharField(max_length=64, blank=True, default="")
    taken_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    channel = _code(6)
    account_id = models.BigIntegerField()

    class Meta:
        constraints = (
            _known("antigen_result_known", "result", Antigen),
            _known("antigen_channel_known", "channel", Channel),
        )
        indexes = (
            models.Index(fields=("person_id", "-taken_at"), name="antigen_person"),
            models.Index(fields=("place_code", "-taken_at"), name="antigen_place"),
        )
