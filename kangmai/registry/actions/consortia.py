"""Found a consortium, join it, leave it."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, models, rules
from kangmai.registry.errors import (
    CodeTaken,
    ConsortiumAlreadyJoined,
    ConsortiumUnknown,
    OrganizationUnknown,
)
from kangmai.registry.types import ConsortiumKind
from kangmai.registry.writing import locked, refusing, write_down


def create_consortium(
    *,
    code: str,
    name: str,
    name_en: str,
    kind: ConsortiumKind,
    lead_id: int,
    division_code: str,
    from_on: date,
    actor: Actor,
    at: datetime,
) -> int:
    """Found a consortium with its lead as first member; returns its id.

    Raises:
        OrganizationUnknown, CodeTaken.
        NotPermitted: the actor is no registrar of its division.
    """
    with transaction.atomic():
        lead = _locked_organization(lead_id)
        require(actor, rules.MANAGE, division_code or lead.division_code)
        row = models.Consortium(
            code=code,
            name=name,
            name_en=name_en,
            kind=kind.value,
            lead=lead,
            division_code=division_code,
        )
        with refusing({"registry_consortium_code": lambda: CodeTaken(code=code)}):
            row.save(force_insert=True)
        row.members.create(organization=lead, from_on=from_on)
        return _finish(row, actor=actor, at=at)


def join_consortium(
    *, consortium_id: int, organization_id: int, from_on: date, actor: Actor, at: datetime
) -> int:
    """Make an institution a member from a day on; returns the id of the consortium.

    Raises:
        ConsortiumUnknown, OrganizationUnknown, ConsortiumAlreadyJoined.
        NotPermitted: the actor is no registrar of the consortium's division.
    """
    with transaction.atomic():
        row = _locked_for(consortium_id, actor)
        member = _locked_organization(organization_id)
        with refusing({"consortiummember_open_once": ConsortiumAlreadyJoined}):
            row.members.create(organization=member, from_on=from_on)
        return _finish(row, actor=actor, at=at)


def leave_consortium(
    *,
    consortium_id: int,
    organization_id: int,
    to_on: date,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> int:
    """End a membership before the day `to_on`; returns the id of the consortium.

    Raises:
        ConsortiumUnknown, ChangedMeanwhile, PeriodReversed.
        OrganizationUnknown: it is no member.
        NotPermitted: the actor is no registrar of the consortium's division.
    """
    with transaction.atomic():
        row = _locked_for(consortium_id, actor)
        require_version(row.version, expected_version)
        member = row.members.filter(organization_id=organization_id, to_on=None).first()
        if member is None:
            raise OrganizationUnknown(organization=organization_id)
        rules.require_period(member.from_on, to_on)
        member.to_on = to_on
        member.save()
        return _finish(row, actor=actor, at=at)


def _locked_for(consortium_id: int, actor: Actor) -> models.Consortium:
    unknown = ConsortiumUnknown(consortium=consortium_id)
    row = locked(models.Consortium, consortium_id, or_else=unknown)
    require(actor, rules.MANAGE, row.division_code or row.lead.division_code)
    return row


def _locked_organization(organization_id: int) -> models.Organization:
    unknown = OrganizationUnknown(organization=organization_id)
    return locked(models.Organization, organization_id, or_else=unknown)


def _finish(row: models.Consortium, *, actor: Actor, at: datetime) -> int:
    models.Consortium.objects.filter(pk=row.pk).update(version=F("version") + 1)
    write_down(
        actor=actor,
        at=at,
        event=events.CONSORTIUM_CHANGED,
        object_type="Consortium",
        object_id=row.pk,
    )
    return int(row.pk)
