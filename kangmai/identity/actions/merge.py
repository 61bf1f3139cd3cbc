"""Merge two residents into one, and undo it. Nothing moves: `merged_into` leads the way, links stay as decided."""

from datetime import datetime

from django.db import transaction

from kangmai.identity import models
from kangmai.identity.actions.cases import close_case, open_split_case, pin_residents
from kangmai.identity.actions.link import conflicts, link_patients, lock_patients
from kangmai.identity.actions.placing import place, project, write_down
from kangmai.identity.errors import (
    AlreadyMerged,
    DecidedDifferent,
    MergeWithItself,
    NotMerged,
    ReasonMissing,
    ResidentNotFound,
)
from kangmai.identity.queries import members, patients_by_row
from kangmai.identity.reach import inside
from kangmai.identity.types import ReviewKind, Verdict
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId

LONGEST_REASON = 500


def merge_residents(
    kept: ResidentId, retired: ResidentId, *, reason: str, actor: Actor, at: datetime
) -> None:
    """Find two residents to be one: the record of `retired` is read under `kept` from now on.

    Patients between which of the two nobody could decide are decided again.

    Raises:
        NotPermitted, ReasonMissing, MergeWithItself, AlreadyMerged, DecidedDifferent
        ResidentNotFound: one of them is outside the actor's scope.
    """
    require(actor, "identity.review")
    why = reason_given(reason)
    if kept == retired:
        raise MergeWithItself()
    with transaction.atomic():
        doubtful = _doubtful((kept, retired))
        lock_patients(doubtful, at=at)
        rows = _locked((kept, retired), actor)
        _require_not_pinned(kept, retired)
        rows[retired].merged_into = rows[kept]
        _touch(rows[retired], at)
        models.Merge.objects.create(
            kept_id=kept, retired_id=retired, reason=why, merged_at=at, merged_by=actor.account
        )
        _close_pair(kept, retired, Verdict.SAME, actor, at)
        _show((kept,), actor, at)
        link_patients(patients_by_row(doubtful), again=True, actor=actor, at=at)
        data = {"kept": kept, "retired": retired}
        write_down(rows[kept], "identity.merged", data=data, reason=why, actor=actor, at=at)
        if conflicts(kept):
            open_split_case(kept, at=at)


def unmerge_resident(retired: ResidentId, *, reason: str, actor: Actor, at: datetime) -> None:
    """Undo a merge: both residents are as if it had never been, what arrived meanwhile included.

    What the index linked since is decided again without the merge; what people decided stays. The two
    are marked as different for ever.

    Raises:
        NotPermitted, ReasonMissing, NotMerged
        ResidentNotFound: outside the actor's scope.
    """
    require(actor, "identity.review")
    why = reason_given(reason)
    with transaction.atomic():
        arrived = _since_merge(retired)
        lock_patients(arrived, at=at)
        row, kept = _merged(retired, actor)
        merge = models.Merge.objects.select_for_update().get(retired=row, undone_at=None)
        row.merged_into = None
        _touch(row, at)
        merge.undone_at, merge.undone_by, merge.undone_reason = at, actor.account, why
        merge.save()
        pin_residents(kept, retired, Verdict.DIFFERENT, reason=why, actor=actor, at=at)
        _show((kept, retired), actor, at)
        link_patients(patients_by_row(arrived), again=True, actor=actor, at=at)
        data = {"kept": kept, "restored": retired}
        write_down(row, "identity.unmerged", data=data, reason=why, actor=actor, at=at)


def reason_given(text: str) -> str:
    """A reason for a decision.

    Raises:
        ReasonMissing
    """
    if not text.strip():
        raise ReasonMissing()
    return text.strip()[:LONGEST_REASON]


def _locked(ids: tuple[ResidentId, ...], actor: Actor) -> dict[ResidentId, models.Resident]:
    """Both rows in key order, neither merged yet, both inside the actor's scope."""
    rows = {
        ResidentId(row.id): row
        for row in models.Resident.objects.select_for_update(no_key=True)
        .filter(id__in=ids)
        .order_by("id")
    }
    for id in ids:
        if id in rows and (into := rows[id].merged_into) is not None:
            raise AlreadyMerged(index_number=into.index_number)
    if inside(actor.scope).filter(id__in=ids).count() < len(ids):
        raise ResidentNotFound()
    return rows


def _merged(retired: ResidentId, actor: Actor) -> tuple[models.Resident, ResidentId]:
    """A merged row, and the resident it stands for now, who must be inside the actor's scope."""
    row = models.Resident.objects.select_for_update(no_key=True).filter(id=retired).first()
    if row is None:
        raise ResidentNotFound()
    if row.merged_into_id is None:
        raise NotMerged()
    kept = ResidentId(row.merged_into_id)
    if not _is_inside(kept, actor):
        raise ResidentNotFound()
    return row, kept


def _is_inside(resident_id: ResidentId, actor: Actor) -> bool:
    from kangmai.identity.queries import current

    return inside(actor.scope).filter(id=current(resident_id)).exists()


def _require_not_pinned(first: int, second: int) -> None:
    low, high = sorted((first, second))
    pins = models.Pin.objects.filter(resident_id=low, other_id=high)
    if pins.exclude(verdict=Verdict.SAME).exists():
        raise DecidedDifferent()


def _touch(row: models.Resident, at: datetime) -> None:
    row.version += 1
    row.updated_at = at
    row.save(update_fields=["merged_into", "version", "updated_at"])


def _close_pair(first: int, second: int, verdict: Verdict, actor: Actor, at: datetime) -> None:
    low, high = sorted((first, second))
    for case in models.Review.objects.filter(
        kind=ReviewKind.DUPLICATE, resident_id=low, other_id=high, closed_at=None
    ):
        close_case(case, verdict, actor=actor, at=at)


def _show(residents: tuple[ResidentId, ...], actor: Actor, at: datetime) -> None:
    """Write the home Patients anew and place every Patient, of each resident and of all merged into him."""
    project(residents, actor=actor, at=at)
    for each in residents:
        place(each)


def _since_merge(retired: ResidentId) -> list[int]:
    """Patients that the index linked to the kept resident (or one merged into him) since a merge, and those
    that a case about either asks for."""
    merge = models.Merge.objects.filter(retired_id=retired, undone_at=None).first()
    if merge is None:
        return []
    links = models.Link.objects.filter(
        resident_id__in=members(ResidentId(merge.kept_id)),
        is_manual=False,
        decided_at__gte=merge.merged_at,
    )
    doubtful = _doubtful((ResidentId(merge.kept_id), retired))
    return sorted({*links.values_list("patient_rid", flat=True), *doubtful})


def _doubtful(residents: tuple[ResidentId, ...]) -> list[int]:
    """Patients that wait for a person to decide whether they are one of these residents'."""
    cases = models.Review.objects.filter(
        closed_at=None, patient_rid__isnull=False, resident_id__in=residents
    )
    return sorted(cases.values_list("patient_rid", flat=True))
