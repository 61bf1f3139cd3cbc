"""Register and change members of staff and their certificates."""

from datetime import datetime

from django.db import connection, transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.registry import details, events, forms, models, naming, rules
from kangmai.registry.authority import require_registrar_of
from kangmai.registry.errors import (
    NumberTaken,
    OrganizationUnknown,
    StaffAlreadyRegistered,
    StaffUnknown,
)
from kangmai.registry.projection import project_staff
from kangmai.registry.types import Qualification, QualificationFacts, Staff, StaffFacts
from kangmai.registry.values import columns_of, value_of
from kangmai.registry.writing import (
    FormKey,
    locked,
    new_fhir_id,
    refusing,
    write_down,
)


def create_staff(
    *,
    facts: StaffFacts,
    organization_id: int,
    form_key: FormKey = None,
    actor: Actor,
    at: datetime,
) -> Staff:
    """Register a member of staff on behalf of the institution where he will hold a post.

    Raises:
        OrganizationUnknown, NotYourOrganization.
        StaffAlreadyRegistered: someone with this identity number is registered; give him a post.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="create_staff", actor=actor, at=at):
            return value_of(Staff, models.Staff.objects.get(pk=made))
        home = models.Organization.objects.filter(pk=organization_id).first()
        if home is None:
            raise OrganizationUnknown(organization=organization_id)
        rules.require_registrar(
            actor, division_code=home.division_code, organization_ids=(home.pk,)
        )
        rules.check_staff(facts, on=at.date())
        _require_new(facts)
        row = models.Staff(pk=_next_id(), fhir_id=new_fhir_id())
        _fill(row, facts, at)
        row.save(force_insert=True)
        forms.settle(form_key, made=row.pk)
        return _finish(row, events.STAFF_CREATED, actor=actor, at=at)


def update_staff(
    *, staff_id: int, facts: StaffFacts, expected_version: int, actor: Actor, at: datetime
) -> Staff:
    """Change a member of staff; a registrar of an institution where he holds a post may.

    Raises:
        StaffUnknown, NotYourOrganization, ChangedMeanwhile.
        StaffAlreadyRegistered: someone else has this identity number.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        row = locked(models.Staff, staff_id, or_else=StaffUnknown(staff=staff_id))
        require_registrar_of(staff_id, actor)
        require_version(row.version, expected_version)
        rules.check_staff(facts, on=at.date())
        _require_new(facts, besides=staff_id)
        _fill(row, facts, at)
        row.version += 1
        row.save()
        return _finish(row, events.STAFF_UPDATED, actor=actor, at=at)


def add_qualification(
    *, facts: QualificationFacts, form_key: FormKey = None, actor: Actor, at: datetime
) -> Qualification:
    """Add a certificate.

    Raises:
        StaffUnknown, NotYourOrganization.
        NumberTaken: a certificate of this kind and number is there.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="add_qualification", actor=actor, at=at):
            return value_of(Qualification, models.Qualification.objects.get(pk=made))
        staff = locked(models.Staff, facts.staff_id, or_else=StaffUnknown(staff=facts.staff_id))
        require_registrar_of(facts.staff_id, actor)
        rules.check_qualification(facts)
        row = models.Qualification(**columns_of(facts))
        with refusing({"qualification_once": NumberTaken}):
            row.save(force_insert=True)
        forms.settle(form_key, made=row.pk)
        project_staff(staff, actor=actor, at=at)
        _write_down(staff.pk, events.QUALIFICATION_ADDED, {"id": row.pk}, actor=actor, at=at)
        return value_of(Qualification, row)


def _require_new(facts: StaffFacts, *, besides: int | None = None) -> None:
    blinds = details.identity_blinds(facts.identity_number)
    found = models.Staff.objects.filter(identity_blind__in=blinds).exclude(pk=besides).first()
    if found is not None:
        raise StaffAlreadyRegistered(staff=found.pk)


def _next_id() -> int:
    """The id must be known before the details are sealed, since they are bound to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('registry_staff', 'id'))")
        return int(cursor.fetchone()[0])


def _fill(row: models.Staff, facts: StaffFacts, at: datetime) -> None:
    sealed = details.seal_details(facts, staff_id=row.pk)
    row.name, row.sex, row.is_invented = facts.name, facts.sex.value, facts.is_invented
    row.sort_key = naming.person_sort_key(facts.name)
    row.initials = naming.person_initials(facts.name)
    row.details, row.details_key = sealed.details, sealed.details_key
    row.identity_blind, row.phone_blind = sealed.identity_blind, sealed.phone_blind
    row.updated_at = at


def _finish(row: models.Staff, event: str, *, actor: Actor, at: datetime) -> Staff:
    project_staff(row, actor=actor, at=at)
    _write_down(row.pk, event, {"version": row.version}, actor=actor, at=at)
    return value_of(Staff, row)


def _write_down(
    staff_id: int, event: str, noted: dict[str, object], *, actor: Actor, at: datetime
) -> None:
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="Practitioner",
        object_id=staff_id,
        details=noted,
    )
