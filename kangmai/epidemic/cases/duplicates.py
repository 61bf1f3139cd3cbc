"""Cards that may report the same person with the same disease.

Two reports are one case when they are of one resident (or one document number, or one name, birth and sex)
and the same disease, within the days that the disease's definition gives; for life where it gives none.
"""

from datetime import timedelta

from django.db.models import Q, QuerySet

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.contents import hashes_of
from kangmai.epidemic.cases.diseases import disease
from kangmai.epidemic.cases.types import REPORTED_STATES, Dismissal, State
from kangmai.identity import queries as identity
from kangmai.kernel.ids import ResidentId
from kangmai.standards.calendars import legal_day

ASKED_AGAIN = (Dismissal.WITHDRAWN.value, Dismissal.WRONG_PERSON.value)
"""Dismissals that say nothing of the person: what arrives later is asked anew."""


def reported(row: models.Card) -> QuerySet[models.Card]:
    """Other cards that doctors stand by, of the same person and disease at any time, the newest first."""
    who = _same_person(row)
    if who is None:
        return models.Card.objects.none()
    found = models.Card.objects.filter(who, disease=row.disease, state__in=REPORTED_STATES)
    return found.exclude(pk=row.pk).order_by("-diagnosed_at", "-id")


def same_case(row: models.Card) -> models.Card | None:
    """Another card that reports this very case, or None."""
    known = disease(row.subtype, on=legal_day(row.diagnosed_at or row.drafted_at))
    found = reported(row)
    if known.same_case_days is not None and row.diagnosed_at is not None:
        reach = timedelta(days=known.same_case_days)
        found = found.filter(
            diagnosed_at__gt=row.diagnosed_at - reach, diagnosed_at__lt=row.diagnosed_at + reach
        )
    return found.first()


def covering(row: models.Card) -> models.Card | None:
    """A card, draft or dismissal of the same case, which what arrives from the record joins; or None."""
    who = _same_person(row)
    if who is None:
        return None
    known = disease(row.subtype, on=legal_day(row.drafted_at))
    found = models.Card.objects.filter(who, disease=row.disease).exclude(state=State.REMOVED.value)
    found = found.exclude(state=State.DISMISSED.value, reason__in=ASKED_AGAIN)
    if known.same_case_days is not None:
        since = row.drafted_at - timedelta(days=known.same_case_days)
        found = found.filter(Q(drafted_at__gt=since) | Q(diagnosed_at__gt=since))
    return found.exclude(pk=row.pk).order_by("-id").first()


def _same_person(row: models.Card) -> Q | None:
    who = Q(pk__in=[])
    if row.resident_id is not None:
        who |= Q(resident_id__in=identity.same_resident_ids(ResidentId(row.resident_id)))
    documents, names = hashes_of(row)
    if documents:
        who |= Q(document_hash__in=documents)
    if names:
        who |= Q(name_hash__in=names)
    if row.patient_rid is not None:
        who |= Q(patient_rid=row.patient_rid)
    known = (row.resident_id, row.document_hash, row.name_hash, row.patient_rid)
    return None if all(each is None for each in known) else who
