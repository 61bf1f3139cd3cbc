"""Decide a case: whose a Patient is, whether two residents are one, what is not a resident's."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from kangmai.identity import models
from kangmai.identity.actions.cases import close_case, pin_patient, pin_residents
from kangmai.identity.actions.link import (
    Reason,
    link_patients,
    lock_patients,
    put_links,
    settle,
    write_down_links,
)
from kangmai.identity.actions.merge import merge_residents, reason_given
from kangmai.identity.errors import (
    NotOfThisCase,
    ResidentNotFound,
    ReviewChanged,
    ReviewNotFound,
)
from kangmai.identity.queries import current, members, open_cases, patients_by_row, side_ids
from kangmai.identity.reach import inside
from kangmai.identity.types import ReviewKind, Verdict
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import PatientId, ResidentId

AT_REVIEW = "decided in the review queue"


def decide(
    review_id: int,
    verdict: Verdict,
    *,
    resident_id: ResidentId,
    reason: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down what a reviewer found of one pair of a case; it outranks every automatic decision for ever.

    Args:
        resident_id: the resident that the arriving record, or the other resident, was compared with; in a
            case of two residents the one that is kept if they are the same.

    Raises:
        NotPermitted, ReviewNotFound, ReviewChanged, NotOfThisCase, and what a merge raises.
    """
    require(actor, "identity.review")
    with transaction.atomic():
        lock_patients(_patients_of(review_id), at=at)
        case = _locked(review_id, expected_version, actor)
        if verdict is Verdict.LATER:
            case.postponed_at, case.version = at, case.version + 1
            case.save()
            return
        if resident_id not in side_ids(case) or not _is_visible(resident_id, actor):
            raise NotOfThisCase()
        why = reason.strip()[:500] or AT_REVIEW
        match case.kind:
            case ReviewKind.PATIENT:
                _decide_patient(case, verdict, resident_id, why, actor, at)
            case ReviewKind.DUPLICATE:
                _decide_residents(case, verdict, resident_id, why, actor, at)
            case _:
                close_case(case, verdict, actor=actor, at=at)


def _patients_of(review_id: int) -> list[int]:
    rids = models.Review.objects.filter(id=review_id).values_list("patient_rid", flat=True)
    return [rid for rid in rids if rid is not None]


def _locked(review_id: int, expected_version: int, actor: Actor) -> models.Review:
    case = open_cases(actor).filter(id=review_id).select_for_update(of=("self",)).first()
    if case is None:
        raise ReviewNotFound()
    if case.version != expected_version:
        raise ReviewChanged(current=case.version, expected=expected_version)
    return case


def _is_visible(resident_id: ResidentId, actor: Actor) -> bool:
    return inside(actor.scope).filter(id=current(resident_id)).exists()


def _decide_patient(
    case: models.Review,
    verdict: Verdict,
    resident_id: ResidentId,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """The same: linked by hand. Another: never this resident, and whose else it is, is decided again."""
    rid = case.patient_rid or 0
    pin_patient(rid, resident_id, verdict, reason=reason, actor=actor, at=at)
    close_case(case, verdict, actor=actor, at=at)
    if verdict is not Verdict.SAME:
        link_patients(patients_by_row([rid]), again=True, actor=actor, at=at)
        return
    link = models.Link.objects.select_for_update().get(patient_rid=rid)
    settle(link, resident_id, Reason.BY_HAND, is_manual=True, actor=actor, at=at)
    put_links([link], at=at)
    write_down_links([link], reason=reason, actor=actor, at=at)


def _decide_residents(
    case: models.Review,
    verdict: Verdict,
    kept: ResidentId,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    first, second = side_ids(case)
    if verdict is Verdict.SAME:
        retired = ResidentId(second if kept == first else first)
        merge_residents(kept, retired, reason=reason, actor=actor, at=at)
        return
    pin_residents(first, second, verdict, reason=reason, actor=actor, at=at)
    close_case(case, verdict, actor=actor, at=at)


def separate_patients(
    resident_id: ResidentId,
    patients: Collection[PatientId],
    *,
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Find that Patients linked to a resident are not his: they are decided again, and never his.

    Raises:
        NotPermitted, ReasonMissing, ResidentNotFound
        NotOfThisCase: one of them is not linked to this resident.
    """
    require(actor, "identity.review")
    why = reason_given(reason)
    with transaction.atomic():
        if not inside(actor.scope).filter(id=resident_id).exists():
            raise ResidentNotFound()
        named = models.Link.objects.filter(patient_id__in=patients)
        lock_patients(sorted(named.values_list("patient_rid", flat=True)), at=at)
        links = list(
            models.Link.objects.select_for_update()
            .filter(resident_id__in=members(resident_id), patient_id__in=patients)
            .order_by("patient_rid")
        )
        if len(links) < len(set(patients)):
            raise NotOfThisCase()
        for link in links:
            pin_patient(
                link.patient_rid,
                link.resident_id,
                Verdict.DIFFERENT,
                reason=why,
                actor=actor,
                at=at,
            )
            settle(link, None, Reason.REVIEW, is_manual=False, actor=actor, at=at)
        put_links(links, at=at)
        write_down_links(links, reason=why, actor=actor, at=at)
        rids = [link.patient_rid for link in links]
        link_patients(patients_by_row(rids), again=True, actor=actor, at=at)
        for case in models.Review.objects.filter(
            kind=ReviewKind.SPLIT, resident_id=resident_id, closed_at=None
        ):
            close_case(case, Verdict.DIFFERENT, actor=actor, at=at)
