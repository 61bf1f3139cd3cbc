"""Who is one person: the operations `$match`, `$person`, `$ihe-pix`, `$merge` and `$unmerge` on Patient.

Sources: https://hl7.org/fhir/R4/patient-operation-match.html; the names of `$merge`'s parameters are those
of https://hl7.org/fhir/R5/patient-operation-merge.html; `$ihe-pix` is IHE ITI-83 (PIXm). `$person` and
`$unmerge` are our own: R4 has no operation for either.
"""

from typing import Any
from urllib.parse import urlencode

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.parameters import BadParameter, Given, given
from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.identity import actions, queries
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.fhir import person_resource, witness_of_patient
from kangmai.identity.types import Matched, Resident
from kangmai.kernel.ids import PatientId
from kangmai.records import queries as records
from kangmai.standards.calendars import legal_day

MOST_MATCHES = 50
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
BY_PROGRAM = "merged through FHIR"


def match(request: Request) -> Response:
    """POST Patient/$match: residents who may be the one in `resource`, as their home Patients with scores."""
    _require_patient(request)
    said = given(request).only("resource", "count", "onlyCertainMatches")
    if "resource" not in said.resources:
        raise BadParameter(name="resource", reason="send a Patient in Parameters")
    asked = witness_of_patient(orjson.loads(said.resources["resource"]), on=legal_day(request.at))
    found = queries.match(asked, limit=_count(said), actor=request.actor, at=request.at)
    if said.flag("onlyCertainMatches"):
        found = tuple(each for each in found if each.grade == "certain")
    entries = [_entry(request, each) for each in found]
    body = bundle("searchset", entries, links=[], total=len(entries))
    return Response(200, body, (("Content-Type", JSON),))


def _entry(request: Request, found: Matched) -> bytes:
    id = found.resident.patient_id
    stored = records.get("Patient", id, actor=request.actor, at=request.at)
    search = {
        "extension": [{"url": GRADE, "valueCode": found.grade}],
        "mode": "match",
        "score": round(found.explained.probability, 6),
    }
    return entry(f"{request.base}/Patient/{id}", stored.body, b',"search":' + orjson.dumps(search))


def _count(said: Given) -> int:
    text = said.one("count", "10")
    if not text.isdecimal() or int(text) == 0:
        raise BadParameter(name="count", reason="a whole number from 1")
    return min(int(text), MOST_MATCHES)


def person(request: Request) -> Response:
    """GET Patient/[id]/$person: the resident whose a Patient is, as a Person with links to all his Patients."""
    _require_patient(request)
    given(request).only()
    records.get("Patient", request.path[1], actor=request.actor, at=request.at)
    resident = queries.resident_of_patient(PatientId(request.path[1]), actor=request.actor)
    return _json(_person(resident))


def _person(resident: Resident) -> dict[str, Any]:
    return person_resource(
        id=resident.patient_id,
        index_number=resident.index_number,
        patients=queries.assurances(resident),
        demographics=resident.demographics,
    )


def cross_reference(request: Request) -> Response:
    """GET Patient/$ihe-pix: every Patient of the person who has `sourceIdentifier`."""
    _require_patient(request)
    said = given(request).only("sourceIdentifier", "targetSystem")
    wanted = said.one("sourceIdentifier")
    if not all(wanted.partition("|")[::2]):
        raise BadParameter(name="sourceIdentifier", reason="system|value")
    known = records.search(
        "Patient",
        urlencode({"identifier": wanted, "_count": 1}),
        actor=request.actor,
        at=request.at,
    ).matches
    if not known:
        raise ResidentNotFound()
    resident = queries.resident_of_patient(PatientId(known[0].id), actor=request.actor)
    ids = [id for id, _ in queries.assurances(resident)]
    parameters = [
        {"name": "targetId", "valueReference": {"reference": f"Patient/{id}"}} for id in ids
    ]
    system = said.one("targetSystem")
    for id in ids:
        body = orjson.loads(records.get("Patient", id, actor=request.actor, at=request.at).body)
        parameters += [
            {"name": "targetIdentifier", "valueIdentifier": each}
            for each in body.get("identifier", ())
            if not system or each.get("system") == system
        ]
    return _json({"resourceType": "Parameters", "parameter": parameters})


def merge(request: Request) -> Response:
    """POST Patient/$merge: find the residents of two Patients to be one; `target-patient` is kept."""
    _require_patient(request)
    said = given(request).only("source-patient", "target-patient", "reason", "preview")
    retired, kept = _patient(said, "source-patient"), _patient(said, "target-patient")
    if not said.flag("preview"):
        actions.merge_residents(
            queries.master_row_of_patient(kept),
            queries.master_row_of_patient(retired),
            reason=said.one("reason") or BY_PROGRAM,
            actor=request.actor,
            at=request.at,
        )
    return _told(request, kept, "The two are one resident now. 两名居民已合并为一。")


def unmerge(request: Request) -> Response:
    """POST Patient/$unmerge: undo the merge of the resident of `source-patient`."""
    _require_patient(request)
    said = given(request).only("source-patient", "reason")
    retired = _patient(said, "source-patient")
    actions.unmerge_resident(
        queries.master_row_of_patient(retired),
        reason=said.one("reason") or BY_PROGRAM,
        actor=request.actor,
        at=request.at,
    )
    return _told(request, retired, "The merge was undone. 合并已撤销。")


def _patient(said: Given, name: str) -> PatientId:
    """The id of a Patient that a parameter refers to.

    Raises:
        BadParameter
    """
    found = said.all(name)
    value = found[0] if len(found) == 1 else ""
    reference = value.get("reference", "") if isinstance(value, dict) else str(value)
    kind, id = reference.split("/")[-2:] if "/" in reference else ("", "")
    if kind != "Patient" or not id:
        raise BadParameter(name=name, reason="one reference such as Patient/123")
    return PatientId(id)


def _told(request: Request, patient: PatientId, text: str) -> Response:
    resident = queries.resident_of_patient(patient, actor=request.actor)
    issue = {"severity": "information", "code": "informational", "details": {"text": text}}
    return _json(
        {
            "resourceType": "Parameters",
            "parameter": [
                {
                    "name": "outcome",
                    "resource": {"resourceType": "OperationOutcome", "issue": [issue]},
                },
                {"name": "result", "resource": _person(resident)},
            ],
        }
    )


def _json(resource: dict[str, Any]) -> Response:
    return Response(200, orjson.dumps(resource), (("Content-Type", JSON),))


def _require_patient(request: Request) -> None:
    if request.path[0] != "Patient":
        raise NoSuchAddress(path="/".join(request.path))
