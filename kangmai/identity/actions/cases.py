"""Opening and closing the cases that wait for a person. Within the transaction of what gave rise to them."""

from datetime import datetime

from kangmai.identity import models, rules
from kangmai.identity.index.candidates import Found
from kangmai.identity.types import Demographics, ReviewKind, Verdict
from kangmai.kernel.actor import Actor
from kangmai.standards.calendars import legal_day


def asked_of_patient(
    case: models.Review | None,
    patient_rid: int,
    found: Found,
    *,
    author_org: int | None,
    at: datetime,
) -> models.Review:
    """A case, not yet written, that asks a person whose an arriving Patient is; the open one gets the new scores."""
    if case is None:
        case = models.Review(kind=ReviewKind.PATIENT, patient_rid=patient_rid, opened_at=at)
    else:
        case.version += 1
    case.author_org, case.resident_id = author_org, found.root
    case.probability, case.explanation = found.probability, found.explanation
    return case


def open_duplicate_case(
    first: int, second: int, *, probability: float, explanation: bytes | None, at: datetime
) -> None:
    """Ask a person whether two residents are one, unless one has said so already."""
    low, high = sorted((first, second))
    if models.Pin.objects.filter(resident_id=low, other_id=high).exists():
        return
    models.Review.objects.get_or_create(
        kind=ReviewKind.DUPLICATE,
        resident_id=low,
        other_id=high,
        closed_at=None,
        defaults={"probability": probability, "explanation": explanation, "opened_at": at},
    )


def open_split_case(resident_id: int, *, at: datetime) -> None:
    """Ask a person whether what is linked to a resident is all his."""
    models.Review.objects.get_or_create(
        kind=ReviewKind.SPLIT,
        resident_id=resident_id,
        other=None,
        closed_at=None,
        defaults={"opened_at": at},
    )


def open_document_case(row: models.Resident, known: Demographics, at: datetime) -> None:
    """Ask a person whose number it is, where one says another birth date or sex than was entered."""
    if rules.disagreements(known, on=legal_day(at)):
        models.Review.objects.get_or_create(
            kind=ReviewKind.DOCUMENT,
            resident_id=row.id,
            other=None,
            closed_at=None,
            defaults={"opened_at": at},
        )


def close_patient_case(
    case: models.Review | None, verdict: Verdict | None, *, actor: Actor, at: datetime
) -> None:
    """Close the open case of a Patient, if any; without a verdict because the index can decide by now."""
    if case is not None:
        close_case(case, verdict, actor=actor, at=at)


def close_case(case: models.Review, verdict: Verdict | None, *, actor: Actor, at: datetime) -> None:
    """Close a case with what was found."""
    case.closed_at, case.closed_by = at, actor.account
    case.verdict = verdict.value if verdict else ""
    case.version += 1
    case.save()


def pin_patient(
    patient_rid: int, resident_id: int, verdict: Verdict, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Keep for ever what a person found of a Patient and a resident."""
    models.Pin.objects.update_or_create(
        patient_rid=patient_rid,
        resident_id=resident_id,
        defaults={
            "verdict": verdict,
            "reason": reason,
            "decided_by": actor.account,
            "decided_at": at,
        },
    )


def pin_residents(
    first: int, second: int, verdict: Verdict, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Keep for ever what a person found of two residents."""
    low, high = sorted((first, second))
    models.Pin.objects.update_or_create(
        resident_id=low,
        other_id=high,
        defaults={
            "verdict": verdict,
            "reason": reason,
            "decided_by": actor.account,
            "decided_at": at,
        },
    )
