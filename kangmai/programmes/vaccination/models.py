"""Tables of the clinic: visits and their doses, deferrals, packages with their ledger, cold places, reactions, standing.

Entries and movements of the ledger, and temperatures, are only ever added (a trigger refuses the rest). What is
left of a package is the sum of its movements, kept beside them. A vaccination itself is an Immunization of the
record; `Standing` repeats what the schedule says of every child, so that a city can be listed and counted.
"""

from enum import Enum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.programmes.vaccination.types import (
    WAITING,
    AefiState,
    DoseState,
    EntryKind,
    ReadingSource,
    Severity,
    Step,
    Verdict,
)


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


def _codes(**more: object) -> ArrayField:
    return ArrayField(_code(16), default=list, blank=True, **more)


class Lot(models.Model):
    """A batch of one product; recalled everywhere at once."""

    id = models.UUIDField(primary_key=True)
    vaccine = _code(16)
    product = models.CharField(max_length=120)
    maker = models.CharField(max_length=120)
    number = _code(40)
    expires_on = models.DateField()
    recalled_on = models.DateField(null=True)
    recall_reason = models.CharField(max_length=300, blank=True, default="")
    recalled_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("maker", "product", "number"), name="vaccine_lot_once"),
            models.CheckConstraint(
                condition=Q(recalled_on__isnull=True) | ~Q(recall_reason=""),
                name="vaccine_lot_recall_has_a_reason",
            ),
        )
        indexes = (models.Index(fields=("number",), name="vaccine_lot_number"),)


class Fridge(models.Model):
    """A cold place of an institution."""

    id = models.UUIDField(primary_key=True)
    organization = models.BigIntegerField()
    place_code = _code(14)
    name = models.CharField(max_length=60)
    kind = _code(20)
    low = models.DecimalField(max_digits=5, decimal_places=1)
    high = models.DecimalField(max_digits=5, decimal_places=1)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organization", "name"), name="fridge_name_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="fridge_has_limits"),
        )
        indexes = (models.Index(fields=("place_code", "organization"), name="fridge_place"),)


class Logger(models.Model):
    """A device that sends the temperatures of one cold place with a token of its own."""

    id = models.UUIDField(primary_key=True)
    fridge = models.ForeignKey(
        Fridge, on_delete=models.PROTECT, related_name="loggers", db_index=False
    )
    name = models.CharField(max_length=60)
    token_hash = models.BinaryField(max_length=32, unique=True)
    account = models.BigIntegerField()
    """Who registered it: in his name it writes."""
    registered_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("fridge", "registered_at"), name="logger_fridge"),)


class Temperature(models.Model):
    """A reading; the same device says one thing at one instant."""

    fridge = models.ForeignKey(
        Fridge, on_delete=models.PROTECT, related_name="temperatures", db_index=False
    )
    at = models.DateTimeField()
    celsius = models.DecimalField(max_digits=5, decimal_places=1)
    source = _code(6)
    logger = models.ForeignKey(Logger, null=True, on_delete=models.PROTECT, related_name="+")
    client = _code(40, blank=True, default="")
    """The logger's own id of the reading."""
    account = models.BigIntegerField()
    entered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("fridge", "at"), name="temperature_once"),
            models.UniqueConstraint(
                fields=("logger", "client"),
                condition=Q(logger__isnull=False),
                name="temperature_of_logger_once",
            ),
            _known("temperature_source_known", "source", ReadingSource),
        )


class Breach(models.Model):
    """A time in which a cold place was out of its limits."""

    id = models.UUIDField(primary_key=True)
    fridge = models.ForeignKey(
        Fridge, on_delete=models.PROTECT, related_name="breaches", db_index=False
    )
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    lowest = models.DecimalField(max_digits=5, decimal_places=1)
    highest = models.DecimalField(max_digits=5, decimal_places=1)
    account = models.BigIntegerField()
    """Who wrote down the reading that broke the limits; somebody else decides."""
    found_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("fridge",), condition=Q(ended_at__isnull=True), name="breach_one_at_a_time"
            ),
        )
        indexes = (models.Index(fields=("fridge", "-began_at"), name="breach_of_fridge"),)


class BreachLot(models.Model):
    """A lot that a breach put aside, with the decision on it."""

    id = models.UUIDField(primary_key=True)
    breach = models.ForeignKey(
        Breach, on_delete=models.PROTECT, related_name="lots", db_index=False
    )
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT)
    doses = models.PositiveIntegerField()
    verdict = _code(9, default=Verdict.OPEN.value)
    reason = models.CharField(max_length=300, blank=True, default="")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            _known("breach_verdict_known", "verdict", Verdict),
            models.UniqueConstraint(fields=("breach", "lot"), name="breach_lot_once"),
            models.CheckConstraint(
                condition=Q(verdict=Verdict.OPEN.value) | ~Q(reason=""),
                name="breach_verdict_has_a_reason",
            ),
        )


class Package(models.Model):
    """What one traceability code stands on: so many doses of a lot in a cold place."""

    id = models.UUIDField(primary_key=True)
    code = _code(32, unique=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="packages", db_index=False)
    fridge = models.ForeignKey(Fridge, on_delete=models.PROTECT, related_name="packages")
    doses = models.PositiveSmallIntegerField()
    left = models.PositiveSmallIntegerField()
    quarantine = models.ForeignKey(
        BreachLot, null=True, on_delete=models.PROTECT, related_name="packages"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(left__gte=0, left__lte=F("doses"), doses__gt=0),
                name="package_left_of_its_doses",
            ),
        )
        indexes = (
            models.Index(fields=("fridge", "lot"), condition=Q(left__gt=0), name="package_held"),
            models.Index(fields=("lot",), name="package_lot"),
        )


class Entry(models.Model):
    """One entry of the ledger of doses; never changed."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    kind = _code(9)
    organization = models.BigIntegerField()
    fridge = models.ForeignKey(Fridge, on_delete=models.PROTECT, related_name="entries")
    to_fridge = models.ForeignKey(Fridge, null=True, on_delete=models.PROTECT, related_name="+")
    partner = models.CharField(max_length=120, blank=True, default="")
    document = _code(64, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")
    content = models.BinaryField(max_length=32)
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            _known("vaccine_entry_kind_known", "kind", EntryKind),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.WASTE.value) | ~Q(reason=""),
                name="vaccine_waste_has_a_reason",
            ),
        )
        indexes = (models.Index(fields=("organization", "-id"), name="vaccine_entry_ledger"),)


class Movement(models.Model):
    """What one entry did to one package in one cold place."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="movements")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="movements")
    fridge = models.ForeignKey(Fridge, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    quantity = models.SmallIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(quantity=0), name="vaccine_movement_moves"),
        )
        indexes = (models.Index(fields=("fridge", "lot"), name="vaccine_movement_held"),)


class Visit(models.Model):
    """One attendance at the clinic."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    organization = models.BigIntegerField()
    place_code = _code(14)
    resident_id = models.BigIntegerField()
    on = models.DateField()
    number = models.PositiveSmallIntegerField()
    step = _code(8)
    arrived_at = models.DateTimeField()
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    answered = _codes()
    """Questions of the pre-check that were answered with yes."""
    checked_by = models.BigIntegerField(null=True)
    consent_by = _code(10, blank=True, default="")
    consent_rule = _code(24, blank=True, default="")
    consented_at = models.DateTimeField(null=True)
    observed_from = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    next_on = models.DateField(null=True)
    next_vaccines = _codes()
    account = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("clinic_step_known", "step", Step),
            models.UniqueConstraint(fields=("organization", "on", "number"), name="clinic_number"),
            models.UniqueConstraint(
                fields=("organization", "on", "resident_id"),
                condition=Q(step__in=[each.value for each in WAITING]),
                name="clinic_once_at_a_time",
            ),
        )
        indexes = (models.Index(fields=("resident_id", "-on"), name="clinic_resident"),)


class VisitDose(models.Model):
    """A dose planned for a visit, and what became of it."""

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="doses", db_index=False)
    vaccine = _code(16)
    dose = models.PositiveSmallIntegerField(null=True)
    state = _code(7)
    drop_reason = models.CharField(max_length=300, blank=True, default="")
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="dose")
    package = models.ForeignKey(Package, null=True, on_delete=models.PROTECT, related_name="given")
    immunization = _code(64, blank=True, default="")
    site = _code(8, blank=True, default="")
    route = _code(8, blank=True, default="")
    given_at = models.DateTimeField(null=True)
    given_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            _known("clinic_dose_known", "state", DoseState),
            models.UniqueConstraint(fields=("visit", "vaccine"), name="clinic_dose_once"),
            models.CheckConstraint(
                condition=~Q(state=DoseState.GIVEN.value)
                | (Q(entry__isnull=False, package__isnull=False) & ~Q(immunization="")),
                name="clinic_dose_given_from_a_package",
            ),
        )


class Deferral(models.Model):
    """Vaccines that somebody must not have, for now or for good; no vaccine named means all."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    resident_id = models.BigIntegerField()
    question = _code(16)
    vaccines = _codes()
    since = models.DateField()
    until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=300, blank=True, default="")
    organization = models.BigIntegerField()
    account = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="deferral_ends_after_it_begins",
            ),
        )
        indexes = (models.Index(fields=("resident_id",), name="deferral_resident"),)


class Particulars(models.Model):
    """What of a child's beginnings the schedule asks for."""

    resident_id = models.BigIntegerField(primary_key=True)
    birth_weight_g = models.PositiveSmallIntegerField(null=True)
    gestation_weeks = models.PositiveSmallIntegerField(null=True)
    mother_hbsag = _code(8, blank=True, default="")
    immunoglobulin = ArrayField(models.DateField(), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)


class Entered(models.Model):
    """A dose entered from a certificate or corrected: who sent which form, so that it does one thing."""

    key = models.UUIDField(primary_key=True)
    immunization = _code(64)
    content = models.BinaryField(max_length=32)
    account = models.BigIntegerField()


class Aefi(models.Model):
    """A report card of what followed a vaccination; what is told of it stands sealed."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    resident_id = models.BigIntegerField()
    organization = models.BigIntegerField()
    place_code = _code(14)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.PROTECT, related_name="reactions")
    vaccines = _codes()
    vaccinated_on = models.DateField(null=True)
    onset_at = models.DateTimeField()
    found_at = models.DateTimeField()
    reaction = _code(20)
    severity = _code(10)
    state = _code(8)
    class_code = _code(2, blank=True, default="")
    narrative = models.BinaryField()
    narrative_key = models.PositiveSmallIntegerField()
    review_note = models.CharField(max_length=300, blank=True, default="")
    account = models.BigIntegerField()
    reported_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("aefi_state_known", "state", AefiState),
            _known("aefi_severity_known", "severity", Severity),
            models.CheckConstraint(
                condition=Q(onset_at__lte=F("found_at")), name="aefi_found_after_onset"
            ),
        )
        indexes = (
            models.Index(fields=("place_code", "-id"), name="aefi_place"),
            models.Index(fields=("organization", "-id"), name="aefi_institution"),
        )


class Child(models.Model):
    """A resident under the age of the schedule, as the last judgement left him."""

    resident_id = models.BigIntegerField(primary_key=True)
    birth_on = models.DateField()
    place_code = _code(14)
    organization = models.BigIntegerField(null=True)
    late = models.PositiveSmallIntegerField(default=0)
    """Doses overdue."""
    late_since = models.DateField(null=True)
    look_on = models.DateField(null=True)
    """The next day on which something changes of itself."""
    judged_on = models.DateField()
    called_on = models.DateField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("place_code", "late_since", "resident_id"),
                condition=Q(late__gt=0),
                name="child_late",
            ),
            models.Index(fields=("look_on",), name="child_to_look_at"),
        )


class Standing(models.Model):
    """One dose of the schedule for one child; a city has millions, so the columns stand as they pack."""

    pk = models.CompositePrimaryKey("child_id", "series", "vaccine", "dose")
    child = models.ForeignKey(
        Child, on_delete=models.CASCADE, related_name="standings", db_index=False
    )
    due_on = models.DateField()
    """The day of the schedule."""
    timely_until = models.DateField()
    given_on = models.DateField(null=True)
    """Of the dose that counts."""
    dose = models.PositiveSmallIntegerField()
    series = _code(16)
    vaccine = _code(16)
    status = _code(16)
