"""Master rows of residents, their documents, and which incoming Patients are theirs."""

from django.db import models
from django.db.models import F, Q

from kangmai.identity.types import (
    CorrectionField,
    CorrectionState,
    LinkState,
    ReviewKind,
    Verdict,
)


class Resident(models.Model):
    """One person, however many records and numbers he has.

    What names the person (names, documents, phones, address) is sealed in `details`; in the clear stand
    only what counting and worklists need: birth, sex, place, household, and the initials of the name.
    """

    index_number = models.CharField(max_length=13, db_collation="C")
    birth_date = models.DateField(null=True, blank=True)
    sex_code = models.CharField(max_length=1, db_collation="C")
    """GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated."""
    place_code = models.CharField(max_length=14, db_collation="C")
    """Division of the present home: village, or as far down as is known."""
    managing_org = models.BigIntegerField(null=True, blank=True)
    household_id = models.BigIntegerField(null=True, blank=True)
    record_number = models.CharField(max_length=17, null=True, blank=True, db_collation="C")
    patient_id = models.CharField(max_length=64, db_collation="C")
    """FHIR id of the home Patient, which every own write is about."""
    patient_rid = models.BigIntegerField(unique=True)
    initials = models.CharField(max_length=16, db_collation="C", blank=True, default="")
    details = models.BinaryField()
    details_key = models.PositiveSmallIntegerField()
    deceased_on = models.DateField(null=True, blank=True)
    moved_out_on = models.DateField(null=True, blank=True)
    registration_key = models.UUIDField(null=True, blank=True)
    """What the form that registered him was sent with, so that sending it twice makes one resident."""
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        # a constraint here, and not unique=True: that would make a second index, for LIKE, that nobody asks
        constraints = (
            models.UniqueConstraint(fields=("index_number",), name="resident_index_number"),
            models.UniqueConstraint(fields=("record_number",), name="resident_record_number"),
            models.UniqueConstraint(fields=("patient_id",), name="resident_patient"),
            models.CheckConstraint(
                condition=Q(sex_code__in=("0", "1", "2", "9")), name="resident_sex_known"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="resident_not_own_target",
            ),
            models.UniqueConstraint(
                fields=("registration_key",),
                name="resident_registered_once",
                condition=Q(registration_key__isnull=False),
            ),
        )
        indexes = (
            models.Index(fields=("place_code", "id"), name="resident_place"),
            models.Index(fields=("managing_org", "id"), name="resident_managing"),
            models.Index(fields=("household_id",), name="resident_household"),
        )


class Document(models.Model):
    """That a resident has, or had, a document of some number; the number itself is sealed in his details.

    One number may stand with two residents (errors exist); only a number of one resident links records.
    """

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="documents")
    kind_code = models.CharField(max_length=8, db_collation="C")
    number_hash = models.BinaryField(max_length=16)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("number_hash", "kind_code", "resident"), name="document_once_a_resident"
            ),
        )


class Link(models.Model):
    """What was decided about one Patient that came from outside: whose it is, or that it waits."""

    patient_rid = models.BigIntegerField(primary_key=True)
    patient_id = models.CharField(max_length=64, db_collation="C")
    resident = models.ForeignKey(
        Resident, null=True, on_delete=models.PROTECT, related_name="links"
    )
    state = models.CharField(max_length=8, choices=[(s.value, s.name.title()) for s in LinkState])
    reason = models.CharField(max_length=32)
    """How it was decided: see `identity.actions.link.Reason`."""
    explanation = models.BinaryField(null=True)
    """The scores it was decided by; see `identity.index.explanation`. Nothing in it names a person."""
    digest = models.BinaryField(max_length=8, null=True)
    """Keyed hash of what the Patient said then: the same again is not scored again."""
    birth_date = models.DateField(null=True)
    sex_code = models.CharField(max_length=1, db_collation="C", default="0")
    number_hash = models.BinaryField(max_length=16, null=True)
    """Keyed hash of the valid identity number the Patient names; with birth and sex it shows conflicts."""
    is_manual = models.BooleanField(default=False)
    """Decided by a person: no machine changes it."""
    decided_by = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("patient_id",), name="link_patient"),
            models.CheckConstraint(
                condition=Q(state="linked", resident__isnull=False)
                | Q(state="waiting", resident__isnull=True),
                name="link_state_and_resident_agree",
            ),
        )
        indexes = (
            models.Index(
                fields=("state", "patient_rid"), name="link_waiting", condition=Q(state="waiting")
            ),
        )


class Pin(models.Model):
    """A person decided about two records, once and for all: a Patient and a resident, or two residents."""

    resident = models.ForeignKey(
        Resident, on_delete=models.PROTECT, related_name="pins", db_index=False
    )
    other = models.ForeignKey(
        Resident, null=True, on_delete=models.PROTECT, related_name="pinned_to"
    )
    patient_rid = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=9, choices=[(v.value, v.name.title()) for v in Verdict])
    reason = models.CharField(max_length=500, blank=True, default="")
    decided_by = models.BigIntegerField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(other__isnull=True, patient_rid__isnull=False)
                | Q(other__gt=F("resident"), patient_rid__isnull=True),
                name="pin_of_one_pair",
            ),
            models.UniqueConstraint(fields=("patient_rid", "resident"), name="pin_patient_once"),
            models.UniqueConstraint(fields=("resident", "other"), name="pin_residents_once"),
        )


class Review(models.Model):
    """A case that waits for a person, or was decided by one."""

    kind = models.CharField(max_length=9, choices=[(k.value, k.name.title()) for k in ReviewKind])
    patient_rid = models.BigIntegerField(null=True)
    author_org = models.BigIntegerField(null=True)
    """Who sent the Patient."""
    resident = models.ForeignKey(
        Resident, null=True, on_delete=models.PROTECT, related_name="reviews"
    )
    """The most probable candidate, or the resident in question."""
    other = models.ForeignKey(
        Resident, null=True, on_delete=models.PROTECT, related_name="other_reviews"
    )
    probability = models.FloatField(default=0.0)
    explanation = models.BinaryField(null=True)
    opened_at = models.DateTimeField()
    postponed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=9, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("patient_rid",),
                name="review_one_open_a_patient",
                condition=Q(closed_at__isnull=True, patient_rid__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("kind", "resident", "other"),
                name="review_one_open_a_resident",
                condition=Q(closed_at__isnull=True, patient_rid__isnull=True),
                nulls_distinct=False,
            ),
        )
        indexes = (
            models.Index(
                fields=("opened_at", "id"),
                name="review_open",
                condition=Q(closed_at__isnull=True),
            ),
        )


class Merge(models.Model):
    """That two residents were found to be one; nothing moves, `Resident.merged_into` tells the way."""

    kept = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="merges_kept")
    retired = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="merges_retired")
    reason = models.CharField(max_length=500)
    merged_at = models.DateTimeField()
    merged_by = models.BigIntegerField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)
    undone_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("retired",), name="merge_once", condition=Q(undone_at__isnull=True)
            ),
        )


class Frequency(models.Model):
    """How many of the residents counted have a value that more than a few have; values are keyed hashes."""

    pk = models.CompositePrimaryKey("kind", "value_key")
    kind = models.PositiveSmallIntegerField()
    value_key = models.BigIntegerField()
    count = models.PositiveIntegerField()
    expected = models.FloatField(default=0.0)


class Census(models.Model):
    """When values were counted, among how many residents of how many; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    counted_at = models.DateTimeField()
    residents = models.BigIntegerField()
    records = models.JSONField()
    """How many of those counted have a value of each kind, by its number."""


class Correction(models.Model):
    """A correction that a resident asked for; what it says, and the answer, are sealed in `content`."""

    id = models.UUIDField(primary_key=True)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="corrections")
    """As first written; a merge is resolved at reading."""
    field = models.CharField(max_length=12, choices=[(f.value, f.name) for f in CorrectionField])
    state = models.CharField(max_length=9, choices=[(s.value, s.name) for s in CorrectionState])
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resident", "field"),
                name="correction_one_open_a_field",
                condition=Q(state="asked"),
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True)
                | Q(~Q(state="asked"), decided_at__isnull=False),
                name="correction_decided_or_open",
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at", "id"), name="correction_open", condition=Q(state="asked")
            ),
        )
