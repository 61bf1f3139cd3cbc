"""Tables of tracing; every one hangs on the order under which it was filled."""

from enum import Enum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from kangmai.epidemic.tracing.types import (
    CaseState,
    ContactState,
    Direction,
    Half,
    Kind,
    Outcome,
    RowState,
    Source,
    Where,
)


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    """A column holds a value of an enumeration."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=f"tracing_{name}"
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Person(models.Model):
    """Somebody whom tracing knows under an order; who he is stands in the index, at registration, or sealed here."""

    order_id = models.UUIDField()
    resident_id = models.BigIntegerField(null=True)
    venue_person = models.IntegerField(null=True)
    content = models.BinaryField(null=True)
    content_key = models.PositiveSmallIntegerField(null=True)
    place_code = _code(14)
    joined_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """The one who was found to be the same, while the index says so."""
    created_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("order_id",), name="tracing_person_order"),
            models.Index(
                fields=("resident_id",),
                condition=Q(resident_id__isnull=False),
                name="tracing_person_resident",
            ),
        )


class Alias(models.Model):
    """By what somebody is recognized: `r:` a resident, `v:` a registration, `d:` and `n:` keyed hashes."""

    order_id = models.UUIDField()
    value = _code(40)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order_id", "value"), name="tracing_alias_once"),
        )


class Case(models.Model):
    """A case whose contacts are looked for."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    number = _code(40)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    card_id = models.UUIDField(null=True)
    edition = _code(24)
    place_code = _code(14)
    organization_id = models.BigIntegerField(null=True)
    is_outside = models.BooleanField(default=False)
    """A case of a neighbouring city, known by a line list only."""
    onset_on = models.DateField(null=True)
    sampled_on = models.DateField(null=True)
    found_at = models.DateTimeField()
    from_at = models.DateTimeField()
    isolated_at = models.DateTimeField(null=True)
    on_site_at = models.DateTimeField(null=True)
    core_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    was_followed = models.BooleanField(default=False)
    """Whether the case was followed as a contact before."""
    state = _code(9)
    summary = models.BinaryField(null=True)
    summary_key = models.PositiveSmallIntegerField(null=True)
    key = _code(64)
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("case_state_known", "state", CaseState),
            models.UniqueConstraint(fields=("order_id", "number"), name="tracing_case_number_once"),
            models.UniqueConstraint(
                fields=("person",), condition=Q(is_outside=False), name="tracing_case_person_once"
            ),
            models.UniqueConstraint(fields=("created_by", "key"), name="tracing_case_key_once"),
        )
        indexes = (
            models.Index(fields=("place_code", "-id"), name="tracing_case_place"),
            models.Index(fields=("found_at",), name="tracing_case_found"),
        )


class Search(models.Model):
    """A question to the scans about a case, and whether its answer was taken."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="searches")
    lookup_id = models.UUIDField(unique=True)
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    found = models.PositiveIntegerField(default=0)


class Contact(models.Model):
    """Somebody who is followed, once under an order."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="+")
    joined_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    """The contact who was found to be the same person, while the index says so."""
    kind = _code(9)
    state = _code(8)
    edition = _code(24)
    place_code = _code(14, null=True)
    found_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    last_exposure_on = models.DateField()
    until_on = models.DateField(null=True)
    """The last day of following, for the desk."""
    told_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    unwell_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    """The case that this contact became."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("contact_kind_known", "kind", Kind),
            _known("contact_state_known", "state", ContactState),
        )
        indexes = (
            models.Index(fields=("state", "place_code", "id"), name="tracing_contact_place"),
            models.Index(fields=("order_id",), name="tracing_contact_order"),
            models.Index(
                fields=("joined_to",),
                condition=Q(joined_to__isnull=False),
                name="tracing_contact_joined",
            ),
        )


class Pair(models.Model):
    """A contact of a case; `first_at`, `last_at` and `minutes` sum up its exposures."""

    order_id = models.UUIDField()
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pairs", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="pairs")
    kind = _code(9)
    generation = models.PositiveSmallIntegerField()
    relation = _code(24)
    source = _code(9)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    found_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    judged_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, default="", db_default="")
    """Why it was judged so; free text, which goes with the pair and never into the audit trail."""

    class Meta:
        constraints = (
            _known("pair_kind_known", "kind", Kind),
            _known("pair_source_known", "source", Source),
            models.UniqueConstraint(fields=("case", "contact"), name="tracing_pair_once"),
        )
        indexes = (models.Index(fields=("case", "-minutes", "id"), name="tracing_pair_longest"),)


class Exposure(models.Model):
    """Who exposed a contact where, on which day, for how long; told or found again, it stays one."""

    order_id = models.UUIDField()
    pair = models.ForeignKey(
        Pair, on_delete=models.CASCADE, related_name="exposures", db_index=False
    )
    of = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    venue = models.IntegerField(null=True)
    place = models.CharField(max_length=120)
    day = models.DateField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    source = _code(9)

    class Meta:
        constraints = (
            _known("exposure_source_known", "source", Source),
            models.UniqueConstraint(
                fields=("pair", "of", "day", "venue", "place"),
                nulls_distinct=False,
                name="tracing_exposure_once",
            ),
        )


class Call(models.Model):
    """Somebody tried to tell a contact."""

    order_id = models.UUIDField()
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField()
    answer = _code(24)
    account_id = models.BigIntegerField()
    key = _code(64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account_id", "key"), name="tracing_call_once"),
        )


class Stay(models.Model):
    """Where a contact is in quarantine."""

    order_id = models.UUIDField()
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="stays")
    where = _code(9)
    place = models.CharField(max_length=120, blank=True)
    room = models.CharField(max_length=20, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    account_id = models.BigIntegerField()
    key = _code(64)

    class Meta:
        constraints = (
            _known("stay_where_known", "where", Where),
            models.UniqueConstraint(fields=("account_id", "key"), name="tracing_stay_once"),
            models.UniqueConstraint(
                fields=("contact",),
                condition=Q(until_at__isnull=True),
                name="tracing_stay_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="tracing_stay_ends_after_it_began",
            ),
        )
        indexes = (models.Index(fields=("place", "room"), name="tracing_stay_room"),)


class Check(models.Model):
    """A daily check; a second one of the same half day replaces the first."""

    order_id = models.UUIDField()
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="checks", db_index=False
    )
    day = models.DateField()
    half = _code(2)
    temperature_c = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    symptoms = ArrayField(_code(24))
    at = models.DateTimeField()
    account_id = models.BigIntegerField()

    class Meta:
        constraints = (
            _known("check_half_known", "half", Half),
            models.UniqueConstraint(fields=("contact", "day", "half"), name="tracing_check_once"),
        )


class Test(models.Model):
    """A test of a contact; the same tube or report again is the same test."""

    order_id = models.UUIDField()
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="tests", db_index=False
    )
    reference = _code(40)
    sampled_at = models.DateTimeField()
    outcome = _code(8)
    account_id = models.BigIntegerField()

    class Meta:
        constraints = (
            _known("test_outcome_known", "outcome", Outcome),
            models.UniqueConstraint(fields=("contact", "reference"), name="tracing_test_once"),
        )


class Link(models.Model):
    """Who infected whom, until it is withdrawn."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    from_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    to_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    evidence = _code(24)
    note = models.BinaryField(null=True)
    note_key = models.PositiveSmallIntegerField(null=True)
    asserted_by = models.BigIntegerField()
    asserted_at = models.DateTimeField()
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("to_case",),
                condition=Q(withdrawn_at__isnull=True),
                name="tracing_link_one_infector",
            ),
            models.CheckConstraint(
                condition=~Q(from_case=F("to_case")), name="tracing_link_between_two"
            ),
        )
        indexes = (models.Index(fields=("order_id",), name="tracing_link_order"),)


class LineList(models.Model):
    """A list of people sent to or received from a neighbouring city."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    direction = _code(3)
    other = _code(12)
    reference = models.CharField(max_length=60)
    place_code = _code(14)
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField()
    key = _code(64)

    class Meta:
        constraints = (
            _known("list_direction_known", "direction", Direction),
            models.UniqueConstraint(fields=("made_by", "key"), name="tracing_list_once"),
        )
        indexes = (models.Index(fields=("place_code", "-id"), name="tracing_list_place"),)


class ListRow(models.Model):
    """A person on a line list; of one sent the contact, of one received what the row said, sealed."""

    order_id = models.UUIDField()
    list = models.ForeignKey(
        LineList, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField()
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    content = models.BinaryField(null=True)
    content_key = models.PositiveSmallIntegerField(null=True)
    state = _code(8)
    reason = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("row_state_known", "state", RowState),
            models.UniqueConstraint(fields=("list", "number"), name="tracing_row_once"),
            models.CheckConstraint(
                condition=~Q(state=RowState.REFUSED.value) | ~Q(reason=""),
                name="tracing_row_refused_why",
            ),
        )
