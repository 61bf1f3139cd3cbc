"""Give a member of staff a post, and end it."""

from datetime import date, datetime

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.registry import events, forms, models, rules
from kangmai.registry.errors import (
    DepartmentUnknown,
    OrganizationUnknown,
    PostAlreadyHeld,
    PostUnknown,
    StaffUnknown,
)
from kangmai.registry.projection import project_post
from kangmai.registry.types import Post, PostFacts
from kangmai.registry.values import columns_of, value_of
from kangmai.registry.writing import (
    FormKey,
    locked,
    new_fhir_id,
    refusing,
    require_open,
    write_down,
)


def start_post(*, facts: PostFacts, form_key: FormKey = None, actor: Actor, at: datetime) -> Post:
    """Give a member of staff a role in an institution from a day on.

    Raises:
        OrganizationUnknown, StaffUnknown, DepartmentUnknown, NotYourOrganization, AlreadyClosed.
        PostAlreadyHeld: he holds that role there already.
        Incorrect: the field that is wrong.
    """
    with transaction.atomic():
        if made := forms.claim(form_key, action="start_post", actor=actor, at=at):
            return value_of(Post, models.Post.objects.get(pk=made))
        home = _locked_home(facts)
        rules.require_registrar(
            actor, division_code=home.division_code, organization_ids=(home.pk,)
        )
        require_open(home.closed_on)
        rules.check_post(facts)
        row = models.Post(**columns_of(facts), fhir_id=new_fhir_id())
        with refusing({"post_open_once": PostAlreadyHeld}):
            row.save(force_insert=True)
        forms.settle(form_key, made=row.pk)
        return _finish(row, events.POST_STARTED, actor=actor, at=at)


def end_post(
    *, post_id: int, to_on: date, expected_version: int, actor: Actor, at: datetime
) -> Post:
    """End a post before the day `to_on`.

    Raises:
        PostUnknown, NotYourOrganization, ChangedMeanwhile, AlreadyClosed.
        PeriodReversed: the day is not after the first.
    """
    with transaction.atomic():
        row = locked(models.Post, post_id, or_else=PostUnknown(post=post_id))
        home = row.organization
        rules.require_registrar(
            actor, division_code=home.division_code, organization_ids=(home.pk,)
        )
        require_version(row.version, expected_version)
        require_open(row.to_on)
        rules.require_period(row.from_on, to_on)
        row.to_on, row.version = to_on, row.version + 1
        row.save()
        return _finish(row, events.POST_ENDED, actor=actor, at=at)


def _locked_home(facts: PostFacts) -> models.Organization:
    """The institution, locked; the member of staff and the department are there."""
    home = locked(
        models.Organization,
        facts.organization_id,
        or_else=OrganizationUnknown(organization=facts.organization_id),
    )
    if not models.Staff.objects.filter(pk=facts.staff_id).exists():
        raise StaffUnknown(staff=facts.staff_id)
    departments = home.departments.filter(pk=facts.department_id, closed_on=None)
    if facts.department_id is not None and not departments.exists():
        raise DepartmentUnknown(department=facts.department_id)
    return home


def _finish(row: models.Post, event: str, *, actor: Actor, at: datetime) -> Post:
    project_post(row, actor=actor, at=at)
    write_down(
        actor=actor,
        at=at,
        event=event,
        object_type="PractitionerRole",
        object_id=row.pk,
        details={"staff": row.staff_id, "organization": row.organization_id},
    )
    return value_of(Post, row)
