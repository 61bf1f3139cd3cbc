"""Residents as Persons: read, searched, and `$person` of a Patient.

A Person is made from the index when it is asked for, one for each home Patient and with its id; nothing is
stored twice, and a link is told the moment it is decided. A resident who was merged is a Person that is not
active, with a link to the one in his place. Who reads Persons needs the rights over Patients, too: a Person
tells what they tell. Persons that others sent are kept as any resource, and come behind ours in a search.

Source: https://hl7.org/fhir/R4/person.html
"""

from urllib.parse import parse_qsl, urlencode

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.paging import CURSOR, content_of, cursor
from kangmai.exchange.fhir_rest.parameters import BadParameter, given
from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.read import read as read_stored
from kangmai.exchange.fhir_rest.search import position_of
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.identity import queries
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.fhir import person_resource
from kangmai.identity.types import Individual
from kangmai.kernel.ids import PatientId
from kangmai.records import queries as records
from kangmai.records import rules
from kangmai.records.errors import ResourceNotFound
from kangmai.records.queries import Page

LINKED_BY = ("link", "patient")
SHARED = frozenset(
    {"_id", "identifier", "name", "phonetic", "birthdate", "gender", "telecom", "phone", "email"}
    | {"address", "address-city", "address-country", "address-postalcode", "address-state"}
    | {"address-use", "_count"}
)
"""Parameters that mean of a Person what they mean of the Patient he is at home."""
TRANSPORT = frozenset({"_format", "_pretty", CURSOR})
RESIDENTS, STORED = "residents", "stored"
USUAL_PAGE = 50


def person(request: Request) -> Response:
    """GET Patient/[id]/$person: the resident whose a Patient is, as a Person with links to all his Patients."""
    if request.path[0] != "Patient":
        raise NoSuchAddress(path="/".join(request.path))
    given(request).only()
    records.get("Patient", request.path[1], actor=request.actor, at=request.at)
    home = queries.resident_of_patient(PatientId(request.path[1]), actor=request.actor).patient_id
    found = queries.individuals([home], actor=request.actor)[home]
    return Response(200, person_body(found), (("Content-Type", JSON),))


def read(request: Request) -> Response:
    """GET Person/[id]"""
    id = PatientId(request.path[1])
    rules.require(request.actor, rules.Interaction.READ, "Person")
    found = queries.individuals([id], actor=request.actor)
    if id not in found:
        return read_stored(request)
    records.get("Patient", id, actor=request.actor, at=request.at)
    return Response(200, person_body(found[id]), (("Content-Type", JSON),))


def person_body(found: Individual) -> bytes:
    """A resident as the bytes of a Person."""
    return orjson.dumps(
        person_resource(found.resident, found.patients, replaced_by=found.replaced_by)
    )


def search(request: Request) -> Response:
    """GET Person?… and POST Person/_search: residents first, then the Persons that others sent."""
    rules.require(request.actor, rules.Interaction.SEARCH, "Person")
    pairs = _pairs(request)
    part, place = content_of(request) or (RESIDENTS, None)
    count = _count(pairs)
    entries: list[bytes] = []
    if part == RESIDENTS and count:
        page = _patients(request, pairs, place)
        entries = _persons(request, page)
        place = page.next and [page.next.snapshot, list(page.next.after)]
        part = RESIDENTS if place else STORED
    after = [part, place]
    if part == STORED and len(entries) < count:
        asked = [pair for pair in pairs if pair[0] != "_count"]
        asked.append(("_count", str(count - len(entries))))
        page = _stored(request, asked, place)
        entries += [_entry(request, item.id, item.body) for item in page.matches]
        after = [STORED, [page.next.snapshot, list(page.next.after)]] if page.next else []
    body = bundle("searchset", entries, links=_links(request, pairs, after if count else []))
    return Response(200, body, (("Content-Type", JSON),))


def _pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters of the search. Raises: BadParameter."""
    pairs = [
        pair
        for pair in parse_qsl(request.query, keep_blank_values=True)
        if pair[0] not in TRANSPORT
    ]
    for name, _ in pairs:
        if name.partition(":")[0] not in (*SHARED, *LINKED_BY):
            known = ", ".join(sorted((*SHARED, *LINKED_BY)))
            raise BadParameter(name=name[:60], reason=f"Persons are searched by {known}")
    return pairs


def _count(pairs: list[tuple[str, str]]) -> int:
    text = dict(pairs).get("_count", str(USUAL_PAGE))
    if not text.isdecimal():
        raise BadParameter(name="_count", reason="a whole number")
    return min(int(text), USUAL_PAGE)


def _patients(request: Request, pairs: list[tuple[str, str]], place: list | None) -> Page:
    """The next Patients that the parameters fit; those that are no home Patient tell nothing."""
    asked = [pair for pair in pairs if pair[0] not in (*LINKED_BY, "_count")]
    for name, value in pairs:
        if name in LINKED_BY:
            asked.append(("_id", _home_of(request, value)))
    asked.append(("_count", str(_count(pairs))))
    return records.search(
        "Patient",
        urlencode(asked),
        position=position_of(place),
        server=request.base,
        actor=request.actor,
        at=request.at,
    )


def _home_of(request: Request, reference: str) -> str:
    """The home Patient of the resident whose a Patient is; an id that is nobody's where there is none."""
    id = reference.removeprefix(f"{request.base}/").removeprefix("Patient/")
    try:
        records.get("Patient", id, actor=request.actor, at=request.at)
        return queries.resident_of_patient(PatientId(id), actor=request.actor).patient_id
    except (ResourceNotFound, ResidentNotFound):
        return "-"


def _persons(request: Request, page: Page) -> list[bytes]:
    found = queries.individuals([PatientId(item.id) for item in page.matches], actor=request.actor)
    return [
        _entry(request, item.id, person_body(found[PatientId(item.id)]))
        for item in page.matches
        if item.id in found
    ]


def _stored(request: Request, pairs: list[tuple[str, str]], place: list | None) -> Page:
    return records.search(
        "Person",
        urlencode(pairs),
        position=position_of(place),
        server=request.base,
        actor=request.actor,
        at=request.at,
    )


def _entry(request: Request, id: str, body: bytes) -> bytes:
    return entry(f"{request.base}/Person/{id}", body, b',"search":{"mode":"match"}')


def _links(request: Request, pairs: list[tuple[str, str]], after: list) -> list[tuple[str, str]]:
    address = f"{request.base}/{'/'.join(request.path)}"
    used = urlencode(pairs, safe=":/|,$")
    links = [("self", f"{address}?{used}" if used else address)]
    if after:
        mark = cursor(request, after, pairs=pairs)
        links.append(("next", f"{address}?{used}{'&' if used else ''}{CURSOR}={mark}"))
    return links
