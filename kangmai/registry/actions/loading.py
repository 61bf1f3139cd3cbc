"""Load many institutions, people and places at once by COPY, for a new installation or an invented city.

Every row passes the same rules as a form; a load is audited and announced as one deed. The returned
ids stand in the order of the rows. Only a registrar of the whole city may load.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import models as tables
from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.records.actions import load as load_resources
from kangmai.records.types import Flag
from kangmai.registry import details, events, fhir, models, naming, rules
from kangmai.registry.copying import copy_records, reserve_ids
from kangmai.registry.errors import CodeTaken, OrganizationUnknown
from kangmai.registry.fhir import Resource
from kangmai.registry.types import (
    BedFacts,
    ClassFacts,
    Department,
    DepartmentLoad,
    EquipmentFacts,
    Organization,
    OrganizationLoad,
    Place,
    PlaceLoad,
    Post,
    PostLoad,
    Qualification,
    QualificationFacts,
    Staff,
    StaffLoad,
)
from kangmai.registry.values import columns_of, value_from
from kangmai.registry.writing import new_fhir_id, write_down

Record = dict[str, Any]
BATCH = 5000
"""Resources written by one COPY."""
Facts = TypeVar("Facts")


def load_organizations(
    rows: Sequence[OrganizationLoad], *, actor: Actor, at: datetime
) -> list[int]:
    """Load institutions.

    Raises:
        NotPermitted: the actor is no registrar of the whole city.
        CodeTaken, OrganizationUnknown: a code is there already; a parent is not.
        Incorrect: the first field that is wrong.
    """
    with transaction.atomic():
        _permit((row.facts for row in rows), check=rules.check_organization, actor=actor)
        _require_new_codes(models.Organization, [row.facts.code for row in rows])
        ids = reserve_ids(models.Organization, len(rows))
        fhir_ids = [row.fhir_id or new_fhir_id() for row in rows]
        parents = _parents(rows, ids, fhir_ids)
        records = [
            {
                **columns_of(row.facts),
                **_place_names(row.facts.name),
                "id": id,
                "fhir_id": fhir_id,
                "parent_id": parents[row.parent_code][0],
                "closed_on": None,
                "version": 1,
                "updated_at": at,
            }
            for row, id, fhir_id in zip(rows, ids, fhir_ids, strict=True)
        ]
        resources = _organization_resources(records, [parents[row.parent_code][1] for row in rows])
        _store(models.Organization, records, resources, actor=actor, at=at)
    return ids


def _organization_resources(
    records: Sequence[Record], parents: Sequence[str | None]
) -> Iterable[Resource]:
    for record, parent in zip(records, parents, strict=True):
        value = value_from(Organization, record)
        yield fhir.organization_to_fhir(value, parent_fhir_id=parent)
        yield fhir.location_to_fhir(value)


def _parents(
    rows: Sequence[OrganizationLoad], ids: Sequence[int], fhir_ids: Sequence[str]
) -> dict[str, tuple[int | None, str | None]]:
    """Id and FHIR id of every parent named, by code. Raises OrganizationUnknown."""
    wanted = {row.parent_code for row in rows} - {""}
    found: dict[str, tuple[int | None, str | None]] = {"": (None, None)}
    stored = models.Organization.objects.filter(code__in=wanted)
    found |= {
        code: (id, fhir_id) for code, id, fhir_id in stored.values_list("code", "id", "fhir_id")
    }
    loaded = zip(rows, ids, fhir_ids, strict=True)
    found |= {row.facts.code: (id, fhir_id) for row, id, fhir_id in loaded}
    for code in wanted - found.keys():
        raise OrganizationUnknown(organization=code)
    return found


def load_departments(rows: Sequence[DepartmentLoad], *, actor: Actor, at: datetime) -> list[int]:
    """Load departments. Raises NotPermitted, OrganizationUnknown, Incorrect."""
    with transaction.atomic():
        _permit((row.facts for row in rows), check=rules.check_department, actor=actor)
        homes = _fhir_ids(models.Organization, (row.organization_id for row in rows))
        _require_known(homes, (row.organization_id for row in rows))
        ids = reserve_ids(models.Department, len(rows))
        records = [
            {
                **columns_of(row.facts),
                "sort_key": naming.place_sort_key(row.facts.name)[:160],
                "id": id,
                "organization_id": row.organization_id,
                "fhir_id": row.fhir_id or new_fhir_id(),
                "closed_on": None,
                "version": 1,
            }
            for row, id in zip(rows, ids, strict=True)
        ]
        resources = (
            fhir.department_to_fhir(
                value_from(Department, record),
                organization_fhir_id=homes[record["organization_id"]],
            )
            for record in records
        )
        _store(models.Department, records, resources, actor=actor, at=at)
    return ids


def load_staff(rows: Sequence[StaffLoad], *, actor: Actor, at: datetime) -> list[int]:
    """Load members of staff with their certificates. Raises NotPermitted, Incorrect."""
    on = at.date()
    with transaction.atomic():
        _permit(
            (row.facts for row in rows),
            check=lambda facts: rules.check_staff(facts, on=on),
            actor=actor,
        )
        ids = reserve_ids(models.Staff, len(rows))
        records = [_staff_record(row, id, at) for row, id in zip(rows, ids, strict=True)]
        certificates = [
            [replace(each, staff_id=id) for each in row.certificates]
            for row, id in zip(rows, ids, strict=True)
        ]
        _permit(
            (each for some in certificates for each in some),
            check=rules.check_qualification,
            actor=actor,
        )
        resources = (
            fhir.practitioner_to_fhir(
                value_from(Staff, record),
                qualifications=[value_from(Qualification, _certificate(each)) for each in some],
            )
            for record, some in zip(records, certificates, strict=True)
        )
        _store(models.Staff, records, resources, actor=actor, at=at)
        copy_records(
            models.Qualification,
            [{**columns_of(each), "revoked_on": None} for some in certificates for each in some],
        )
    return ids


def _staff_record(row: StaffLoad, id: int, at: datetime) -> Record:
    sealed = details.seal_details(row.facts, staff_id=id)
    return {
        "id": id,
        "name": row.facts.name,
        "sex": row.facts.sex.value,
        "sort_key": naming.person_sort_key(row.facts.name),
        "initials": naming.person_initials(row.facts.name),
        "fhir_id": row.fhir_id or new_fhir_id(),
        "details": sealed.details,
        "details_key": sealed.details_key,
        "identity_blind": sealed.identity_blind,
        "phone_blind": sealed.phone_blind,
        "is_invented": row.facts.is_invented,
        "version": 1,
        "updated_at": at,
    }


def _certificate(facts: QualificationFacts) -> Record:
    return {**columns_of(facts), "id": 0, "revoked_on": None}


def load_posts(rows: Sequence[PostLoad], *, actor: Actor, at: datetime) -> list[int]:
    """Load posts. Raises NotPermitted, OrganizationUnknown, Incorrect."""
    with transaction.atomic():
        _permit((row.facts for row in rows), check=rules.check_post, actor=actor)
        homes = _fhir_ids(models.Organization, (row.facts.organization_id for row in rows))
        _require_known(homes, (row.facts.organization_id for row in rows))
        people = _fhir_ids(models.Staff, (row.facts.staff_id for row in rows))
        departments = _fhir_ids(models.Department, (row.facts.department_id for row in rows))
        ids = reserve_ids(models.Post, len(rows))
        records = [
            {
                **columns_of(row.facts),
                "id": id,
                "fhir_id": row.fhir_id or new_fhir_id(),
                "to_on": None,
                "version": 1,
            }
            for row, id in zip(rows, ids, strict=True)
        ]
        resources = (
            fhir.practitioner_role_to_fhir(
                value_from(Post, record),
                staff_fhir_id=people[record["staff_id"]],
                organization_fhir_id=homes[record["organization_id"]],
                department_fhir_id=departments.get(record["department_id"]),
            )
            for record in records
        )
        _store(models.Post, records, resources, actor=actor, at=at)
    return ids


def load_places(rows: Sequence[PlaceLoad], *, actor: Actor, at: datetime) -> list[int]:
    """Load places. Raises NotPermitted, CodeTaken, Incorrect."""
    with transaction.atomic():
        _permit((row.facts for row in rows), check=rules.check_place, actor=actor)
        _require_new_codes(models.Place, [row.facts.code for row in rows])
        ids = reserve_ids(models.Place, len(rows))
        records = [
            {
                **columns_of(row.facts),
                **_place_names(row.facts.name),
                "id": id,
                "fhir_id": row.fhir_id or new_fhir_id(),
                "closed_on": None,
                "version": 1,
                "updated_at": at,
            }
            for row, id in zip(rows, ids, strict=True)
        ]
        resources = (fhir.place_to_fhir(value_from(Place, record)) for record in records)
        _store(models.Place, records, resources, actor=actor, at=at)
    return ids


def load_classes(rows: Sequence[ClassFacts], *, actor: Actor, at: datetime) -> None:
    """Load classes of places. Raises NotPermitted, Incorrect."""
    with transaction.atomic():
        _permit(rows, check=rules.check_class, actor=actor)
        _store(models.PlaceClass, [columns_of(row) for row in rows], (), actor=actor, at=at)


def load_equipment(rows: Sequence[EquipmentFacts], *, actor: Actor, at: datetime) -> None:
    """Load equipment. Raises NotPermitted, Incorrect."""
    state = {"retired_on": None, "is_in_repair": False, "version": 1}
    with transaction.atomic():
        _permit(rows, check=rules.check_equipment, actor=actor)
        records = [{**columns_of(row), **state} for row in rows]
        _store(models.Equipment, records, (), actor=actor, at=at)


def load_beds(rows: Sequence[BedFacts], *, actor: Actor, at: datetime) -> None:
    """Load numbers of beds. Raises NotPermitted, Incorrect."""
    with transaction.atomic():
        _permit(rows, check=rules.check_beds, actor=actor)
        _store(models.BedStock, [columns_of(row) for row in rows], (), actor=actor, at=at)


def _permit(facts: Iterable[Facts], *, check: Callable[[Facts], None], actor: Actor) -> None:
    """Require the right to load, and that every row passes `check`."""
    require(actor, rules.MANAGE, "")  # only who registers for the whole city covers ""
    for each in facts:
        check(each)


def _require_new_codes(table: type[tables.Model], codes: Sequence[str]) -> None:
    known = set(table._default_manager.filter(code__in=codes).values_list("code", flat=True))
    for code in codes:
        if code in known:
            raise CodeTaken(code=code)
        known.add(code)


def _fhir_ids(table: type[tables.Model], ids: Iterable[int | None]) -> dict[int, str]:
    wanted = set(ids) - {None}
    return dict(table._default_manager.filter(pk__in=wanted).values_list("id", "fhir_id"))


def _require_known(found: Mapping[int, str], wanted: Iterable[int]) -> None:
    for id in wanted:
        if id not in found:
            raise OrganizationUnknown(organization=id)


def _place_names(name: str) -> Record:
    return {"sort_key": naming.place_sort_key(name), "initials": naming.place_initials(name)}


def _store(
    table: type[tables.Model],
    records: Sequence[Record],
    resources: Iterable[Resource],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    copy_records(table, records)
    made = iter(resources)
    while some := list(islice(made, BATCH)):
        load_resources(some, flag=Flag.PROJECTION, actor=actor, at=at)
    write_down(
        actor=actor,
        at=at,
        event=events.LOADED,
        object_type=table.__name__,
        object_id=0,
        details={"table": table._meta.db_table, "rows": len(records)},
    )
