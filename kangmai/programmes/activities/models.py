"""Tables of activities: what institutions did, and sealed photos of it. No resident is named."""

from django.db import models
from django.db.models import Q

from kangmai.kernel.ids import uuid7
from kangmai.programmes.activities.types import Lead


class Activity(models.Model):
    """Something an institution did on a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.UUIDField(unique=True)
    rule = models.CharField(max_length=40, db_collation="C")
    kind = models.CharField(max_length=40, db_collation="C")
    organization = models.BigIntegerField()
    place_code = models.CharField(max_length=14, db_collation="C")
    on = models.DateField()
    title = models.CharField(max_length=120, blank=True, default="")
    venue = models.CharField(max_length=80, blank=True, default="")
    people = models.PositiveIntegerField(null=True)
    pieces = models.PositiveIntegerField(null=True)
    values = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")
    lead = models.CharField(max_length=12, db_collation="C", default=Lead.NONE.value)
    reported_to = models.CharField(max_length=80, blank=True, default="")
    reported_on = models.DateField(null=True)
    result = models.CharField(max_length=300, blank=True, default="")
    result_on = models.DateField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="")
    account = models.BigIntegerField()
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(lead__in=[each.value for each in Lead]), name="activity_lead_known"
            ),
            models.CheckConstraint(
                condition=Q(lead="none", problem="") | (~Q(lead="none") & ~Q(problem="")),
                name="activity_lead_has_a_problem",
            ),
        )
        indexes = (
            models.Index(fields=("rule", "organization", "on"), name="activity_organization"),
            models.Index(fields=("rule", "-on", "-id"), name="activity_newest"),
            models.Index(
                fields=("rule", "place_code"), condition=Q(lead="reported"), name="activity_waiting"
            ),
        )


class Photo(models.Model):
    """A photo of an activity, made small, without where and by what it was taken; sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="photos")
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
