"""Master rows of residents, their documents, and which incoming Patients are theirs."""

from django.db import models
from django.db.models import F, Q

from kangmai.identity.types import LinkState


class Resident(models.Model):
    """One person, however many records and numbers he has.

    What names the person (names, documents, phones, address) is sealed in `details`; in the clear stand
    only what counting and worklists need: birth, sex, place, household, and the initials of the name.
    """

    index_number = models.CharField(max_length=13, unique=True, db_collation="C")
    birth_date = models.DateField(null=True, blank=True)
    sex_code = models.CharField(max_length=1, db_collation="C")
    """GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated."""
    place_code = models.CharField(max_length=14, db_collation="C")
    """Division of the present home: village, or as far down as is known."""
    managing_org = models.BigIntegerField(null=True, blank=True)
    household_id = models.BigIntegerField(null=True, blank=True)
    record_number = models.CharField(
        max_length=17, null=True, blank=True, unique=True, db_collation="C"
    )
    patient_id = models.CharField(max_length=64, unique=True, db_collation="C")
    """FHIR id of the home Patient, which every own write is about."""
    patient_rid = models.BigIntegerField(unique=True)
    initials = models.CharField(max_length=16, db_collation="C", blank=True, default="")
    details = models.BinaryField()
    details_key = models.PositiveSmallIntegerField()
    deceased_on = models.DateField(null=True, blank=True)
    moved_out_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(sex_code__in=("0", "1", "2", "9")), name="resident_sex_known"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="resident_not_own_target",
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
    patient_id = models.CharField(max_length=64, unique=True, db_collation="C")
    resident = models.ForeignKey(
        Resident, null=True, on_delete=models.PROTECT, related_name="links"
    )
    state = models.CharField(max_length=8, choices=[(s.value, s.name.title()) for s in LinkState])
    reason = models.CharField(max_length=32)
    """How it was decided: exact_document, no_document, unknown_document, ambiguous_document."""
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
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
