"""Institutions, places and staff as FHIR R4 resources: a one-way projection of the master rows.

An institution is an Organization and a Location of the same id; a department an Organization that is
part of it; a place a Location; a member of staff a Practitioner; a post a PractitionerRole. Identity
numbers, phones and birth dates of staff are not projected.

Source: FHIR R4, https://hl7.org/fhir/R4/organization.html, location.html, practitioner.html,
practitionerrole.html
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from kangmai.registry.types import Department, Organization, Place, Post, Qualification, Staff
from kangmai.registry.vocabulary import vocabulary
from kangmai.standards.pinyin import split_surname
from kangmai.standards.types import Sex

Resource = dict[str, Any]

ORGANIZATION_CODE = "urn:kangmai:organization-code"
PLACE_CODE = "urn:kangmai:place-code"
DEPARTMENT_CODE = "urn:kangmai:department-code"
CREDIT_CODE = "urn:kangmai:credit-code"
"""Unified social credit codes, GB 32100-2015."""
INSTITUTION_TYPE = "urn:kangmai:ws-218-2002"
INSTITUTION_KIND = "urn:kangmai:institution-kind"
PLACE_KIND = "urn:kangmai:place-kind"
POST_ROLE = "urn:kangmai:post-role"
CERTIFICATE = "urn:kangmai:certificate"
DIVISION = "urn:kangmai:division-code"
"""Extension on addresses: the division code, GB/T 2260 and below."""
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"
PRACTITIONER_ROLE = "http://terminology.hl7.org/CodeSystem/practitioner-role"
INVENTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
GENDERS = {
    Sex.MALE.value: "male",
    Sex.FEMALE.value: "female",
    Sex.UNKNOWN.value: "unknown",
    Sex.NOT_STATED.value: "unknown",
}


def organization_to_fhir(organization: Organization, *, parent_fhir_id: str | None) -> Resource:
    """The Organization of an institution."""
    return _without_gaps(
        {
            "resourceType": "Organization",
            "id": organization.fhir_id,
            "meta": _meta(organization.is_invented),
            "identifier": _identifiers(ORGANIZATION_CODE, organization),
            "active": organization.closed_on is None,
            "type": [_institution_type(organization)],
            "name": organization.name,
            "alias": [organization.name_en] if organization.name_en else [],
            "telecom": _telecom(organization.phone),
            "address": [_address(organization)],
            "partOf": _reference("Organization", parent_fhir_id),
        }
    )


def location_to_fhir(organization: Organization) -> Resource:
    """The Location where an institution stands."""
    return _without_gaps(
        {
            "resourceType": "Location",
            "id": organization.fhir_id,
            "meta": _meta(organization.is_invented),
            "identifier": _identifiers(ORGANIZATION_CODE, organization),
            "status": "active" if organization.closed_on is None else "inactive",
            "name": organization.name,
            "mode": "instance",
            "type": [_institution_type(organization)],
            "telecom": _telecom(organization.phone),
            "address": _address(organization),
            "position": _position(organization),
            "managingOrganization": _reference("Organization", organization.fhir_id),
        }
    )


def department_to_fhir(department: Department, *, organization_fhir_id: str) -> Resource:
    """The Organization of a department, part of its institution."""
    return _without_gaps(
        {
            "resourceType": "Organization",
            "id": department.fhir_id,
            "identifier": [{"system": DEPARTMENT_CODE, "value": department.code}],
            "active": department.closed_on is None,
            "type": [{"coding": [{"system": ORGANIZATION_TYPE, "code": "dept"}]}],
            "name": department.name,
            "alias": [department.name_en] if department.name_en else [],
            "partOf": _reference("Organization", organization_fhir_id),
        }
    )


def place_to_fhir(place: Place) -> Resource:
    """The Location of a school, nursery, care home or work site."""
    return _without_gaps(
        {
            "resourceType": "Location",
            "id": place.fhir_id,
            "meta": _meta(place.is_invented),
            "identifier": _identifiers(PLACE_CODE, place),
            "status": "active" if place.closed_on is None else "inactive",
            "name": place.name,
            "mode": "instance",
            "type": [_coded(PLACE_KIND, "place_kind", place.kind)],
            "telecom": _telecom(place.phone),
            "address": _address(place),
            "position": _position(place),
        }
    )


def practitioner_to_fhir(staff: Staff, *, qualifications: Sequence[Qualification]) -> Resource:
    """The Practitioner of a member of staff, with certificates."""
    family, given = split_surname(staff.name)
    name = {"use": "official", "text": staff.name, "family": family, "given": [given]}
    return _without_gaps(
        {
            "resourceType": "Practitioner",
            "id": staff.fhir_id,
            "meta": _meta(staff.is_invented),
            "active": True,
            "name": [_without_gaps(name)],
            "gender": GENDERS[staff.sex],
            "qualification": [_qualification(each) for each in qualifications],
        }
    )


def practitioner_role_to_fhir(
    post: Post, *, staff_fhir_id: str, organization_fhir_id: str, department_fhir_id: str | None
) -> Resource:
    """The PractitionerRole of a post, in its department where it has one, at its institution's Location."""
    period = {"start": post.from_on.isoformat(), "end": _latest_day(post.to_on)}
    return _without_gaps(
        {
            "resourceType": "PractitionerRole",
            "id": post.fhir_id,
            "active": post.to_on is None,
            "period": _without_gaps(period),
            "practitioner": _reference("Practitioner", staff_fhir_id),
            "organization": _reference("Organization", department_fhir_id or organization_fhir_id),
            "code": [_post_role(post.role_code)],
            "location": [_reference("Location", organization_fhir_id)],
        }
    )


def _identifiers(system: str, entry: Organization | Place) -> list[Resource]:
    found = [{"system": system, "value": entry.code}]
    if entry.credit_code:
        found.append({"system": CREDIT_CODE, "value": entry.credit_code})
    return found


def _institution_type(organization: Organization) -> Resource:
    entry = vocabulary("organization_kind")[organization.kind]
    kind = {"system": INSTITUTION_KIND, "code": organization.kind, "display": entry["zh"]}
    coding = [kind, {"system": ORGANIZATION_TYPE, "code": entry["fhir"]}]
    if organization.type_code:
        coding.append({"system": INSTITUTION_TYPE, "code": organization.type_code})
    return {"coding": coding, "text": entry["zh"]}


def _post_role(code: str) -> Resource:
    concept = _coded(POST_ROLE, "post_role", code)
    if fhir := vocabulary("post_role").get(code, {}).get("fhir"):
        concept["coding"].append({"system": PRACTITIONER_ROLE, "code": fhir})
    return concept


def _coded(system: str, vocabulary_name: str, code: str) -> Resource:
    display = vocabulary(vocabulary_name).get(code, {}).get("zh", code)
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _qualification(certificate: Qualification) -> Resource:
    start = certificate.issued_on.isoformat() if certificate.issued_on else ""
    period = {"start": start, "end": _latest_day(certificate.expires_on)}
    return _without_gaps(
        {
            "identifier": [{"system": CERTIFICATE, "value": certificate.number}],
            "code": _coded(CERTIFICATE, "qualification_kind", certificate.kind_code),
            "period": _without_gaps(period),
        }
    )


def _latest_day(end: date | None) -> str:
    """FHIR periods include their last day; ours end before `end`."""
    return (end - timedelta(days=1)).isoformat() if end else ""


def _address(entry: Organization | Place) -> Resource:
    address = {
        "extension": [{"url": DIVISION, "valueCode": entry.division_code}],
        "use": "work",
        "text": entry.address,
        "country": "CN",
    }
    return _without_gaps(address)


def _position(entry: Organization | Place) -> Resource | None:
    if entry.longitude is None or entry.latitude is None:
        return None
    return {"longitude": entry.longitude, "latitude": entry.latitude}


def _telecom(phone: str) -> list[Resource]:
    return [{"system": "phone", "value": phone, "use": "work"}] if phone else []


def _reference(kind: str, id: str | None) -> Resource | None:
    return {"reference": f"{kind}/{id}"} if id else None


def _meta(is_invented: bool) -> Resource | None:
    return {"tag": [INVENTED]} if is_invented else None


def _without_gaps(resource: Resource) -> Resource:
    """The resource without empty elements, which FHIR does not allow."""
    return {key: value for key, value in resource.items() if value not in (None, "", [], {})}
