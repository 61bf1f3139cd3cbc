"""The `read` and `vread` interactions. Source: https://hl7.org/fhir/R4/http.html#read, #vread"""

from kangmai.exchange.fhir_rest import audit_events
from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.present import resource
from kangmai.exchange.fhir_rest.types import Request, Response
from kangmai.records import queries


def read(request: Request) -> Response:
    """GET [type]/[id]"""
    kind, id = request.path
    if audit_events.is_of_trail(kind, id):
        return audit_events.read(request)
    return resource(request, queries.get(kind, id, actor=request.actor, at=request.at))


def vread(request: Request) -> Response:
    """GET [type]/[id]/_history/[version]"""
    kind, id, _, version = request.path
    if not version.isdecimal():
        raise NoSuchAddress(path="/".join(request.path))
    if audit_events.is_of_trail(kind, id) and version == "1":
        return audit_events.read(request)
    found = queries.get_version(kind, id, int(version), actor=request.actor, at=request.at)
    return resource(request, found)
