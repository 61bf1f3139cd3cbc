"""Open a record in an emergency without the usual right, end it, and have it reviewed by another."""

from datetime import datetime

from django.db import transaction

from kangmai.access import events, models, policy
from kangmai.access.errors import GlassReviewed, GlassUnknown, OwnGlass, ReasonTooShort
from kangmai.access.subjects import patients_of
from kangmai.access.types import Finding, GlassView
from kangmai.access.views import view_of
from kangmai.access.writing import locked, write_down
from kangmai.kernel.actor import Actor, require
from kangmai.registry import queries as registry

BREAK = "glass.break"
REVIEW = "glass.review"


def break_glass(*, resident_id: int, reason: str, actor: Actor, at: datetime) -> GlassView:
    """Open a resident's record for a while; reported at once by an audit row and an event.

    The resident reads the reason in his ledger, and a reviewer decides whether it was justified.
    Sensitive labels stay closed to roles that do not have them. An opening still running is extended.

    Raises:
        NotPermitted: the actor's role opens no records in an emergency.
        ReasonTooShort: there is no real reason.
    """
    require(actor, BREAK)
    reason = reason.strip()
    least = policy.limit("glass_reason_characters", on=at.date())
    if len(reason) < least or len(set(reason)) < least // 2:
        raise ReasonTooShort(least=least)
    with transaction.atomic():
        row = models.BreakGlass.objects.create(
            account_id=actor.account,
            resident_id=resident_id,
            place_code=_place_of(actor),
            reason=reason[:500],
            opened_at=at,
            expires_at=at + policy.minutes("glass_minutes", at=at),
        )
        _write_down(row, events.GLASS_BROKEN, reason=row.reason, actor=actor, at=at)
    return view_of(GlassView, row)


def close_glass(*, glass_id: int, actor: Actor, at: datetime) -> GlassView:
    """End one's own opening before its time. Raises GlassUnknown."""
    with transaction.atomic():
        row = locked(models.BreakGlass, glass_id, or_else=GlassUnknown(glass=glass_id))
        if row.account_id != actor.account or row.closed_at is not None or row.expires_at <= at:
            raise GlassUnknown(glass=glass_id)
        row.closed_at = at
        row.save()
        _write_down(row, events.GLASS_CLOSED, actor=actor, at=at)
    return view_of(GlassView, row)


def review_glass(
    *, glass_id: int, finding: Finding, note: str, actor: Actor, at: datetime
) -> GlassView:
    """Find whether an opening was justified.

    Raises:
        NotPermitted: the actor reviews no openings there.
        GlassUnknown, GlassReviewed.
        OwnGlass: nobody reviews his own.
    """
    require(actor, REVIEW)
    with transaction.atomic():
        row = locked(models.BreakGlass, glass_id, or_else=GlassUnknown(glass=glass_id))
        require(actor, REVIEW, row.place_code)
        if row.reviewed_at is not None:
            raise GlassReviewed()
        if row.account_id == actor.account:
            raise OwnGlass()
        row.reviewed_at, row.reviewed_by_id = at, actor.account
        row.finding, row.note = finding.value, note.strip()[:500]
        row.save()
        _write_down(row, events.GLASS_REVIEWED, actor=actor, at=at)
    return view_of(GlassView, row)


def _place_of(actor: Actor) -> str:
    """Where the institution stands for which the actor acts."""
    organization = actor.grants[0].organization
    if organization is None:
        return ""
    return registry.codes_of_place(organization_id=organization)[0]


def _write_down(
    row: models.BreakGlass, event: str, *, reason: str = "", actor: Actor, at: datetime
) -> None:
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="BreakGlass",
        object_id=row.pk,
        subjects=patients_of([row.resident_id]),
        reason=reason,
        details={"account": row.account_id, "resident": row.resident_id},
    )
