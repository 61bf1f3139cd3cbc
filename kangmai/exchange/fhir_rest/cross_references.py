"""`Patient/$ihe-pix`: the other identifiers of the person who has one, IHE ITI-83 (PIXm).

Answers as the profile has them: an identifier nobody has is 404, of what is no system 400, a target that is
no system 403. Which systems exist outside the house nobody can tell, because identifiers of people are found
by keyed hashes of system and value together; so any absolute URI counts as one. An identifier that stands
with several residents is refused: to choose would be to mix them.

Source: https://profiles.ihe.net/ITI/PIXm/ITI-83.html
"""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson

from kangmai.exchange.fhir_rest.errors import (
    IdentifierShared,
    NoSuchAddress,
    SourceNotFound,
    SourceSystemUnknown,
    TargetSystemUnknown,
)
from kangmai.exchange.fhir_rest.parameters import BadParameter, given
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.identity import queries
from kangmai.identity.errors import ResidentNotFound
from kangmai.kernel.ids import PatientId
from kangmai.records import queries as records
from kangmai.records.types import Stored

MOST_HOLDERS = 50
"""Patients with one identifier that are looked at: a person's records, of which few have as many."""


def cross_reference(request: Request) -> Response:
    """GET Patient/$ihe-pix: every Patient of the person who has `sourceIdentifier`, and their identifiers."""
    if request.path[0] != "Patient":
        raise NoSuchAddress(path="/".join(request.path))
    said = given(request).only("sourceIdentifier", "targetSystem")
    wanted = said.all("sourceIdentifier")
    if len(wanted) != 1:
        raise BadParameter(name="sourceIdentifier", reason="exactly one system|value")
    targets = said.parts("targetSystem")
    source = _token(wanted[0]).partition("|")
    if all(source[::2]) and not _is_system(source[0]):
        raise SourceSystemUnknown(system=source[0][:200])
    known = patients_numbered(request, wanted[0], "sourceIdentifier")
    if not known:
        raise SourceNotFound()
    for system in targets:
        if not _is_system(system):
            raise TargetSystemUnknown(system=system[:200])
    patients = _all_of_the_person(request, known)
    parameters = list(_told(patients, targets))
    body = orjson.dumps({"resourceType": "Parameters", "parameter": parameters})
    return Response(200, body, (("Content-Type", JSON),))


def patients_numbered(request: Request, identifier: object, name: str) -> list[PatientId]:
    """The Patients inside the scope that have an identifier (an Identifier, or `system|value`).

    Raises:
        BadParameter: it lacks system or value.
    """
    token = _token(identifier)
    if not all(token.partition("|")[::2]):
        raise BadParameter(name=name, reason="system|value")
    query = urlencode({"identifier": token, "_count": MOST_HOLDERS})
    page = records.search("Patient", query, actor=request.actor, at=request.at)
    return [PatientId(item.id) for item in page.matches]


def _token(identifier: object) -> str:
    if isinstance(identifier, dict):
        return f"{identifier.get('system', '')}|{identifier.get('value', '')}"
    return str(identifier)


def _is_system(text: str) -> bool:
    """Whether a text can be the system of identifiers: an absolute URI."""
    scheme, colon, rest = text.partition(":")
    return bool(colon and rest) and scheme.isascii() and scheme.isalnum()


def _all_of_the_person(request: Request, known: Sequence[PatientId]) -> tuple[Stored, ...]:
    """The Patients of the one resident behind some; those themselves where they wait for one.

    Raises:
        IdentifierShared
    """
    homes = {_home(each, request) for each in known}
    if len(homes) > 1:
        raise IdentifierShared()
    home = homes.pop()
    if home is None:
        ids: list[str] = list(known)
    else:
        person = queries.individuals([home], actor=request.actor)[home]
        ids = [id for id, _ in person.patients]
    query = urlencode({"_id": ",".join(ids), "_count": len(ids)})
    return records.search("Patient", query, actor=request.actor, at=request.at).matches


def _home(patient: PatientId, request: Request) -> PatientId | None:
    try:
        return queries.resident_of_patient(patient, actor=request.actor).patient_id
    except ResidentNotFound:
        return None


def _told(patients: Iterable[Stored], targets: Sequence[str]) -> Iterable[dict[str, Any]]:
    """`targetId` of each Patient that has an identifier of a wanted system, and each such identifier once."""
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for patient in patients:
        wanted = [
            each
            for each in orjson.loads(patient.body).get("identifier", ())
            if not targets or each.get("system") in targets
        ]
        if wanted or not targets:
            reference = {"reference": f"Patient/{patient.id}"}
            yield {"name": "targetId", "valueReference": reference}
        for each in wanted:
            seen.setdefault((each.get("system", ""), each.get("value", "")), each)
    for each in seen.values():
        yield {"name": "targetIdentifier", "valueIdentifier": each}
