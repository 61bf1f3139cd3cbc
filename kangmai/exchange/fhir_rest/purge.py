"""The operation `$purge`: erase a resource for good, with proof. Source: https://hl7.org/fhir/patient-operation-purge.html"""

import orjson

from kangmai.exchange.fhir_rest.parameters import given
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.records import actions
from kangmai.records.fhir.times import instant


def purge(request: Request) -> Response:
    """POST [type]/[id]/$purge with `reason`; of a Patient all that is about him goes. For operators only."""
    kind, id = request.path[:2]
    reason = given(request).only("reason").one("reason")
    proof = actions.purge(kind, id, reason=reason, actor=request.actor, at=request.at)
    counts = {"resources": proof.resources, "versions": proof.versions, "events": proof.events,
              "names": proof.ledger, "remaining": sum(proof.remaining.values())}  # fmt: skip
    parameters = [{"name": name, "valueInteger": count} for name, count in counts.items()]
    parameters.append({"name": "digest", "valueString": proof.digest})
    parameters.append({"name": "at", "valueInstant": instant(proof.at)})
    body = {"resourceType": "Parameters", "parameter": parameters}
    return Response(200, orjson.dumps(body), (("Content-Type", JSON),))
