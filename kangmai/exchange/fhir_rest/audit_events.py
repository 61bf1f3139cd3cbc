"""AuditEvents: the audit trail of the house as FHIR shows it, before those that other systems sent.

A row of the trail is an AuditEvent with the id `audit-<number>`, read-only, newest first; it names ids and
never what was read. Source: FHIR R4, https://hl7.org/fhir/R4/auditevent.html; the meaning of `action` and
`outcome` after DICOM PS3.15 A.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl, urlencode

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
    TrailPlace,
    trail_interaction,
)
from kangmai.records.search.dates import range_of
from kangmai.records.search.query import Query, Summary, Total
from kangmai.records.types import Flag, Stored
from kangmai.registry.queries import names_by_id

_Dated = tuple[datetime, Deed | Stored]
TYPE = "AuditEvent"
IN_TRAIL, AFTER_TRAIL, IN_BOTH = -1, -2, -3
"""What stands in a cursor in the place of the newest row: the next page goes on in the trail, after it, or (of a
sorted search) in both."""
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
    """One page of a search: first the trail, newest first, then what other systems sent; both in turn with `_sort`."""
    if position is not None and position.snapshot == IN_BOTH:
        return _in_order(request, compartment, _place(position))
    if position is not None and position.snapshot not in (IN_TRAIL, AFTER_TRAIL):
        return _sent(request, compartment, position)
    if position is not None and position.snapshot == AFTER_TRAIL:
        return _sent(request, compartment, None)
    place = TrailPlace(position.after[0] if position else None)
    asked = _asked(request, compartment)
    found = queries.search_deeds(request.query, place=place, **asked)
    if found.query.sort:
        return _in_order(request, compartment, _Place(TrailPlace(newest=queries.newest_deed())))
    sent = _sent(request, compartment, None)
    if found.query.summary is Summary.COUNT or found.query.count == 0:
        return replace(sent, total=(sent.total or 0) + _count(request, asked))
    return _joined(request, found, sent, asked, is_first=position is None)


def _asked(request: Request, compartment: tuple[str, str] | None) -> dict[str, Any]:
    """What every question to the trail says besides the search itself."""
    return {
        "patient": _patient(compartment),
        "lenient": is_lenient(request),
        "actor": request.actor,
        "at": request.at,
    }


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a sorted search has come: in the trail, and in what was sent (None: at its beginning)."""

    trail: TrailPlace
    sent: Position | None = None
    is_sent_done: bool = False

    def position(self) -> Position:
        sent = (self.sent.snapshot, *self.sent.after) if self.sent else ()
        trail = (self.trail.seq, self.trail.at, self.trail.newest)
        return Position(IN_BOTH, (*trail, self.is_sent_done, *sent))


def _place(position: Position) -> _Place:
    """What `_Place.position` made."""
    seq, at, newest, is_done, *sent = position.after
    went_on = Position(sent[0], tuple(sent[1:])) if sent else None
    return _Place(TrailPlace(seq, at, newest), went_on, is_done)


def _in_order(request: Request, compartment: tuple[str, str] | None, place: _Place) -> Page:
    """A page of trail and sent AuditEvents by the moment of each, as far as both have come."""
    asked = _asked(request, compartment)
    found = queries.search_deeds(request.query, place=place.trail, **asked)
    sent = _sent(request, compartment, place.sent)
    theirs = () if place.is_sent_done else sent.matches
    order, limit = found.query.sort[0], _limit(found.query)
    ours: list[_Dated] = [(deed.at, deed) for deed in found.deeds]
    others: list[_Dated] = [(_moment(item, order.name), item) for item in theirs]
    both = list(merge(ours, others, key=itemgetter(0), reverse=order.is_descending))
    shown = [each for _, each in both[:limit]]
    deeds = [each for each in shown if isinstance(each, Deed)]
    bodies = dict(zip([deed.seq for deed in deeds], audit_events(deeds), strict=True))
    matches = tuple(
        _stored(each, bodies[each.seq]) if isinstance(each, Deed) else each for each in shown
    )
    more = len(both) > limit or (sent.next is not None and not place.is_sent_done)
    is_whole = place.trail.seq is None and place.sent is None and not more
    total = len(matches) if is_whole else None
    if total is None and found.query.total is not Total.NONE:
        total = (sent.total or 0) + _count(request, asked)
    after = _further(request, compartment, place, deeds, len(shown) - len(deeds), sent)
    return Page(found.query, matches, (), after.position() if more else None, total)


def _further(
    request: Request, compartment: tuple[str, str] | None, place: _Place, deeds: Sequence[Deed],
    taken: int, sent: Page,
) -> _Place:  # fmt: skip
    """The place after these rows of the trail and so many of what was sent."""
    trail = replace(place.trail, seq=deeds[-1].seq, at=deeds[-1].at) if deeds else place.trail
    if taken == 0:
        return replace(place, trail=trail)
    if taken < len(sent.matches):
        sent = _sent(request, compartment, place.sent, count=taken)
    return _Place(trail, sent.next, sent.next is None)


def _moment(item: Stored, name: str) -> datetime:
    if name == "_lastUpdated":
        return item.updated_at
    return range_of(orjson.loads(item.body)["recorded"])[0]


def _limit(query: Query) -> int:
    return queries.DEFAULT_COUNT if query.count is None else query.count


def _joined(
    request: Request, found: FoundDeeds, sent: Page, asked: dict[str, Any], *, is_first: bool
) -> Page:
    """A page of the trail, filled up with all that was sent where it ends and that fits."""
    limit = _limit(found.query)
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


def _sent(
    request: Request, compartment: tuple[str, str] | None, position: Position | None,
    *, count: int | None = None,
) -> Page:  # fmt: skip
    pairs = parse_qsl(request.query, keep_blank_values=True)
    fewer = [pair for pair in pairs if pair[0] != "_count"] + [("_count", str(count))]
    return queries.search(
        TYPE,
        request.query if count is None else urlencode(fewer),
        compartment=_patient(compartment),
        position=position,
        server=request.base,
        lenient=is_lenient(request),
        actor=request.actor,
        at=request.at,
    )


def _count(request: Request, asked: dict[str, Any]) -> int:
    return queries.count_deeds(request.query, **asked)


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
