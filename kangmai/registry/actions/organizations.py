"""Register, change and close an institution."""

from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, forms, models, naming, rules
from kangmai.registry.errors import (
    CodeTaken,
    OrganizationUnknown,
    ParentBelow,
    StillInUse,
)
from kangmai.registry.projection import project_organization
from kangmai.registry.types import Organization, OrganizationFacts
from kangmai.registry.values import columns_of, value_of
from kangmai.registry.writing import (
    FormKey,
    locked,
    new_fhir_id,
    refusing,
    require_open,
    write_down,
)


def create_organization(
    *, facts: OrganizationFacts, form_key: FormKey = None, actor: Actor, at: datetime
) -> Organization:
    """Register an institution.

    Raises:
        NotYourOrganization: the actor registers neither for its division nor for its parent.
        CodeTaken: another institution has this code.
        OrganizationUnknown: there is no such parent.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="create_organization", actor=actor, at=at):
            return value_of(Organization, models.Organization.objects.get(pk=made))
        parent = _locked_parent(facts.parent_id)
        rules.require_registrar(
            actor, division_code=facts.division_code, organization_ids=(facts.parent_id,)
        )
        rules.check_organization(facts)
        row = models.Organization(
            **_columns(facts), fhir_id=new_fhir_id(), parent=parent, updated_at=at
        )
        _save(row, insert=True)
        forms.settle(form_key, made=row.pk)
        project_organization(row, actor=actor, at=at)
        _write_down(row, events.ORGANIZATION_CREATED, actor=actor, at=at)
        return value_of(Organization, row)


def update_organization(
    *,
    organization_id: int,
    facts: OrganizationFacts,
    expected_version: int,
    form_key: FormKey = None,
    actor: Actor,
    at: datetime,
) -> Organization:
    """Change an institution; who moves it must be its registrar before and after.

    Raises:
        OrganizationUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed, CodeTaken.
        ParentBelow: the new parent is the institution itself or stands below it.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="update_organization", actor=actor, at=at):
            return value_of(Organization, models.Organization.objects.get(pk=made))
        row = _locked_with_parent(organization_id, facts.parent_id)
        for division_code in (row.division_code, facts.division_code):
            rules.require_registrar(
                actor, division_code=division_code, organization_ids=(organization_id,)
            )
        require_version(row.version, expected_version)
        require_open(row.closed_on)
        rules.check_organization(facts)
        _require_above(facts.parent_id, below=row)
        for column, value in _columns(facts).items():
            setattr(row, column, value)
        row.parent_id, row.version, row.updated_at = facts.parent_id, row.version + 1, at
        _save(row, insert=False)
        forms.settle(form_key, made=row.pk)
        project_organization(row, actor=actor, at=at)
        _write_down(row, events.ORGANIZATION_UPDATED, actor=actor, at=at)
        return value_of(Organization, row)


def close_organization(
    *,
    organization_id: int,
    closed_on: date,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Organization:
    """Close an institution from a day on; its rows stay.

    Raises:
        OrganizationUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed.
        StillInUse: open institutions below it, or posts that go on, depend on it.
    """
    with transaction.atomic():
        row = locked(models.Organization, organization_id, or_else=_unknown(organization_id))
        rules.require_registrar(
            actor, division_code=row.division_code, organization_ids=(organization_id,)
        )
        require_version(row.version, expected_version)
        require_open(row.closed_on)
        _require_unused(row, closed_on)
        row.closed_on, row.version, row.updated_at = closed_on, row.version + 1, at
        row.save()
        project_organization(row, actor=actor, at=at)
        _write_down(row, events.ORGANIZATION_CLOSED, actor=actor, at=at)
        return value_of(Organization, row)


def _unknown(organization_id: int) -> OrganizationUnknown:
    return OrganizationUnknown(organization=organization_id)


def _columns(facts: OrganizationFacts) -> dict[str, object]:
    columns = columns_of(facts)
    del columns["parent_id"]
    columns["sort_key"] = naming.place_sort_key(facts.name)
    columns["initials"] = naming.place_initials(facts.name)
    return columns


def _locked_parent(parent_id: int | None) -> models.Organization | None:
    if parent_id is None:
        return None
    return locked(models.Organization, parent_id, or_else=_unknown(parent_id))


def _locked_with_parent(organization_id: int, parent_id: int | None) -> models.Organization:
    """The institution, with its new parent locked too, in the order of their ids."""
    wanted = {organization_id} | ({parent_id} if parent_id is not None else set())
    rows = models.Organization.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    found = {row.pk: row for row in rows}
    for id in sorted(wanted - found.keys()):
        raise _unknown(id)
    return found[organization_id]


def _require_above(parent_id: int | None, *, below: models.Organization) -> None:
    """Let pass a parent from which the way up does not lead through `below`. Raises ParentBelow."""
    seen: set[int] = set()
    while parent_id is not None and parent_id not in seen:
        if parent_id == below.pk:
            raise ParentBelow(parent=parent_id)
        seen.add(parent_id)
        parent_id = models.Organization.objects.values_list("parent_id", flat=True).get(
            pk=parent_id
        )


def _require_unused(row: models.Organization, closed_on: date) -> None:
    below = row.children.filter(closed_on=None).count()
    if below:
        raise StillInUse(count=below, what="institutions")
    posts = row.posts.exclude(to_on__lte=closed_on).count()
    if posts:
        raise StillInUse(count=posts, what="posts")


def _save(row: models.Organization, *, insert: bool) -> None:
    with refusing({"registry_organization_code": lambda: CodeTaken(code=row.code)}):
        row.save(force_insert=insert)


def _write_down(row: models.Organization, event: str, *, actor: Actor, at: datetime) -> None:
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="Organization",
        object_id=row.pk,
        details={"version": row.version},
    )
