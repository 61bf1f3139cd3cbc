"""Tables of case reports: cards, their history and evidence, requests to other counties, zero reports."""

from collections.abc import Iterable
from enum import Enum

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kangmai.epidemic.cases.types import (
    COUNTED_STATES,
    AssistanceState,
    CaseClass,
    Deed,
    Origin,
    PlaceState,
    State,
)
from kangmai.kernel.ids import uuid7

COUNTED = [each.value for each in COUNTED_STATES]


def _code(length: int, **options: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **options)


def _one_of(column: str, values: Iterable[Enum], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


class Card(models.Model):
    """A case report. What names the person stands sealed in `details`; the columns are what is counted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    serial = models.BigIntegerField(
        unique=True, db_default=models.Func(models.Value("cases_card_serial"), function="nextval")
    )
    """Of this installation; people call the card by it."""
    state = _code(16)
    disease = _code(4)
    """The disease as the law lists it."""
    subtype = _code(4)
    """The code on the card: the disease itself or one of its subtypes."""
    label = models.PositiveSmallIntegerField()
    resident_id = models.BigIntegerField(null=True)
    """As first written; `identity.queries.current` says who it is now."""
    patient_rid = models.BigIntegerField(null=True)
    """The Patient of the record it was drafted from."""
    document_hash = models.BinaryField(max_length=16, null=True)
    name_hash = models.BinaryField(max_length=16, null=True)
    """Keyed hashes by which the same person is known without a resident: document number; name, birth and sex."""
    details = models.BinaryField()
    details_key = models.PositiveSmallIntegerField()
    sex_code = _code(1, blank=True, default="")
    birth_date = models.DateField(null=True)
    age_years = models.PositiveSmallIntegerField(null=True)
    occupation = _code(2, blank=True, default="")
    belongs_to = _code(1, blank=True, default="")
    home_code = _code(12, blank=True, default="")
    report_code = _code(12)
    """Where the reporting institution stands."""
    managing_code = _code(12)
    """The county that looks after the case."""
    organization = models.BigIntegerField()
    account = models.BigIntegerField()
    """Who diagnosed; of a draft nobody."""
    case_class = _code(1, blank=True, default="")
    acute_chronic = _code(1, blank=True, default="")
    severity = _code(1, blank=True, default="")
    contacts_with_symptoms = _code(1, blank=True, default="")
    origin = _code(8, blank=True, default="")
    onset_on = models.DateField(null=True)
    diagnosed_at = models.DateTimeField(null=True)
    died_on = models.DateField(null=True)
    place_id = models.BigIntegerField(null=True)
    place_state = _code(9, blank=True, default="")
    drafted_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    reported_on = models.DateField(null=True)
    """The day of submission in Shanghai, by which counts go."""
    diagnosed_on = models.DateField(null=True)
    county_reviewed_at = models.DateTimeField(null=True)
    final_reviewed_at = models.DateTimeField(null=True)
    final_reviewed_on = models.DateField(null=True)
    clock = _code(48, blank=True, default="")
    """The definition of the legal deadline that the diagnosis started."""
    reason = _code(32, blank=True, default="")
    """Why it was dismissed, returned or removed: a code."""
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            _one_of("state", State, "case_card_state_known"),
            _one_of("origin", Origin, "case_card_origin_known"),
            _one_of("place_state", PlaceState, "case_card_place_state_known"),
            models.CheckConstraint(
                condition=Q(case_class="") | Q(case_class__in=[each.value for each in CaseClass]),
                name="case_card_class_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=COUNTED)
                | Q(
                    submitted_at__isnull=False,
                    diagnosed_at__isnull=False,
                    reported_on__isnull=False,
                    diagnosed_on__isnull=False,
                ),
                name="case_card_counted_with_days",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.FINAL_REVIEWED.value) | Q(final_reviewed_on__isnull=False),
                name="case_card_final_with_day",
            ),
        )
        indexes = (
            models.Index(fields=("organization", "state", "-id"), name="case_card_org_state"),
            models.Index(fields=("report_code", "state", "-id"), name="case_card_report_state"),
            models.Index(fields=("home_code", "state", "-id"), name="case_card_home_state"),
            models.Index(fields=("managing_code", "state", "-id"), name="case_card_managing_state"),
            models.Index(fields=("resident_id", "disease"), name="case_card_resident"),
            models.Index(fields=("patient_rid",), name="case_card_patient", condition=Q(patient_rid__isnull=False)),
            models.Index(fields=("document_hash", "disease"), name="case_card_document"),
            models.Index(fields=("name_hash", "disease"), name="case_card_name"),
            models.Index(fields=("submitted_at",), name="case_card_submitted", condition=Q(state__in=COUNTED)),
            models.Index(
                fields=("onset_on", "disease"), name="case_card_by_onset", condition=Q(state__in=COUNTED),
                include=("subtype", "home_code", "report_code", "case_class", "origin", "label", "died_on"),
            ),
            models.Index(
                fields=("reported_on", "disease"), name="case_card_by_report", condition=Q(state__in=COUNTED),
                include=("subtype", "home_code", "report_code", "case_class", "origin", "label", "died_on"),
            ),
            models.Index(
                fields=("diagnosed_on", "disease"), name="case_card_by_diagnosis", condition=Q(state__in=COUNTED),
            ),
            models.Index(
                fields=("final_reviewed_on", "disease"), name="case_card_by_final", condition=Q(state__in=COUNTED),
            ),
            models.Index(
                fields=("report_code", "id"), name="case_card_place_waiting",
                condition=Q(place_state=PlaceState.WAITING.value),
            ),
        )  # fmt: skip


class Step(models.Model):
    """A line of a card's history. `before` holds the sealed earlier values of what a correction changed."""

    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="steps", db_index=False)
    at = models.DateTimeField()
    account = models.BigIntegerField()
    organization = models.BigIntegerField(null=True)
    deed = _code(20)
    note = models.CharField(max_length=300, blank=True, default="")
    before = models.BinaryField(null=True)
    before_key = models.PositiveSmallIntegerField(default=0)
    key = _code(64, blank=True, default="")
    """What the client called this deed: the same key does nothing a second time."""

    class Meta:
        constraints = (
            _one_of("deed", Deed, "case_card_step_known"),
            models.UniqueConstraint(
                fields=("account", "key", "deed"), condition=~Q(key=""), name="case_card_step_once"
            ),
        )
        indexes = (models.Index(fields=("card", "id"), name="case_card_step_history"),)


class Evidence(models.Model):
    """A resource that a card was drafted from, or that joined it later."""

    card = models.ForeignKey(Card, on_delete=models.CASCADE, related_name="evidence")
    resource_type = _code(32)
    resource_id = _code(64)
    code = _code(32)
    found_on = models.DateField()
    is_withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("resource_type", "resource_id", "card"), name="case_card_evidence_once"
            ),
        )
        indexes = (models.Index(fields=("resource_id",), name="case_card_evidence_resource"),)


class Assistance(models.Model):
    """协查: the county where a case lives is asked to take it on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    card = models.ForeignKey(Card, on_delete=models.PROTECT, related_name="assistance")
    label = models.PositiveSmallIntegerField()
    from_code = _code(6)
    to_code = _code(6)
    state = _code(8)
    asked_at = models.DateTimeField()
    asked_by = models.BigIntegerField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _one_of("state", AssistanceState, "case_assistance_state_known"),
            models.CheckConstraint(
                condition=Q(state=AssistanceState.ASKED.value, decided_at__isnull=True)
                | (~Q(state=AssistanceState.ASKED.value) & Q(decided_at__isnull=False)),
                name="case_assistance_decided_with_time",
            ),
            models.UniqueConstraint(
                fields=("card",),
                condition=Q(state=AssistanceState.ASKED.value),
                name="case_assistance_asked_once",
            ),
        )
        indexes = (
            models.Index(fields=("to_code", "state", "-id"), name="case_assistance_to"),
            models.Index(fields=("from_code", "state", "-id"), name="case_assistance_from"),
        )


class ZeroReport(models.Model):
    """An institution's statement that a day had no case."""

    organization = models.BigIntegerField()
    place_code = _code(12)
    day = models.DateField()
    stated_at = models.DateTimeField()
    account = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("organization", "day"), name="case_zero_report_once"),
        )
        indexes = (models.Index(fields=("day", "place_code"), name="case_zero_report_day"),)
