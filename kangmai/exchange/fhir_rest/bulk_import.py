"""The operation `$import`: NDJSON of any length, stored by the worker, wrong lines listed.

It takes the lines themselves in the body, since servers on a closed network fetch nothing; operators
may instead name files in the inbox of the server (Parameters with `input`). Its answers are those of
`$export`. Source: our own; after https://github.com/smart-on-fhir/bulk-import
"""

from collections.abc import Iterator

import orjson

from kangmai.exchange.fhir_rest.errors import TooLarge, WrongMediaType
from kangmai.exchange.fhir_rest.export import JobFailed, under_way
from kangmai.exchange.fhir_rest.parameters import BadParameter
from kangmai.exchange.fhir_rest.types import Request, Response
from kangmai.records import actions, queries
from kangmai.records.fhir.bundles import resource_head

ORDER_BYTES = 2**20


def order(request: Request) -> Response:
    """POST $import with NDJSON, or with Parameters that name files"""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media in ("application/fhir+ndjson", "application/ndjson", "application/x-ndjson"):
        id = actions.order_import(
            upload=request.upload,
            source=request.source,
            address=f"{request.base}/$import",
            actor=request.actor,
            at=request.at,
        )
    elif media in ("application/fhir+json", "application/json"):
        id = actions.order_import(
            names=_names(request.upload),
            source=request.source,
            address=f"{request.base}/$import",
            actor=request.actor,
            at=request.at,
        )
    else:
        raise WrongMediaType(format=media or "not given", wanted="application/fhir+ndjson")
    return Response(202, b"", (("Content-Location", f"{request.base}/$import/{id}"),))


def _names(upload: Iterator[bytes]) -> tuple[str, ...]:
    """The files that a Parameters resource names: `input` with a part `url` such as file:a.ndjson."""
    body = b""
    for part in upload:
        body += part
        if len(body) > ORDER_BYTES:
            raise TooLarge(limit_mb=ORDER_BYTES // 2**20)
    if resource_head(body)[0] != "Parameters":
        raise BadParameter(name="input", reason="send NDJSON, or a Parameters resource")
    inputs = [p for p in orjson.loads(body).get("parameter", []) if p.get("name") == "input"]
    urls = [
        str(part.get("valueUrl") or part.get("valueUri") or "")
        for each in inputs
        for part in each.get("part", [])
        if part.get("name") == "url"
    ]
    if not urls or not all(url.startswith("file:") for url in urls):
        raise BadParameter(name="input", reason="a part url each, such as file:patients.ndjson")
    return tuple(url.removeprefix("file:") for url in urls)


def status(request: Request) -> Response:
    """GET $import/[id]: 202 while it is under way, then what became of the lines"""
    id = request.path[1]
    job = queries.get_job(id, actor=request.actor)
    if job.state in ("waiting", "working"):
        return under_way(job.state, job.done)
    if job.state == "failed" or job.result is None:
        raise JobFailed(id=id, reason=job.error)
    refused = job.result["refused"]
    url = f"{request.base}/$import/{id}/errors.ndjson"
    told = {
        "transactionTime": job.created_at.isoformat(),
        "request": job.address,
        "requiresAccessToken": True,
        "output": [{"effect": effect, "count": n} for effect, n in job.result["counts"].items()],
        "error": [{"type": "OperationOutcome", "url": url, "count": refused}] if refused else [],
    }
    return Response(200, orjson.dumps(told), (("Content-Type", "application/json"),))
