"""Residents as FHIR Patients, and what a Patient from outside says of a person."""

from datetime import date
from functools import cache
from typing import Any

from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.records.types import Resource
from kangmai.standards.codes import code_set
from kangmai.standards.divisions import find_division
from kangmai.standards.pinyin import split_surname

GENDERS = {"0": "unknown", "1": "male", "2": "female", "9": "other"}
SEX_CODES = {gender: code for code, gender in GENDERS.items()}
INDEX_SYSTEM = "urn:kangmai:identifier:index-number"
RECORD_SYSTEM = "urn:kangmai:identifier:health-record"
INVENTED = {
    "system": "urn:kangmai:tag",
    "code": "invented",
    "display": "虚构居民 Invented resident",
}
_RESIDENT_CARD_SYSTEMS = ("urn:oid:2.16.156.10011.1.3", "http://www.mps.gov.cn/id")


def document_system(kind_code: str) -> str:
    """The identifier system of a kind of document."""
    return _documents()[kind_code]


@cache
def _documents() -> dict[str, str]:
    codes = code_set("identity-document").codes.values()
    return {code.code: code.attributes.get("identifier_system", "") for code in codes}


@cache
def _kinds() -> dict[str, str]:
    kinds = {system: code for code, system in _documents().items()}
    return kinds | dict.fromkeys(_RESIDENT_CARD_SYSTEMS, "01")


def to_fhir(
    demographics: Demographics,
    *,
    patient_id: str,
    index_number: str,
    record_number: str | None = None,
    deceased_on: date | None = None,
    managing_fhir_id: str | None = None,
    is_invented: bool = False,
) -> Resource:
    """The home Patient of a resident."""
    surname, given = split_surname(demographics.name)
    patient: Resource = {
        "resourceType": "Patient",
        "id": patient_id,
        "identifier": [
            {"use": "official", "system": INDEX_SYSTEM, "value": index_number},
            *_identifiers(demographics, record_number),
        ],
        "active": True,
        "name": [_name(demographics.name, surname, given)],
        "gender": GENDERS[demographics.sex_code],
    }
    if is_invented:
        patient["meta"] = {"tag": [INVENTED]}
    for former in demographics.former_names:
        patient["name"].append({"use": "old", "text": former})
    if demographics.phones:
        patient["telecom"] = [{"system": "phone", "value": phone} for phone in demographics.phones]
    if demographics.birth_date:
        patient["birthDate"] = demographics.birth_date.isoformat()
    if deceased_on:
        patient["deceasedDateTime"] = deceased_on.isoformat()
    patient["address"] = [_address(demographics)]
    if managing_fhir_id:
        patient["managingOrganization"] = {"reference": f"Organization/{managing_fhir_id}"}
    return patient


def _name(text: str, surname: str, given: str) -> dict[str, Any]:
    name: dict[str, Any] = {"use": "official", "text": text}
    if surname:
        name["family"] = surname
    if given:
        name["given"] = [given]
    return name


def _identifiers(demographics: Demographics, record_number: str | None) -> list[dict[str, Any]]:
    found = [
        {
            "use": "old" if d.closed_on else "official",
            "system": document_system(d.kind_code),
            "value": d.number,
        }
        for d in demographics.documents
    ]
    if record_number:
        found.append({"use": "secondary", "system": RECORD_SYSTEM, "value": record_number})
    return found


def _address(demographics: Demographics) -> dict[str, Any]:
    division = find_division(demographics.place_code)
    address: dict[str, Any] = {"use": "home"}
    if demographics.address:
        address["text"] = demographics.address
    if division:
        address["extension"] = [
            {"url": "urn:kangmai:division-code", "valueCode": demographics.place_code}
        ]
    return address


def documents_of(patient: Resource) -> tuple[IdentityDocument, ...]:
    """The documents an incoming Patient names, as far as their systems are known here."""
    kinds = _kinds()
    return tuple(
        IdentityDocument(kinds[identifier["system"]], identifier["value"])
        for identifier in patient.get("identifier", ())
        if identifier.get("system") in kinds and identifier.get("value")
    )
