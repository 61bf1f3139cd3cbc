"""AuditEvents: the audit trail of the house as FHIR shows it, before those that other systems sent.

A row of the trail is an AuditEvent with the id `audit-<number>`, read-only, newest first; it names ids and
never what was read. Source: FHIR R4, https://hl7.org/fhir/R4/auditevent.html; the meaning of `action` and
`outcome` after DICOM PS3.15 A.5.
"""

from dataclasses import replace
from typing import Any

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records import queries
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.fhir.times import instant
from kangmai.records.queries import (
    TRAIL_RESTFUL,
    TRAIL_SYSTEM,
    Deed,
    FoundDeeds,
    Page,
    Position,
    trail_interaction,
)
from kangmai.records.search.query import Summary, Total
from kangmai.records.types import Flag, Stored
from kangmai.registry.queries import names_by_id

TYPE = "AuditEvent"
IN_TRAIL, AFTER_TRAIL = -1, -2
"""What stands in a cursor in the place of the newest row: the next page goes on in the trail, or after it."""
TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
OBJECT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACTIONS = {"created": "C", "read": "R", "vread": "R", "updated": "U", "deleted": "D", "purge": "D",
           "create": "C", "update": "U", "delete": "D"}  # fmt: skip


def is_of_trail(kind: str, id: str) -> bool:
    """Whether an address names a row of the trail."""
    return kind == TYPE and id.startswith("audit-")


def read(request: Request) -> Response:
    """GET AuditEvent/audit-[number], and its only version"""
    deed = queries.get_deed(request.path[1], actor=request.actor, at=request.at)
    return Response(200, orjson.dumps(audit_events([deed])[0]), (("Content-Type", JSON),))


def page(request: Request, compartment: tuple[str, str] | None, position: Position | None) -> Page:
    """One page of a search: first the trail, newest first, then what other systems sent."""
    if position is not None and position.snapshot not in (IN_TRAIL, AFTER_TRAIL):
        return _sent(request, compartment, position)
    if position is not None and position.snapshot == AFTER_TRAIL:
        return _sent(request, compartment, None)
    before = position.after[0] if position else None
    asked: dict[str, Any] = {"patient": _patient(compartment), "lenient": is_lenient(request)}
    found = queries.search_deeds(request.query, before=before, **asked, actor=request.actor, at=request.at)  # fmt: skip
    sent = _sent(request, compartment, None)
    if found.query.summary is Summary.COUNT or found.query.count == 0:
        return replace(sent, total=(sent.total or 0) + _count(request, asked))
    return _joined(request, found, sent, asked, is_first=position is None)


def _joined(
    request: Request, found: FoundDeeds, sent: Page, asked: dict[str, Any], *, is_first: bool
) -> Page:
    """A page of the trail, filled up with all that was sent where it ends and that fits."""
    limit = queries.DEFAULT_COUNT if found.query.count is None else found.query.count
    deeds = found.deeds[:limit]
    matches = tuple(map(_stored, deeds, audit_events(list(deeds))))
    total = None
    if found.query.total is not Total.NONE:
        total = (sent.total or 0) + _count(request, asked)
    if len(found.deeds) > limit:
        return Page(found.query, matches, (), Position(IN_TRAIL, (deeds[-1].seq,)), total)
    if sent.next is not None or len(matches) + len(sent.matches) > limit:
        return Page(found.query, matches, (), Position(AFTER_TRAIL, ()), total)
    matches += sent.matches
    return Page(found.query, matches, (), None, len(matches) if is_first else total)


def _patient(compartment: tuple[str, str] | None) -> str | None:
    """The Patient to whose compartment a search is narrowed; the trail is in no other."""
    if compartment is not None and compartment[0] != "Patient":
        raise NoSuchAddress(path="/".join((*compartment, TYPE)))
    return compartment[1] if compartment else None


def _sent(request: Request, compartment: tuple[str, str] | None, position: Position | None) -> Page:
    return queries.search(
        TYPE,
        request.query,
        compartment=_patient(compartment),
        position=position,
        server=request.base,
        lenient=is_lenient(request),
        actor=request.actor,
        at=request.at,
    )


def _count(request: Request, asked: dict[str, Any]) -> int:
    return queries.count_deeds(request.query, **asked, actor=request.actor, at=request.at)


def is_lenient(request: Request) -> bool:
    """Whether parameters that do not exist are left out and reported instead of refused."""
    return request.preference("handling") == "lenient"


def _stored(deed: Deed, resource: dict[str, Any]) -> Stored:
    """An AuditEvent as if it stood in the store."""
    return Stored(TYPE, deed.id, 0, 1, deed.at, Flag.NONE, None, None, 0, orjson.dumps(resource))


def audit_events(deeds: list[Deed]) -> list[dict[str, Any]]:
    """Rows of the trail as AuditEvents."""
    institutions = {each.organization for each in deeds if each.organization}
    names = names_by_id(ids=institutions) if institutions else {}
    return [_audit_event(each, names.get(each.organization or 0, "")) for each in deeds]


def _audit_event(deed: Deed, institution: str) -> dict[str, Any]:
    is_done = deed.outcome == "ok"
    return {
        "resourceType": TYPE,
        "id": deed.id,
        "meta": {"versionId": "1", "lastUpdated": instant(deed.at)},
        "type": _type(deed.action),
        "subtype": _subtypes(deed.action),
        "action": _action(deed.action),
        "recorded": instant(deed.at),
        "outcome": "0" if is_done else "4",
        **({} if is_done else {"outcomeDesc": deed.outcome}),
        "agent": [_agent(deed, institution)],
        "source": {"observer": {"display": "Kangmai 康脉"}},
        "entity": _entities(deed),
    }


def _action(action: str) -> str:
    return ACTIONS.get(action.rpartition(".")[2], "E") if action.startswith("records.") else "E"


def _type(action: str) -> dict[str, str]:
    if action.startswith("records."):
        return {"system": TYPES, "code": "rest", "display": "RESTful Operation"}
    if action.startswith("access.log"):
        return {"system": DICOM, "code": "110114", "display": "User Authentication"}
    return {"system": DICOM, "code": "110100", "display": "Application Activity"}


def _subtypes(action: str) -> list[dict[str, str]]:
    known = trail_interaction(action)
    restful = [{"system": TRAIL_RESTFUL, "code": known}] if known else []
    return [{"system": TRAIL_SYSTEM, "code": action}, *restful]


def _agent(deed: Deed, institution: str) -> dict[str, Any]:
    who: dict[str, Any] = {
        "identifier": {"system": "urn:kangmai:account", "value": str(deed.account)}
    }
    if institution:
        who["display"] = institution
    role = [{"coding": [{"system": "urn:kangmai:role", "code": deed.role}]}] if deed.role else []
    return {
        **({"role": role} if role else {}),
        "who": who,
        "altId": deed.client or str(deed.account),
        "requestor": True,
        "purposeOfUse": [{"coding": [{"system": REASON, "code": deed.purpose}]}],
    }


def _entities(deed: Deed) -> list[dict[str, Any]]:
    """What it was about, and whose data it concerned."""
    named = f"{deed.object_type}/{deed.object_id}" if deed.object_id else ""
    is_resource = deed.object_type in resource_types() and not deed.object_id.isdecimal()
    if not named:
        what: dict[str, Any] = {"type": deed.object_type[:60] or "*"}
    elif is_resource:
        what = {"reference": named}
    else:
        what = {"identifier": {"system": f"urn:kangmai:{deed.object_type}", "value": deed.object_id}}  # fmt: skip
    about = [
        {
            "what": {"reference": f"Patient/{id}"},
            "type": {"system": OBJECT_TYPE, "code": "1", "display": "Person"},
            "role": {"system": OBJECT_ROLE, "code": "1", "display": "Patient"},
        }
        for id in deed.patients
        if f"Patient/{id}" != named
    ]
    extra = {"description": deed.reason} if deed.reason else {}
    return [{"what": what, "type": {"system": OBJECT_TYPE, "code": "2", "display": "System Object"}, **extra}, *about]  # fmt: skip
