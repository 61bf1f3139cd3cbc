"""Who is one person: the operations `$match`, `$merge` and `$unmerge` on Patient.

Sources: `$match` is https://hl7.org/fhir/R4/patient-operation-match.html, and so IHE ITI-119 (PDQm); the
parameters of `$merge` are those of https://hl7.org/fhir/R5/patient-operation-merge.html. `$unmerge` is our
own: FHIR has none.
"""

from typing import Any

import orjson

from kangmai.exchange.fhir_rest.cross_references import patients_numbered
from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.parameters import BadParameter, Given, given
from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.identity import actions, queries
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.fhir import witness_of_patient
from kangmai.identity.types import Matched
from kangmai.kernel.ids import PatientId
from kangmai.records import queries as records
from kangmai.standards.calendars import legal_day

MOST_MATCHES = 50
GRADE = "http://hl7.org/fhir/StructureDefinition/match-grade"
BY_PROGRAM = "merged through FHIR"


def match(request: Request) -> Response:
    """POST Patient/$match: residents who may be the one in `resource`, as their home Patients with scores."""
    _require_patient(request)
    said = given(request).only("resource", "count", "onlyCertainMatches", "onlySingleMatch")
    if "resource" not in said.resources:
        raise BadParameter(name="resource", reason="send a Patient in Parameters")
    asked = witness_of_patient(orjson.loads(said.resources["resource"]), on=legal_day(request.at))
    found = queries.match(asked, limit=_count(said), actor=request.actor, at=request.at)
    if said.flag("onlyCertainMatches"):
        found = tuple(each for each in found if each.grade == "certain")
    if said.flag("onlySingleMatch"):
        found = found[:1]
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


def merge(request: Request) -> Response:
    """POST Patient/$merge: find the residents of two Patients to be one; the target is kept.

    Each is named by a reference or by identifiers. With `preview` nothing changes, and the Patient that
    would be kept is shown.
    """
    _require_patient(request)
    said = given(request).only(*_named("source"), *_named("target"), "reason", "preview")
    retired, kept = _patient(request, said, "source"), _patient(request, said, "target")
    if said.flag("preview"):
        return _told(request, kept, "Nothing was changed. 未作更改，仅预览。")
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
    said = given(request).only(*_named("source"), "reason")
    retired = _patient(request, said, "source")
    actions.unmerge_resident(
        queries.master_row_of_patient(retired),
        reason=said.one("reason") or BY_PROGRAM,
        actor=request.actor,
        at=request.at,
    )
    return _told(request, retired, "The merge was undone. 合并已撤销。")


def _named(side: str) -> tuple[str, str]:
    return f"{side}-patient", f"{side}-patient-identifier"


def _patient(request: Request, said: Given, side: str) -> PatientId:
    """The id of a Patient that a parameter refers to, or that has all the identifiers given.

    Raises:
        BadParameter, ResidentNotFound
    """
    by_reference, by_identifier = _named(side)
    if identifiers := said.all(by_identifier):
        having = [set(patients_numbered(request, each, by_identifier)) for each in identifiers]
        found = sorted(set.intersection(*having))
        if not found:
            raise ResidentNotFound()
        return PatientId(found[0])
    references = said.all(by_reference)
    value = references[0] if len(references) == 1 else ""
    reference = value.get("reference", "") if isinstance(value, dict) else str(value)
    kind, id = reference.split("/")[-2:] if "/" in reference else ("", "")
    if kind != "Patient" or not id:
        raise BadParameter(name=by_reference, reason="one reference such as Patient/123")
    return PatientId(id)


def _told(request: Request, patient: PatientId, text: str) -> Response:
    """What was asked, what came of it, and the Patient that stands for the resident now."""
    resident = queries.resident_of_patient(patient, actor=request.actor)
    stored = records.get("Patient", resident.patient_id, actor=request.actor, at=request.at)
    issue = {"severity": "information", "code": "informational", "details": {"text": text}}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    asked = [{"name": "input", "resource": orjson.Fragment(request.body)}] if request.body else []
    parameter = [
        *asked,
        {"name": "outcome", "resource": outcome},
        {"name": "result", "resource": orjson.Fragment(stored.body)},
    ]
    return _json({"resourceType": "Parameters", "parameter": parameter})


def _json(resource: dict[str, Any]) -> Response:
    return Response(200, orjson.dumps(resource), (("Content-Type", JSON),))


def _require_patient(request: Request) -> None:
    if request.path[0] != "Patient":
        raise NoSuchAddress(path="/".join(request.path))
