"""Tables of campaigns: the campaign, who is on its list with need and answer, sessions; entrants of schools."""

from enum import Enum

from django.db import models
from django.db.models import F, Q

from kangmai.programmes.campaigns.types import Consent, Need, SessionState, Source


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Campaign(models.Model):
    """A campaign by a rule, for a cohort in an area."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    rule = _code(40)
    rule_version = _code(64)
    title = models.CharField(max_length=80)
    organization = models.BigIntegerField()
    place_code = _code(14)
    area_low = _code(14)
    area_high = _code(14)
    source = _code(9)
    sex_code = _code(1, blank=True, default="")
    born_from = models.DateField()
    born_until = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    closed_on = models.DateField(null=True)
    account = models.BigIntegerField()
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("campaign_source_known", "source", Source),
            models.CheckConstraint(
                condition=Q(born_from__lte=F("born_until")), name="campaign_has_a_cohort"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="campaign_has_days"
            ),
        )
        indexes = (models.Index(fields=("area_low", "area_high"), name="campaign_area"),)


class Session(models.Model):
    """A day's vaccinating at one place."""

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    organization = models.BigIntegerField()
    place_code = _code(14)
    school = models.BigIntegerField(null=True)
    site = models.CharField(max_length=80)
    on = models.DateField()
    begins = models.TimeField()
    ends = models.TimeField()
    stations = models.PositiveSmallIntegerField()
    doses = models.PositiveIntegerField()
    state = _code(9, default=SessionState.PLANNED.value)
    reason = models.CharField(max_length=300, blank=True, default="")
    given = models.PositiveIntegerField(default=0)
    """Kept when it ends."""
    account = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("campaign_session_state_known", "state", SessionState),
            models.CheckConstraint(
                condition=Q(begins__lt=F("ends"), doses__gt=0, stations__gt=0),
                name="campaign_session_has_hours_and_doses",
            ),
            models.CheckConstraint(
                condition=~Q(state=SessionState.CANCELLED.value) | ~Q(reason=""),
                name="campaign_session_cancelled_for_a_reason",
            ),
        )
        indexes = (models.Index(fields=("campaign", "on"), name="campaign_sessions"),)


class Target(models.Model):
    """Somebody on the list of a campaign: what he needs by the schedule, what was answered, where he is to come."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="targets", db_index=False
    )
    resident_id = models.BigIntegerField()
    birth_on = models.DateField()
    sex_code = _code(1)
    place_code = _code(14)
    organization = models.BigIntegerField(null=True)
    school = models.BigIntegerField(null=True)
    grade = models.PositiveSmallIntegerField(null=True)
    room = models.CharField(max_length=12, blank=True, default="")
    need = _code(15, default=Need.NEW.value)
    vaccine = _code(16, blank=True, default="")
    dose = models.PositiveSmallIntegerField(null=True)
    given = models.PositiveSmallIntegerField(default=0)
    ready_on = models.DateField(null=True)
    until = models.DateField(null=True)
    latest_on = models.DateField(null=True)
    look_on = models.DateField(null=True)
    """The next day on which something changes of itself."""
    consent = _code(7, default=Consent.ASKED.value)
    consent_by = _code(10, blank=True, default="")
    consent_on = models.DateField(null=True)
    refusal = _code(20, blank=True, default="")
    note = models.CharField(max_length=120, blank=True, default="")
    answered_by = models.BigIntegerField(null=True)
    session = models.ForeignKey(
        Session, null=True, on_delete=models.PROTECT, related_name="targets", db_index=False
    )
    visit = models.UUIDField(null=True)
    missed = models.PositiveSmallIntegerField(default=0)
    """Sessions to which he was asked and did not get his dose."""

    class Meta:
        constraints = (
            _known("campaign_need_known", "need", Need),
            _known("campaign_consent_known", "consent", Consent),
            models.UniqueConstraint(fields=("campaign", "resident_id"), name="campaign_once"),
            models.CheckConstraint(
                condition=~Q(consent=Consent.REFUSED.value) | ~Q(refusal=""),
                name="campaign_refused_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(consent=Consent.ASKED.value) | Q(consent_on__isnull=False),
                name="campaign_answered_on_a_day",
            ),
        )
        indexes = (
            models.Index(fields=("campaign", "place_code", "id"), name="campaign_by_place"),
            models.Index(fields=("campaign", "school", "grade", "room", "id"), name="campaign_by_school"),
            models.Index(fields=("resident_id",), name="campaign_resident"),
            models.Index(fields=("campaign", "look_on"), name="campaign_to_look_at"),
            models.Index(fields=("session",), name="campaign_of_session"),
        )  # fmt: skip


class Entrant(models.Model):
    """A child on the list of new entrants of a nursery or school, and what the check of its vaccinations found."""

    year = models.PositiveSmallIntegerField()
    resident_id = models.BigIntegerField()
    school = models.BigIntegerField()
    grade = models.PositiveSmallIntegerField()
    room = models.CharField(max_length=12, blank=True, default="")
    place_code = _code(14)
    """Of the school."""
    organization = models.BigIntegerField()
    """Whose desk took the list in."""
    listed_on = models.DateField()
    checked_on = models.DateField(null=True)
    checked_by = models.BigIntegerField(null=True)
    missing = models.PositiveSmallIntegerField(null=True)
    """Doses overdue at the check."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("year", "resident_id"), name="entrant_once_a_year"),
            models.CheckConstraint(
                condition=Q(checked_on=None, missing=None, checked_by=None)
                | Q(checked_on__isnull=False, missing__isnull=False, checked_by__isnull=False),
                name="entrant_checked_wholly",
            ),
        )
        indexes = (
            models.Index(fields=("place_code", "year", "id"), name="entrant_by_place"),
            models.Index(fields=("school", "year", "id"), name="entrant_by_school"),
            models.Index(fields=("organization", "year", "id"), name="entrant_by_desk"),
            models.Index(fields=("resident_id",), name="entrant_resident"),
        )
