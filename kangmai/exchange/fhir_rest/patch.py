"""The `patch` interaction, also conditional: JSON Patch and FHIRPath Patch.

Source: https://hl7.org/fhir/R4/http.html#patch
"""

import base64
import binascii

import orjson

from kangmai.exchange.fhir_rest.errors import BadEntry, WrongMediaType
from kangmai.exchange.fhir_rest.types import Request, Response
from kangmai.exchange.fhir_rest.write import carry_out, version_of
from kangmai.records.fhir.bundles import Entry, resource_head
from kangmai.records.types import Operation, Verb

JSON_PATCH = "application/json-patch+json"
MEDIA_TYPES = (JSON_PATCH, "application/fhir+json", "application/json")


def patch(request: Request) -> Response:
    """PATCH [type]/[id]"""
    kind, id = request.path
    if_match = version_of(request.headers.get("if-match"))
    return carry_out(request, Operation(Verb.PATCH, kind, id, _patch(request), if_match=if_match))


def conditional_patch(request: Request) -> Response:
    """PATCH [type]?[search parameters]"""
    operation = Operation(Verb.PATCH, request.path[0], raw=_patch(request), condition=request.query)
    return carry_out(request, operation)


def _patch(request: Request) -> bytes:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given and given not in MEDIA_TYPES:
        raise WrongMediaType(format=given, wanted=", ".join(MEDIA_TYPES))
    return request.body


def patch_of(entry: Entry, position: int) -> bytes:
    """The patch in an entry of a Bundle: Parameters, or a JSON Patch in a Binary.

    Raises:
        BadEntry
    """
    raw = bytes(entry.resource)
    kind, _ = resource_head(raw) if raw else ("", "")
    if kind == "Parameters":
        return raw
    if kind != "Binary":
        reason = "a PATCH needs Parameters, or a Binary with a JSON Patch"
        raise BadEntry(position=position, reason=reason)
    binary = orjson.loads(raw)
    if binary.get("contentType") != JSON_PATCH:
        raise BadEntry(
            position=position, reason=f"the contentType of the Binary must be {JSON_PATCH}"
        )
    try:
        return base64.b64decode(str(binary.get("data", "")), validate=True)
    except binascii.Error:
        raise BadEntry(position=position, reason="the data of the Binary is not base64") from None
