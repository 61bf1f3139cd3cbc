"""The operation `Patient/[id]/$everything`, in pages.

`_expand-links=true` is our own parameter: it adds what is recorded under the other Patients that are
linked to the same resident. Source: https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from datetime import date, datetime
from urllib.parse import urlencode

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.paging import CURSOR, content_of, cursor
from kangmai.exchange.fhir_rest.parameters import BadParameter, Given, given
from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records import queries
from kangmai.records.queries import Place, Wanted
from kangmai.records.types import Stored

NAMES = ("start", "end", "_since", "_type", "_count", "_expand-links", CURSOR)
DEFAULT_COUNT = 500
LARGEST_PAGE = 1000


def everything(request: Request) -> Response:
    """GET and POST Patient/[id]/$everything"""
    kind, id, _ = request.path
    if kind != "Patient":
        raise NoSuchAddress(path="/".join(request.path))
    said = given(request).only(*NAMES)
    content = content_of(request)
    page = queries.everything(
        id,
        _wanted(said),
        place=Place(*content) if content else None,
        limit=_count(said),
        actor=request.actor,
        at=request.at,
    )
    entries = [_entry(request, item, b"match") for item in page.found]
    entries += [_entry(request, item, b"include") for item in page.referenced]
    if page.is_cut:
        entries.append(_note())
    links = _links(request, said, page.next)
    return Response(200, bundle("searchset", entries, links=links), (("Content-Type", JSON),))


def _wanted(said: Given) -> Wanted:
    return Wanted(
        types=tuple(said.parts("_type")),
        since=instant_of(said, "_since"),
        start=_day(said, "start"),
        end=_day(said, "end"),
        expand_links=said.flag("_expand-links"),
    )


def instant_of(said: Given, name: str) -> datetime | None:
    """A parameter that is an instant with its offset.

    Raises:
        BadParameter
    """
    text = said.one(name).replace(" ", "+")
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None):
        raise BadParameter(name=name, reason="an instant such as 2026-01-31T08:00:00+08:00")
    return found


def _day(said: Given, name: str) -> date | None:
    text = said.one(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadParameter(name=name, reason="a date such as 2026-01-31") from None


def _count(said: Given) -> int:
    text = said.one("_count", str(DEFAULT_COUNT))
    if not text.isdecimal() or int(text) == 0:
        raise BadParameter(name="_count", reason="a whole number from 1")
    return min(int(text), LARGEST_PAGE)


def _entry(request: Request, item: Stored, mode: bytes) -> bytes:
    extra = b',"search":{"mode":"%s"}' % mode
    return entry(f"{request.base}/{item.type}/{item.id}", item.body, extra)


def _note() -> bytes:
    text = "More resources are referred to than are sent along."
    issue = {"severity": "warning", "code": "too-costly", "diagnostics": text}
    outcome = orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    return entry("urn:kangmai:outcome", outcome, b',"search":{"mode":"outcome"}')


def _links(request: Request, said: Given, more: Place | None) -> list[tuple[str, str]]:
    address = f"{request.base}/{'/'.join(request.path)}"
    names = [name for name in NAMES if said.all(name) and name != CURSOR]
    pairs = [(n, ",".join(said.parts(n)) if n == "_type" else said.one(n)) for n in names]
    links = [("self", f"{address}?{urlencode(pairs)}" if pairs else address)]
    if more is not None:
        mark = cursor(request, [more.snapshot, more.after], pairs=pairs)
        links.append(("next", f"{address}?{urlencode([*pairs, (CURSOR, mark)])}"))
    return links
