"""Residents as FHIR Patients, and what a Patient from outside says of a person."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from kangmai.identity.matching.preparation.names import is_chinese
from kangmai.identity.rules import UNCHECKED, canonical_document
from kangmai.identity.types import Demographics, IdentityDocument, Resident, Witness
from kangmai.records.types import Resource
from kangmai.standards.codes import code_set
from kangmai.standards.divisions import find_division
from kangmai.standards.errors import IdentityNumberIncorrect
from kangmai.standards.pinyin import split_surname

GENDERS = {"0": "unknown", "1": "male", "2": "female", "9": "other"}
SEX_CODES = {gender: code for code, gender in GENDERS.items()}
INDEX_SYSTEM = "urn:kangmai:identifier:index-number"
RECORD_SYSTEM = "urn:kangmai:identifier:health-record"
INVENTED = {
    "system": "urn:kangmai:tag",
    "code": "invented",
}
MOTHER = {"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}
MOTHERS_NAME = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
DIVISION_EXTENSION = "urn:kangmai:division-code"
_CURRENT_USES = ("official", "usual", "", "temp", "nickname")
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
    replaced_by: str | None = None,
    replaces: tuple[str, ...] = (),
    is_invented: bool = False,
) -> Resource:
    """The home Patient of a resident.

    `replaced_by` and `replaces` are the ids of the home Patients that a merge put before and behind it.
    """
    surname, given = split_surname(demographics.name)
    patient: Resource = {
        "resourceType": "Patient",
        "id": patient_id,
        "identifier": [
            {"use": "official", "system": INDEX_SYSTEM, "value": index_number},
            *_identifiers(demographics, record_number),
        ],
        "active": replaced_by is None,
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
    if demographics.mother:
        patient["contact"] = [
            {"relationship": [{"coding": [MOTHER]}], "name": {"text": demographics.mother}}
        ]
    links = [("replaces", each) for each in replaces]
    links += [("replaced-by", replaced_by)] if replaced_by else []
    if links:
        patient["link"] = [
            {"other": {"reference": f"Patient/{id}"}, "type": kind} for kind, id in links
        ]
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
    address: dict[str, Any] = {}
    if demographics.address:
        address["text"] = demographics.address
    if division:
        address["extension"] = [{"url": DIVISION_EXTENSION, "valueCode": demographics.place_code}]
    return address


def documents_of(patient: Resource) -> tuple[IdentityDocument, ...]:
    """The documents an incoming Patient names, as far as their systems are known here."""
    kinds = _kinds()
    return tuple(
        IdentityDocument(kinds[identifier["system"]], identifier["value"])
        for identifier in patient.get("identifier", ())
        if identifier.get("system") in kinds and identifier.get("value")
    )


def witness_of_patient(patient: Resource, *, on: date) -> Witness:
    """What an incoming Patient says of a person; numbers in canonical form where they can be such."""
    names = [*_names(patient)]
    birth = str(patient.get("birthDate", ""))
    known = Demographics(
        name=names[0] if names else "",
        sex_code=SEX_CODES.get(patient.get("gender", "unknown"), "0"),
        birth_date=_day(birth),
        place_code=_place_code(patient),
        documents=tuple(_canonical(each, on) for each in documents_of(patient)),
        phones=tuple(_phones(patient)),
        address=next((_address_text(each) for each in patient.get("address", ())), ""),
        former_names=tuple(names[1:]),
        mother=_mother(patient),
    )
    return Witness(known, birth)


def _names(patient: Resource) -> Iterator[str]:
    """The names, the one in use first, each once."""
    given = patient.get("name", ())
    ranked = sorted(given, key=lambda each: each.get("use", "") not in _CURRENT_USES)
    texts = (each.get("text") or _put_together(each) for each in ranked)
    yield from dict.fromkeys(text.strip() for text in texts if text and text.strip())


def _put_together(name: dict[str, Any]) -> str:
    family, given = name.get("family", ""), name.get("given", [])
    if family and is_chinese(family):
        return family + "".join(given)
    return " ".join([*given, family]).strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _canonical(document: IdentityDocument, on: date) -> IdentityDocument:
    """A number that cannot be one is kept as written: it may still be a slip of the right one."""
    try:
        return canonical_document(document, on=on)
    except IdentityNumberIncorrect:
        return replace(document, kind_code=UNCHECKED)


def _phones(patient: Resource) -> Iterator[str]:
    for each in patient.get("telecom", ()):
        if each.get("system") in ("phone", "sms", None) and each.get("value"):
            yield each["value"]


def _address_text(address: dict[str, Any]) -> str:
    return address.get("text") or "".join(address.get("line", ()))


def _place_code(patient: Resource) -> str:
    """The division of the home by its code; empty where the Patient names none that is known here."""
    for address in patient.get("address", ()):
        for extension in address.get("extension", ()):
            code = str(extension.get("valueCode") or extension.get("valueString") or "")
            if extension.get("url") == DIVISION_EXTENSION and find_division(code):
                return code
    return ""


def _mother(patient: Resource) -> str:
    for each in patient.get("contact", ()):
        codings = [c for r in each.get("relationship", ()) for c in r.get("coding", ())]
        if any(c.get("code") == MOTHER["code"] for c in codings):
            name = each.get("name", {})
            return name.get("text") or _put_together(name)
    for extension in patient.get("extension", ()):
        if extension.get("url") == MOTHERS_NAME:
            return str(extension.get("valueString", ""))
    return ""


def person_resource(
    resident: Resident, patients: Sequence[tuple[str, str]], *, replaced_by: str | None = None
) -> Resource:
    """A resident as a Person: who he is in the index, and every Patient that is his with its assurance.

    Args:
        patients: FHIR ids with the assurance of the link: level2 by probability, level3 by a number,
            level4 our own or by a person's decision.
        replaced_by: the id of the Person that a merge put in his place; he has no other link then.

    Source: https://hl7.org/fhir/R4/person.html
    """
    known = resident.demographics
    links = [(f"Patient/{patient}", assurance) for patient, assurance in patients]
    person: Resource = {
        "resourceType": "Person",
        "id": resident.patient_id,
        "identifier": [
            {"use": "official", "system": INDEX_SYSTEM, "value": resident.index_number},
            *_identifiers(known, resident.record_number),
        ],
        "name": [_name(known.name, *split_surname(known.name))],
        "gender": GENDERS[known.sex_code],
        "address": [_address(known)],
        "active": replaced_by is None,
        "link": [
            {"target": {"reference": target}, "assurance": assurance}
            for target, assurance in (
                [(f"Person/{replaced_by}", "level4")] if replaced_by else links
            )
        ],
    }
    person["name"] += [{"use": "old", "text": former} for former in known.former_names]
    if known.phones:
        person["telecom"] = [{"system": "phone", "value": phone} for phone in known.phones]
    if known.birth_date:
        person["birthDate"] = known.birth_date.isoformat()
    return person
