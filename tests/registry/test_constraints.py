"""The database itself refuses rows that break the registry, whoever writes them."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from kangmai.registry import models
from tests.factories.registry import AT, TODAY, organization, staff

YESTERDAY = TODAY - datetime.timedelta(days=1)


def row(**changes):
    usual = {
        "code": "X1",
        "name": "甲",
        "kind": "hospital",
        "division_code": "441202",
        "fhir_id": "x1",
        "sort_key": "jia",
        "updated_at": AT,
    }
    return models.Organization(**(usual | changes))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "palace"}, "organization_kind_known"),
        ({"division_code": "44x"}, "organization_division_digits"),
        ({"division_code": "044120"}, "organization_division_digits"),
        ({"jurisdiction_code": "all"}, "organization_jurisdiction_digits"),
        ({"credit_code": "91440000"}, "organization_credit_code_form"),
        ({"longitude": 112.0}, "organization_point_whole"),
        ({"longitude": 200.0, "latitude": 1.0, "point_kind": "seat"}, "organization_point_whole"),
        ({"point_kind": "guess"}, "organization_point_kind_known"),
        ({"code": ""}, "organization_named"),
        ({"opened_on": TODAY, "closed_on": YESTERDAY}, "organization_closed_after_opened"),
    ],
)
def test_organization(database, changes, constraint):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row(**changes).save()
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_organization_is_not_its_own_parent(database):
    made = models.Organization.objects.get(pk=organization().id)
    made.parent_id = made.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()


def test_post_period_and_single_open_post(database):
    home = organization()
    person = staff(home.id)

    def held(**changes):
        usual = {
            "staff_id": person.id,
            "organization_id": home.id,
            "role_code": "doctor",
            "fhir_id": str(len(changes)) + str(changes),
            "from_on": TODAY,
        }
        return models.Post(**(usual | changes))

    with pytest.raises(IntegrityError), transaction.atomic():
        held(to_on=TODAY).save()
    held().save()
    with pytest.raises(IntegrityError), transaction.atomic():
        held(fhir_id="again").save()
    held(fhir_id="past", from_on=YESTERDAY, to_on=TODAY).save()


def test_sealed_details_need_their_key_version(database):
    person = staff(organization().id)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Staff.objects.filter(pk=person.id).update(details=b"x", details_key=None)


def test_an_institution_with_staff_cannot_be_deleted(database):
    from django.db.models import ProtectedError

    home = organization()
    models.Department.objects.create(
        organization_id=home.id, code="03", name="内科", fhir_id="d", sort_key="nei ke"
    )
    with pytest.raises(ProtectedError):
        models.Organization.objects.get(pk=home.id).delete()
