"""Add and retire equipment; state how many beds there are."""

from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, forms, models, rules
from kangmai.registry.errors import (
    DepartmentUnknown,
    EquipmentUnknown,
    NumberTaken,
    OrganizationUnknown,
)
from kangmai.registry.types import BedFacts, Equipment, EquipmentFacts
from kangmai.registry.values import columns_of, value_of
from kangmai.registry.writing import (
    FormKey,
    locked,
    refusing,
    require_open,
    write_down,
)


def add_equipment(
    *, facts: EquipmentFacts, form_key: FormKey = None, actor: Actor, at: datetime
) -> Equipment:
    """Register one piece of equipment.

    Raises:
        OrganizationUnknown, DepartmentUnknown, NotYourOrganization, AlreadyClosed.
        NumberTaken: the institution has one of this kind and serial number.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="add_equipment", actor=actor, at=at):
            return value_of(Equipment, models.Equipment.objects.get(pk=made))
        _locked_home(facts.organization_id, facts.department_id, actor)
        rules.check_equipment(facts)
        row = models.Equipment(**columns_of(facts))
        with refusing({"equipment_serial_once": NumberTaken}):
            row.save(force_insert=True)
        forms.settle(form_key, made=row.pk)
        _write_down(row.organization_id, events.EQUIPMENT_CHANGED, row.pk, actor=actor, at=at)
        return value_of(Equipment, row)


def retire_equipment(
    *, equipment_id: int, retired_on: date, expected_version: int, actor: Actor, at: datetime
) -> Equipment:
    """Take a piece of equipment out of use from a day on.

    Raises:
        EquipmentUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed.
    """
    unknown = EquipmentUnknown(equipment=equipment_id)
    with transaction.atomic():
        row = locked(models.Equipment, equipment_id, or_else=unknown)
        home = row.organization
        rules.require_registrar(
            actor, division_code=home.division_code, organization_ids=(home.pk,)
        )
        require_version(row.version, expected_version)
        require_open(row.retired_on)
        row.retired_on, row.version = retired_on, row.version + 1
        row.save()
        _write_down(row.organization_id, events.EQUIPMENT_CHANGED, row.pk, actor=actor, at=at)
        return value_of(Equipment, row)


def set_beds(*, facts: BedFacts, actor: Actor, at: datetime) -> None:
    """State how many beds of a kind there are from a day on; the same day stated again is corrected.

    Raises:
        OrganizationUnknown, DepartmentUnknown, NotYourOrganization, AlreadyClosed.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        _locked_home(facts.organization_id, facts.department_id, actor)
        rules.check_beds(facts)
        columns = columns_of(facts)
        numbers = {name: columns.pop(name) for name in ("available", "authorized", "is_invented")}
        row, _ = models.BedStock.objects.update_or_create(**columns, defaults=numbers)
        _write_down(row.organization_id, events.BEDS_CHANGED, row.pk, actor=actor, at=at)


def _locked_home(organization_id: int, department_id: int | None, actor: Actor) -> None:
    unknown = OrganizationUnknown(organization=organization_id)
    home = locked(models.Organization, organization_id, or_else=unknown)
    rules.require_registrar(actor, division_code=home.division_code, organization_ids=(home.pk,))
    require_open(home.closed_on)
    departments = home.departments.filter(pk=department_id)
    if department_id is not None and not departments.exists():
        raise DepartmentUnknown(department=department_id)


def _write_down(
    organization_id: int, event: str, row_id: int, *, actor: Actor, at: datetime
) -> None:
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="Organization",
        object_id=organization_id,
        details={"row": row_id},
    )
