"""The table of deadlines."""

from django.db import models
from django.db.models import Q

from kangmai.deadlines.types import UNSETTLED, State
from kangmai.kernel.actor import Label

UNSETTLED_ONES = Q(state__in=UNSETTLED)


class Deadline(models.Model):
    """One limit of one thing: who owes it, since when, until when, and how it ended."""

    id = models.UUIDField(primary_key=True)
    definition = models.CharField(max_length=64, db_collation="C")
    rule_from = models.DateField()
    """First day of the dated entry by which it was counted."""
    subject_kind = models.CharField(max_length=32, db_collation="C")
    subject_id = models.CharField(max_length=64, db_collation="C")
    resident_id = models.BigIntegerField(null=True, blank=True)
    owner_org = models.BigIntegerField()
    owner_role = models.CharField(max_length=48, blank=True, default="", db_collation="C")
    """Empty: any of the roles that the definition names."""
    owner_account = models.BigIntegerField(null=True, blank=True)
    place_code = models.CharField(max_length=14, db_collation="C")
    label = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField()
    state = models.CharField(max_length=9, db_collation="C")
    met_at = models.DateTimeField(null=True, blank=True)
    proof_kind = models.CharField(max_length=32, blank=True, default="", db_collation="C")
    proof_id = models.CharField(max_length=64, blank=True, default="", db_collation="C")
    reason = models.CharField(max_length=300, blank=True, default="")
    """Why it was cancelled or began anew; what somebody wrote who met it by hand."""
    level = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveSmallIntegerField(default=0)
    """How many steps of the rule the clock has done."""
    next_at = models.DateTimeField(null=True, blank=True)
    """When the clock looks at it next."""
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in State]), name="deadline_state_known"
            ),
            models.CheckConstraint(
                condition=Q(label__in=[each.value for each in Label]), name="deadline_label_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.MET.value, met_at__isnull=False)
                | (~Q(state=State.MET.value) & Q(met_at__isnull=True)),
                name="deadline_met_at_an_instant",
            ),
            models.CheckConstraint(
                condition=UNSETTLED_ONES | Q(next_at__isnull=True),
                name="deadline_settled_is_left_alone",
            ),
            models.UniqueConstraint(
                fields=("definition", "subject_kind", "subject_id"),
                condition=UNSETTLED_ONES,
                name="deadline_unsettled_once",
            ),
            models.UniqueConstraint(
                fields=("definition", "subject_kind", "subject_id", "started_at"),
                name="deadline_started_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("owner_org", "due_at", "id"),
                condition=UNSETTLED_ONES,
                name="deadline_owner",
            ),
            models.Index(
                fields=("owner_account", "due_at", "id"),
                condition=UNSETTLED_ONES & Q(owner_account__isnull=False),
                name="deadline_account",
            ),
            models.Index(
                fields=("due_at", "id"), condition=UNSETTLED_ONES, name="deadline_unsettled"
            ),
            models.Index(fields=("place_code", "due_at", "id"), name="deadline_place"),
            models.Index(
                fields=("next_at", "id"), condition=Q(next_at__isnull=False), name="deadline_next"
            ),
            models.Index(fields=("subject_kind", "subject_id"), name="deadline_subject"),
            models.Index(
                fields=("resident_id",),
                condition=Q(resident_id__isnull=False),
                name="deadline_resident",
            ),
            models.Index(
                fields=("id",),
                condition=UNSETTLED_ONES & Q(provisional=True),
                name="deadline_provisional",
            ),
        )
