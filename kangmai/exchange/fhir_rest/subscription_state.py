"""The operation `Subscription/[id]/$status`. Source: HL7 Subscriptions R5 Backport, OperationDefinition backport-subscription-status."""

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.parameters import given
from kangmai.exchange.fhir_rest.present import bundle, entry
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records import queries


def status(request: Request) -> Response:
    """GET Subscription/[id]/$status: a searchset with the state in Parameters"""
    kind, id = request.path[:2]
    if kind != "Subscription":
        raise NoSuchAddress(path="/".join(request.path))
    given(request).only()
    told = queries.subscription_status(id, actor=request.actor, at=request.at)
    one = entry(f"urn:kangmai:status:{id}", orjson.dumps(told), b',"search":{"mode":"match"}')
    return Response(200, bundle("searchset", [one], links=[], total=1), (("Content-Type", JSON),))
