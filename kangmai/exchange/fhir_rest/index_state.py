"""The operation `SearchParameter/[id]/$index`: how far the index of an added search parameter is. Our own."""

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.parameters import given
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records import queries
from kangmai.records.queries import AddedState


def index_state(request: Request) -> Response:
    """GET SearchParameter/[id]/$index: Parameters, one part a type that it is defined for"""
    kind, id = request.path[:2]
    if kind != "SearchParameter":
        raise NoSuchAddress(path="/".join(request.path))
    given(request).only()
    states = queries.index_states(id, actor=request.actor, at=request.at)
    parts = [{"name": "type", "part": _parts(each)} for each in states]
    body = {"resourceType": "Parameters", **({"parameter": parts} if parts else {})}
    return Response(200, orjson.dumps(body), (("Content-Type", JSON),))


def _parts(state: AddedState) -> list[dict[str, object]]:
    found: list[dict[str, object]] = [
        {"name": "base", "valueCode": state.resource_type},
        {"name": "code", "valueCode": state.code},
        {"name": "state", "valueCode": state.state},
        {"name": "done", "valueInteger": state.done},
        {"name": "total", "valueInteger": state.total},
    ]
    if state.reason:
        found.append({"name": "reason", "valueString": state.reason})
    return found
