"""Set up, change and close departments of an institution."""

from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, forms, models, naming, rules
from kangmai.registry.errors import CodeTaken, DepartmentUnknown, OrganizationUnknown, StillInUse
from kangmai.registry.projection import project_department
from kangmai.registry.types import Department, DepartmentFacts
from kangmai.registry.values import columns_of, value_of
from kangmai.registry.writing import (
    FormKey,
    locked,
    new_fhir_id,
    refusing,
    require_open,
    write_down,
)


def create_department(
    *,
    organization_id: int,
    facts: DepartmentFacts,
    form_key: FormKey = None,
    actor: Actor,
    at: datetime,
) -> Department:
    """Set up a department.

    Raises:
        OrganizationUnknown, NotYourOrganization, AlreadyClosed.
        CodeTaken: the institution has a department of this code.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="create_department", actor=actor, at=at):
            return value_of(Department, models.Department.objects.get(pk=made))
        home = locked(
            models.Organization,
            organization_id,
            or_else=OrganizationUnknown(organization=organization_id),
        )
        _require_registrar(home, actor)
        require_open(home.closed_on)
        rules.check_department(facts)
        row = models.Department(**_columns(facts), organization=home, fhir_id=new_fhir_id())
        _save(row, insert=True)
        forms.settle(form_key, made=row.pk)
        return _finish(row, actor=actor, at=at)


def update_department(
    *,
    department_id: int,
    facts: DepartmentFacts,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Department:
    """Change a department. Raises as `create_department`, and DepartmentUnknown, ChangedMeanwhile."""
    with transaction.atomic():
        row = _locked(department_id)
        _require_registrar(row.organization, actor)
        require_version(row.version, expected_version)
        require_open(row.closed_on)
        rules.check_department(facts)
        for column, value in _columns(facts).items():
            setattr(row, column, value)
        row.version += 1
        _save(row, insert=False)
        return _finish(row, actor=actor, at=at)


def close_department(
    *, department_id: int, closed_on: date, expected_version: int, actor: Actor, at: datetime
) -> Department:
    """Close a department from a day on.

    Raises:
        DepartmentUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed.
        StillInUse: posts in it go on.
    """
    with transaction.atomic():
        row = _locked(department_id)
        _require_registrar(row.organization, actor)
        require_version(row.version, expected_version)
        require_open(row.closed_on)
        if posts := row.posts.exclude(to_on__lte=closed_on).count():
            raise StillInUse(count=posts, what="posts")
        row.closed_on, row.version = closed_on, row.version + 1
        row.save()
        return _finish(row, actor=actor, at=at)


def _locked(department_id: int) -> models.Department:
    return locked(
        models.Department, department_id, or_else=DepartmentUnknown(department=department_id)
    )


def _require_registrar(home: models.Organization, actor: Actor) -> None:
    rules.require_registrar(actor, division_code=home.division_code, organization_ids=(home.pk,))


def _columns(facts: DepartmentFacts) -> dict[str, object]:
    return {**columns_of(facts), "sort_key": naming.place_sort_key(facts.name)[:160]}


def _save(row: models.Department, *, insert: bool) -> None:
    with refusing({"department_code_unique": lambda: CodeTaken(code=row.code)}):
        row.save(force_insert=insert)


def _finish(row: models.Department, *, actor: Actor, at: datetime) -> Department:
    project_department(row, actor=actor, at=at)
    write_down(
        actor=actor,
        at=at,
        event=events.DEPARTMENT_CHANGED,
        object_type="Department",
        object_id=row.pk,
        details={"organization": row.organization_id, "version": row.version},
    )
    return value_of(Department, row)
