"""Tables of teams, contracts, their years, what was done by hand, and residents' answers."""

from collections.abc import Iterable
from enum import Enum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kangmai.kernel.ids import uuid7
from kangmai.programmes.contracts.types import Signature, State


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


def _known(name: str, column: str, values: Iterable[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Team(models.Model):
    """A family-doctor team."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40)
    organization = models.BigIntegerField()
    place_code = _code(14)
    leader = models.BigIntegerField()
    phone = _code(20, blank=True, default="")
    is_open = models.BooleanField(default=True)
    key = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organization", "name"), condition=Q(is_open=True), name="team_named_once"
            ),
        )
        indexes = (models.Index(fields=("place_code",), name="contract_team_place"),)


class Member(models.Model):
    """Somebody in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members", db_index=False)
    staff = models.BigIntegerField()
    duty = _code(32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "staff"), name="team_member_once"),)


class Contract(models.Model):
    """A contract of a resident, who is kept as first written.

    The newest of a resident is `signed`; one that is followed by another is `renewed`: so the database says
    that there are never two. `promised` and `done` repeat the running year for lists.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident_id = models.BigIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    organization = models.BigIntegerField()
    place_code = _code(14)
    state = _code(8)
    packages = ArrayField(_code(32))
    years = models.PositiveSmallIntegerField()
    fee = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    signature = _code(10)
    asked_on = models.DateField(null=True)
    signed_on = models.DateField(null=True)
    begins_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    planned_end_on = models.DateField(null=True)
    """The last day as agreed, whatever ended it."""
    end_reason = _code(32, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    renews = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="renewed_by"
    )
    promised = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0)
    key = models.UUIDField(unique=True)
    account = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("contract_state_known", "state", State),
            _known("contract_signature_known", "signature", Signature),
            models.CheckConstraint(
                condition=Q(state__in=(State.ASKED.value, State.REFUSED.value))
                | Q(signed_on__isnull=False, begins_on__isnull=False, ends_on__isnull=False),
                name="contract_signed_with_days",
            ),
            models.UniqueConstraint(
                fields=("resident_id",),
                condition=Q(state=State.SIGNED.value),
                name="contract_one_signed",
            ),
            models.UniqueConstraint(
                fields=("resident_id",),
                condition=Q(state=State.ASKED.value),
                name="contract_one_asked",
            ),
        )
        indexes = (
            models.Index(fields=("resident_id", "-id"), name="contract_resident"),
            models.Index(fields=("organization", "state", "ends_on", "id"), name="contract_organization"),
            models.Index(fields=("place_code", "state", "ends_on", "id"), name="contract_place"),
            models.Index(fields=("team", "state", "ends_on", "id"), name="contract_team"),
        )  # fmt: skip


class ContractYear(models.Model):
    """One year of a contract, with what was promised and done in it as of the last count."""

    pk = models.CompositePrimaryKey("contract_id", "begins_on")
    contract = models.ForeignKey(
        Contract, on_delete=models.CASCADE, related_name="contract_years", db_index=False
    )
    begins_on = models.DateField()
    ends_on = models.DateField()
    promised = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0)
    is_whole = models.BooleanField(default=True)
    """Not cut short by an end before its time."""

    class Meta:
        indexes = (models.Index(fields=("ends_on",), name="contract_year_end"),)


class Performed(models.Model):
    """An item that the team did and wrote down, where no visit of a programme tells it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="performed")
    package = _code(32)
    item = _code(32)
    on = models.DateField()
    note = models.CharField(max_length=200, blank=True, default="")
    undone_reason = models.CharField(max_length=200, blank=True, default="")
    account = models.BigIntegerField()
    at = models.DateTimeField()
    key = models.UUIDField(unique=True)


class Rating(models.Model):
    """What a resident said of a service. Who said it, nobody but the resident sees."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="ratings")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_index=False)
    service_kind = _code(10)
    service = models.UUIDField()
    score = models.PositiveSmallIntegerField()
    on = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("service_kind", "service"), name="rating_once"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="rating_score"),
        )
        indexes = (models.Index(fields=("team", "on"), name="rating_team"),)
