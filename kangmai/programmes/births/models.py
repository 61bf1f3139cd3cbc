"""Tables of births, numbered blanks, certificates, the chain, and deliveries whose children are awaited.

What a certificate names is sealed. The database says that a number is used once, that one certificate of a
birth holds, and that a child of one delivery is registered once.
"""

from enum import Enum

from django.db import models
from django.db.models import Q

from kangmai.programmes.births.types import BlankState, ItemState, Kind, Source, State


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Delivery(models.Model):
    """A delivery that a visit of the maternal programme told; kept by the subscriber `births.deliveries`."""

    visit = models.UUIDField(primary_key=True)
    mother_id = models.BigIntegerField()
    delivered_on = models.DateField()
    live_births = models.PositiveSmallIntegerField()
    organization = models.BigIntegerField()
    place_code = _code(14)

    class Meta:
        indexes = (
            models.Index(fields=("mother_id", "delivered_on"), name="delivery_mother"),
            models.Index(fields=("place_code", "-delivered_on"), name="delivery_place"),
        )


class Birth(models.Model):
    """A child that was born here. Residents are kept as first written."""

    id = models.UUIDField(primary_key=True)
    child_id = models.BigIntegerField(unique=True)
    mother_id = models.BigIntegerField()
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.PROTECT)
    born_at = models.DateTimeField()
    born_on = models.DateField()
    ordinal = models.PositiveSmallIntegerField()
    sex_code = _code(1)
    weeks = models.PositiveSmallIntegerField()
    weight_g = models.PositiveSmallIntegerField()
    length_cm = models.PositiveSmallIntegerField()
    organization = models.BigIntegerField()
    place_code = _code(14)
    registered_on = models.DateField()
    rule_version = _code(80, blank=True, default="")
    late_from = models.DateField(null=True)
    """The day from which the first waiting item of the chain is late; none where nothing waits."""
    is_certified = models.BooleanField(default=False)
    key = models.UUIDField(unique=True)
    account = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("mother_id", "born_on", "ordinal"), name="birth_once"),
        )
        indexes = (
            models.Index(fields=("place_code", "-id"), name="birth_place"),
            models.Index(fields=("organization", "-id"), name="birth_organization"),
            models.Index(
                fields=("late_from", "id"), condition=Q(late_from__isnull=False), name="birth_late"
            ),
            models.Index(fields=("id",), condition=Q(is_certified=False), name="birth_uncertified"),
        )


class Blank(models.Model):
    """A numbered blank that the bureau handed to an institution."""

    number = _code(16, primary_key=True)
    organization = models.BigIntegerField()
    place_code = _code(14)
    state = _code(8, default=BlankState.BLANK.value)
    batch = models.UUIDField()
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (_known("blank_state_known", "state", BlankState),)
        indexes = (models.Index(fields=("organization", "state", "number"), name="blank_next"),)


class Certificate(models.Model):
    """A certificate on a numbered blank."""

    id = models.UUIDField(primary_key=True)
    birth = models.ForeignKey(Birth, on_delete=models.PROTECT, related_name="certificates")
    blank = models.OneToOneField(Blank, on_delete=models.PROTECT)
    kind = _code(8)
    state = _code(8, default=State.CURRENT.value)
    issued_on = models.DateField()
    organization = models.BigIntegerField()
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True, default="")
    key = models.UUIDField(unique=True)
    account = models.BigIntegerField()

    class Meta:
        constraints = (
            _known("birth_certificate_kind", "kind", Kind),
            _known("birth_certificate_state", "state", State),
            models.UniqueConstraint(
                fields=("birth",),
                condition=Q(state=State.CURRENT.value),
                name="birth_certificate_one_current",
            ),
            models.UniqueConstraint(
                fields=("birth",),
                condition=Q(kind=Kind.FIRST.value) & ~Q(state=State.VOID.value),
                name="birth_certificate_one_first",
            ),
            models.CheckConstraint(
                condition=Q(state=State.CURRENT.value, ended_on__isnull=True)
                | (~Q(state=State.CURRENT.value) & Q(ended_on__isnull=False)),
                name="birth_certificate_ended",
            ),
        )


class Item(models.Model):
    """Where an errand stands."""

    birth = models.ForeignKey(Birth, on_delete=models.PROTECT, related_name="items", db_index=False)
    item = _code(32)
    position = models.PositiveSmallIntegerField()
    state = _code(16, default=ItemState.OPEN.value)
    due_on = models.DateField()
    since = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    receipt = models.CharField(max_length=64, blank=True, default="")
    source = _code(8, blank=True, default="")
    account = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("birth_item_state", "state", ItemState),
            models.CheckConstraint(
                condition=Q(source__in=["", *(each.value for each in Source)]),
                name="birth_item_source",
            ),
            models.UniqueConstraint(fields=("birth", "item"), name="birth_item_once"),
        )
