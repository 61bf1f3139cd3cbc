"""Take down what a resident decides about the sight of institutions, and take it back."""

from datetime import datetime

from django.db import transaction

from kangmai.access import events, models
from kangmai.access.errors import ConsentStands, ConsentUnknown, NotYourResident, PeriodOver
from kangmai.access.subjects import is_served, patients_of
from kangmai.access.types import ConsentKind, ConsentView
from kangmai.access.views import view_of
from kangmai.access.writing import locked, refusing, write_down
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.registry import queries as registry

OWN = "own.consent"
RECORD = "consent.record"


def give_consent(
    *,
    resident_id: int,
    kind: ConsentKind,
    organization_id: int | None,
    until: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> ConsentView:
    """Take down a decision: a share with one institution, or an objection to one or to all (None).

    An objection binds every role but those whose duty the law sets (see the roles' definitions); what
    an institution wrote itself stays visible to it.

    Raises:
        NotYourResident: the actor is neither the resident nor someone who records for residents whom
            he serves already: nobody gives himself a share.
        OrganizationUnknown, PeriodOver.
        ConsentStands: the same decision is in force.
    """
    _require_own(resident_id, actor)
    if organization_id is not None:
        registry.kind_of(organization_id=organization_id)
    if until is not None and until <= at:
        raise PeriodOver()
    with transaction.atomic():
        row = models.Consent(
            resident_id=resident_id,
            kind=kind.value,
            organization_id=organization_id,
            from_at=at,
            to_at=until,
            recorded_by=actor.account,
        )
        with refusing({"consent_open_once": ConsentStands}):
            row.save(force_insert=True)
        _write_down(row, events.CONSENT_GIVEN, actor=actor, at=at)
    return view_of(ConsentView, row)


def withdraw_consent(*, consent_id: int, actor: Actor, at: datetime) -> ConsentView:
    """Take a decision back from now on. Raises ConsentUnknown, NotYourResident."""
    with transaction.atomic():
        unknown = ConsentUnknown(consent=consent_id)
        row = locked(models.Consent, consent_id, or_else=unknown)
        _require_own(row.resident_id, actor)
        if row.to_at is not None and row.to_at <= at:
            raise unknown
        row.to_at = at
        row.save()
        _write_down(row, events.CONSENT_WITHDRAWN, actor=actor, at=at)
    return view_of(ConsentView, row)


def _require_own(resident_id: int, actor: Actor) -> None:
    is_own = resident_id in actor.scope.residents and is_permitted(actor, OWN)
    if not is_own and not (is_permitted(actor, RECORD) and is_served(resident_id, actor)):
        raise NotYourResident()


def _write_down(row: models.Consent, event: str, *, actor: Actor, at: datetime) -> None:
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="Consent",
        object_id=row.pk,
        subjects=patients_of([row.resident_id]),
        details={"kind": row.kind, "organization": row.organization_id},
    )
