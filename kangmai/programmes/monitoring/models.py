"""Tables of monitoring: cards with their steps, awaited deaths, reviews with opinions, and who opened a card.

What a card, a review or an opinion says is sealed; codes and the few values that are counted stand in the clear.
"""

from enum import Enum

from django.db import models
from django.db.models import Q

from kangmai.programmes.monitoring.types import Deed, Level, Purpose, ReviewState, State


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Card(models.Model):
    """A card. The resident is kept as first written; `ordinal` tells children of one mother and day apart."""

    id = models.UUIDField(primary_key=True)
    kind = _code(32)
    number = _code(32, unique=True)
    resident_id = models.BigIntegerField()
    ordinal = models.PositiveSmallIntegerField(default=1)
    organization = models.BigIntegerField()
    place_code = _code(14)
    event_on = models.DateField()
    codes = models.JSONField(default=list)
    kept = models.JSONField(default=dict)
    is_counted = models.BooleanField()
    is_late = models.BooleanField()
    rule = _code(80)
    form_version = models.DateField()
    entered_on = models.DateField()
    """The day on which the answers were read: nothing in them lies after it."""
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    state = _code(10, default=State.REPORTED.value)
    key = models.UUIDField(unique=True)
    account = models.BigIntegerField()
    checked_by = models.BigIntegerField(null=True)
    reported_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("monitored_card_state", "state", State),
            models.UniqueConstraint(
                fields=("kind", "resident_id", "event_on", "ordinal"),
                condition=~Q(state=State.VOID.value),
                name="monitored_card_one",
            ),
        )
        indexes = (
            models.Index(fields=("kind", "place_code", "-id"), name="monitored_card_place"),
            models.Index(fields=("kind", "organization", "-id"), name="monitored_card_house"),
        )


class Step(models.Model):
    """Who did what with a card; `before` is what it said until then, sealed."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="steps")
    deed = _code(10)
    reason = models.CharField(max_length=200, blank=True, default="")
    before = models.BinaryField(null=True)
    before_key = models.PositiveSmallIntegerField(null=True)
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (_known("monitored_step_known", "deed", Deed),)


class Awaited(models.Model):
    """A death on a certificate that asks for a card; kept by the subscriber `monitoring.deaths`."""

    certificate = models.UUIDField(primary_key=True)
    kind = _code(32)
    resident_id = models.BigIntegerField()
    died_on = models.DateField()
    due_on = models.DateField()
    organization = models.BigIntegerField()
    place_code = _code(14)
    why = _code(16)
    card = models.ForeignKey(Card, null=True, on_delete=models.PROTECT)

    class Meta:
        indexes = (
            models.Index(fields=("place_code", "due_on"), condition=Q(card__isnull=True), name="awaited_place"),
            models.Index(fields=("organization", "due_on"), condition=Q(card__isnull=True), name="awaited_house"),
        )  # fmt: skip


class Review(models.Model):
    """The review of a death at one level; the conclusion is sealed, its classes stand in the clear."""

    id = models.UUIDField(primary_key=True)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    level = _code(10)
    state = _code(10, default=ReviewState.CALLED.value)
    meets_on = models.DateField()
    held_on = models.DateField(null=True)
    avoidable = _code(32, blank=True, default="")
    content = models.BinaryField(null=True)
    content_key = models.PositiveSmallIntegerField(null=True)
    called_by = models.BigIntegerField()
    concluded_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("monitored_review_level", "level", Level),
            _known("monitored_review_state", "state", ReviewState),
            models.UniqueConstraint(fields=("card", "level"), name="monitored_review_once"),
            models.CheckConstraint(
                condition=Q(state=ReviewState.CALLED.value, content__isnull=True)
                | Q(state=ReviewState.CONCLUDED.value, content__isnull=False),
                name="monitored_review_concluded",
            ),
        )


class Opinion(models.Model):
    """What one expert says; the same expert again replaces it until the review is concluded."""

    review = models.ForeignKey(
        Review, on_delete=models.PROTECT, related_name="opinions", db_index=False
    )
    account = models.BigIntegerField()
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("review", "account"), name="monitored_opinion_once"),
        )


class Reading(models.Model):
    """Who opened a card; rows are added and never changed."""

    card = models.ForeignKey(
        Card, on_delete=models.PROTECT, related_name="readings", db_index=False
    )
    account = models.BigIntegerField()
    organization = models.BigIntegerField(null=True)
    purpose = _code(10)
    at = models.DateTimeField()

    class Meta:
        constraints = (_known("monitored_reading_known", "purpose", Purpose),)
        indexes = (models.Index(fields=("card", "-id"), name="monitored_reading_card"),)


class Serial(models.Model):
    """The latest number of a kind, county and year."""

    kind = _code(32)
    county = _code(6)
    year = models.PositiveSmallIntegerField()
    latest = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "county", "year"), name="monitored_serial"),
        )
