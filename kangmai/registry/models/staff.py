"""People who work in the health system, the posts they hold, and what they may do."""

from django.db import models
from django.db.models import Q

from kangmai.registry.models.columns import code_column, half_open, one_of
from kangmai.registry.models.organizations import Department, Organization
from kangmai.standards.types import Sex


class Staff(models.Model):
    """One person who works here, once, however many posts he holds.

    Name and sex are public at the counter. What is not (identity number, phone, birth date) is in
    `details`, sealed JSON bound to `staff:<id>`; keyed hashes find the person by them.
    """

    name = models.CharField(max_length=64)
    sort_key = code_column(160)
    initials = code_column(32, blank=True, default="")
    sex = code_column(1, default=Sex.UNKNOWN.value)
    fhir_id = code_column(64, unique=True)
    details = models.BinaryField(null=True)
    details_key = models.PositiveSmallIntegerField(null=True)
    identity_blind = models.BinaryField(null=True, unique=True, max_length=16)
    phone_blind = models.BinaryField(null=True, max_length=16)
    is_invented = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (
            one_of("sex", (sex.value for sex in Sex), name="staff_sex_known"),
            models.CheckConstraint(condition=~Q(name=""), name="staff_named"),
            models.CheckConstraint(
                condition=Q(details__isnull=True, details_key__isnull=True)
                | Q(details__isnull=False, details_key__isnull=False),
                name="staff_details_with_key",
            ),
        )
        indexes = (
            models.Index(fields=("sort_key", "id"), name="staff_sort"),
            models.Index(
                fields=("phone_blind",),
                condition=Q(phone_blind__isnull=False),
                name="staff_phone",
            ),
        )

    def __str__(self) -> str:
        return f"staff {self.pk}"


class Post(models.Model):
    """A member of staff holds a role in an institution for a time: FHIR PractitionerRole."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="posts")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="posts", db_index=False
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="posts"
    )
    role_code = code_column(32)
    """What he does there, a code of definitions/registry/vocabulary/post_role."""
    title_code = code_column(8, blank=True, default="")
    """Professional title (职称), a code of definitions/registry/vocabulary/title."""
    fhir_id = code_column(64, unique=True)
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            half_open(start="from_on", end="to_on", name="post_period"),
            models.CheckConstraint(condition=~Q(role_code=""), name="post_role_given"),
            models.UniqueConstraint(
                fields=("staff", "organization", "department", "role_code"),
                condition=Q(to_on__isnull=True),
                nulls_distinct=False,
                name="post_open_once",
            ),
        )
        indexes = (models.Index(fields=("organization", "to_on"), name="post_organization"),)


class Qualification(models.Model):
    """A licence or certificate, with the day it ends."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="qualifications")
    kind_code = code_column(32)
    number = code_column(64)
    scope = models.CharField(max_length=120, blank=True, default="")
    """Scope of practice (执业范围) as written on the certificate."""
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind_code", "number"), name="qualification_once"),
            models.CheckConstraint(
                condition=~Q(kind_code="") & ~Q(number=""), name="qualification_numbered"
            ),
            half_open(start="issued_on", end="expires_on", name="qualification_period"),
        )
