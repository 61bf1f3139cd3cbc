"""The `search` interaction: of a type, of a Patient's compartment, of the whole system.

Source: https://hl7.org/fhir/R4/http.html#search, https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from kangmai.exchange.fhir_rest import audit_events
from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.paging import CURSOR, content_of, cursor
from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records import queries
from kangmai.records.fhir import subsets
from kangmai.records.fhir.definitions import compartments
from kangmai.records.fhirpath.reading import read_json, write_json
from kangmai.records.queries import Page, Position
from kangmai.records.search.query import Summary
from kangmai.records.types import Stored


def search_type(request: Request) -> Response:
    """GET [type]?… and POST [type]/_search"""
    return _search(request, request.path[0], None)


def search_system(request: Request) -> Response:
    """GET [base]?_type=…"""
    return _search(request, None, None)


def search_compartment(request: Request) -> Response:
    """GET Patient/[id]/[type]?… and those of the other compartments; `*` stands for every type"""
    kind, id, wanted = request.path
    inside = compartments().get(kind, {})
    if wanted != "*" and wanted not in inside and (kind, wanted) != ("Patient", "Patient"):
        raise NoSuchAddress(path="/".join(request.path))
    if not inside:
        raise NoSuchAddress(path="/".join(request.path))
    queries.get(kind, id, actor=request.actor, at=request.at)
    return _search(request, None if wanted == "*" else wanted, (kind, id))


def _search(
    request: Request, resource_type: str | None, compartment: tuple[str, str] | None
) -> Response:
    position = position_of(content_of(request))
    if resource_type == audit_events.TYPE:
        page = audit_events.page(request, compartment, position)
    else:
        page = queries.search(
            resource_type,
            request.query,
            compartment=compartment[1] if compartment else None,
            compartment_type=compartment[0] if compartment else "Patient",
            position=position,
            server=request.base,
            lenient=audit_events.is_lenient(request),
            actor=request.actor,
            at=request.at,
        )
    entries = [_entry(request, page, item, b"match") for item in page.matches]
    entries += [_entry(request, page, item, b"include") for item in page.included]
    if notes := _notes(page):
        entries.append(
            entry("urn:kangmai:outcome", orjson.dumps(notes), b',"search":{"mode":"outcome"}')
        )
    body = bundle("searchset", entries, links=_links(request, page), total=page.total)
    return Response(200, body, (("Content-Type", JSON),))


def _entry(request: Request, page: Page, item: Stored, mode: bytes) -> bytes:
    body = item.body if mode == b"include" else _shown(page, item.body)
    return entry(f"{request.base}/{item.type}/{item.id}", body, b',"search":{"mode":"%s"}' % mode)


def _shown(page: Page, body: bytes) -> bytes:
    """The part of a match that was asked for; the whole of it needs no decoding."""
    query = page.query
    if query.elements:
        return write_json(subsets.with_elements(read_json(body), query.elements))
    match query.summary:
        case Summary.TRUE:
            return write_json(subsets.summary_true(read_json(body)))
        case Summary.TEXT:
            return write_json(subsets.summary_text(read_json(body)))
        case Summary.DATA:
            return write_json(subsets.summary_data(read_json(body)))
        case _:
            return body


def _notes(page: Page) -> dict | None:
    """What the reader of a result must know: parameters left out, includes cut."""
    issues = [
        {
            "severity": "warning",
            "code": "not-supported",
            "diagnostics": f"The parameter {name} was ignored.",
        }
        for name in page.query.ignored
    ]
    if page.is_cut:
        text = "More resources were to be included than are sent along."
        issues.append({"severity": "warning", "code": "too-costly", "diagnostics": text})
    return {"resourceType": "OperationOutcome", "issue": issues} if issues else None


def _links(request: Request, page: Page) -> list[tuple[str, str]]:
    address = f"{request.base}/{'/'.join(request.path)}".rstrip("/")
    used = urlencode(page.query.used, safe=":/|,$")
    links = [("self", f"{address}?{used}" if used else address)]
    if page.next is not None:
        content = [page.next.snapshot, list(page.next.after)]
        mark = cursor(request, content, pairs=page.query.used)
        links.append(("next", f"{address}?{used}{'&' if used else ''}{CURSOR}={mark}"))
    return links


def position_of(content: Sequence[Any] | None) -> Position | None:
    """Where a page begins, of what its cursor carries; None for a first page."""
    if content is None:
        return None
    snapshot, after = content
    return Position(snapshot, tuple(_value(item) for item in after))


def _value(item: object) -> object:
    """Instants travel as text."""
    if isinstance(item, str) and len(item) > 18 and item[4] == "-" and "T" in item:
        try:
            return datetime.fromisoformat(item)
        except ValueError:
            return item
    return item
