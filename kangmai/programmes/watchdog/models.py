"""Tables of findings and of what was done with them. The visits behind a finding are named by their ids."""

from collections.abc import Iterable
from enum import Enum

from django.db import models
from django.db.models import Q

from kangmai.kernel.ids import uuid7
from kangmai.programmes.watchdog.types import Deed, State


def _code(length: int, **options: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **options)


def _one_of(column: str, values: Iterable[Enum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Finding(models.Model):
    """Something about the visits of a team, or of one account of it, that asks for a reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    detector = _code(32)
    circle = _code(48, blank=True, default="")
    """The programme, where it has a label: who does not hold that sees nothing of it."""
    organization = models.BigIntegerField()
    account = models.BigIntegerField(default=0)
    about = _code(32, blank=True, default="")
    place_code = _code(14)
    first_on = models.DateField()
    last_on = models.DateField()
    rows = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    chance = models.FloatField(null=True)
    rule_version = _code(64)
    state = _code(10, default=State.TEAM.value)
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    answer = _code(32, blank=True, default="")
    closing = _code(32, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _one_of("state", State, "finding_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED.value, closed_at__isnull=False)
                | (~Q(state=State.CLOSED.value) & Q(closed_at__isnull=True)),
                name="finding_closed_with_instant",
            ),
            models.UniqueConstraint(
                fields=("organization", "account", "detector", "circle", "about"),
                condition=~Q(state=State.CLOSED.value),
                name="finding_open_once",
            ),
        )
        indexes = (
            models.Index(fields=("place_code", "state", "-id"), name="finding_place"),
            models.Index(fields=("organization", "state", "-id"), name="finding_org"),
            models.Index(
                fields=("detector", "circle", "organization", "account", "closed_at"),
                condition=Q(state=State.CLOSED.value),
                name="finding_closed",
            ),
        )


class Step(models.Model):
    """Who did what with a finding, and what was said."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    deed = _code(10)
    code = _code(32, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    account = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (_one_of("deed", Deed, "finding_step_known"),)
