"""The `transaction` and `batch` interactions. Source: https://hl7.org/fhir/R4/http.html#transaction"""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import orjson

from kangmai.exchange.fhir_rest.capabilities import metadata
from kangmai.exchange.fhir_rest.errors import BadEntry, NotABundle
from kangmai.exchange.fhir_rest.outcome import outcome_of, status_of
from kangmai.exchange.fhir_rest.patch import patch_of
from kangmai.exchange.fhir_rest.present import bundle, location
from kangmai.exchange.fhir_rest.provenance import write_with_provenance
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.exchange.fhir_rest.write import version_of
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.errors import KangmaiError
from kangmai.records import actions
from kangmai.records.errors import OperationFailed
from kangmai.records.fhir.bundles import Bundle, Entry, read_bundle
from kangmai.records.fhir.times import instant
from kangmai.records.types import Effect, Operation, Outcome, Verb


def transact(request: Request) -> Response:
    """POST [base] with a Bundle of type transaction (all or nothing) or batch (each on its own)"""
    received = read_bundle(request.body)
    match received.type:
        case "transaction":
            parts = _transaction(request, received)
        case "batch":
            parts = [
                _alone(request, position, entry) for position, entry in enumerate(received.entry)
            ]
        case _:
            raise NotABundle(found=received.type or received.resourceType)
    body = bundle(f"{received.type}-response", parts, links=[])
    return Response(200, body, (("Content-Type", JSON),))


def _operation(position: int, entry: Entry) -> Operation | None:
    """What an entry asks for; None for what changes nothing: a read, a search or an operation that was posted.

    Raises:
        BadEntry
    """
    if entry.request is None:
        raise BadEntry(position=position, reason="it has no request")
    address, _, query = entry.request.url.removeprefix("/").partition("?")
    kind, _, id = address.partition("/")
    raw = bytes(entry.resource)
    if entry.request.method == "POST" and _is_posted_read(_path(address)):
        return None
    if entry.request.method in ("POST", "PUT") and not raw:
        raise BadEntry(position=position, reason=f"{entry.request.method} needs a resource")
    if_match = version_of(entry.request.ifMatch)
    match entry.request.method:
        case "GET" | "HEAD":
            return None
        case "POST" if not id:
            condition = entry.request.ifNoneExist
            return Operation(Verb.CREATE, kind, None, raw, entry.fullUrl, condition)
        case "PUT" | "PATCH" | "DELETE" as method if "/" not in id and (id or query):
            condition = query if not id else None
            raw = patch_of(entry, position) if method == "PATCH" else raw
            return Operation(
                Verb(method), kind, id or None, raw, entry.fullUrl, condition, if_match
            )
        case method:
            raise BadEntry(
                position=position, reason=f"{method} {entry.request.url} is not possible here"
            )


def _path(address: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in address.split("/") if part)


def _is_posted_read(path: tuple[str, ...]) -> bool:
    """Whether a POST at this address looks something up, as `ValueSet/$expand` and `Patient/_search` do."""
    from kangmai.exchange.fhir_rest import routes  # whose table names this module

    return ("POST", routes.shape(path)) in routes.READS


def _transaction(request: Request, received: Bundle) -> list[bytes]:
    """Deletes go before creates and updates, whatever their order in the Bundle; reads come last."""
    operations = [_operation(position, entry) for position, entry in enumerate(received.entry)]
    writes = [(n, operation) for n, operation in enumerate(operations) if operation is not None]
    writes.sort(key=lambda pair: pair[1].verb is not Verb.DELETE)
    if len(writes) == len(operations):
        outcomes = _carry_out(request, writes)
        return [_written(request, outcomes[n]) for n in range(len(operations))]
    with unit_of_work():  # reads see what was written, and one that fails takes it back
        outcomes = _carry_out(request, writes)
        return [
            _written(request, outcomes[n]) if n in outcomes else _read_whole(request, n, entry)
            for n, entry in enumerate(received.entry)
        ]


def _carry_out(request: Request, writes: list[tuple[int, Operation]]) -> dict[int, Outcome]:
    """The outcomes of the writes, by their position in the Bundle."""
    try:
        done = write_with_provenance(
            request,
            lambda: actions.transact(
                [operation for _, operation in writes],
                source=request.source,
                actor=request.actor,
                at=request.at,
            ),
        )
    except OperationFailed as error:
        raise OperationFailed(
            position=writes[error.position][0],
            verb=error.details["verb"],  # type: ignore[arg-type]
            type=error.details["type"],  # type: ignore[arg-type]
            cause=error.cause,
        ) from error
    return {n: outcome for (n, _), outcome in zip(writes, done, strict=True)}


def _read_whole(request: Request, position: int, entry: Entry) -> bytes:
    try:
        return _read(request, position, entry)
    except KangmaiError as error:
        verb, url = (entry.request.method, entry.request.url) if entry.request else ("", "")
        kind = url.partition("?")[0].partition("/")[0][:64]
        raise OperationFailed(position=position, verb=verb, type=kind, cause=error) from error


def _alone(request: Request, position: int, entry: Entry) -> bytes:
    """One entry of a batch: its failure is its answer."""
    try:
        operation = _operation(position, entry)
        if operation is None:
            return _read(request, position, entry)
        return _written(
            request,
            actions.transact(
                [operation], source=request.source, actor=request.actor, at=request.at
            )[0],
        )
    except KangmaiError as error:
        return _failed(request, error)


def _failed(request: Request, error: KangmaiError) -> bytes:
    response = {"status": str(status_of(error)[0]), "outcome": outcome_of(error, request.language)}
    return orjson.dumps({"response": response})


def _status(outcome: Outcome) -> str:
    if outcome.is_gone:
        return "204 No Content"
    return "201 Created" if outcome.effect is Effect.CREATED else "200 OK"


def _written(request: Request, outcome: Outcome) -> bytes:
    response: dict[str, Any] = {
        "status": _status(outcome),
        "etag": f'W/"{outcome.version}"',
        "lastModified": instant(outcome.updated_at),
    }
    if not outcome.is_gone:
        response["location"] = location(request, outcome)
    answer = orjson.dumps({"response": response})
    if request.preference("return") == "representation" and outcome.body:
        return b'{"resource":' + outcome.body + b"," + answer[1:]
    return answer


def _read(request: Request, position: int, entry: Entry) -> bytes:
    """A read, search, history or operation inside a Bundle, answered after the writes as if it came alone."""
    from kangmai.exchange.fhir_rest import routes

    asked = entry.request
    assert asked is not None  # `_operation` has looked
    address, _, query = asked.url.removeprefix("/").partition("?")
    path = _path(address)
    method = "POST" if asked.method == "POST" else "GET"
    is_search = path[-1:] == ("_search",)
    headers = {"if-none-match": asked.ifNoneMatch, "if-modified-since": asked.ifModifiedSince}
    inner = replace(
        request, method=method, path=path[:-1] if is_search else path, query=query,
        body=bytes(entry.resource) if method == "POST" and not is_search else b"",
        headers={**{k: v for k, v in headers.items() if v}, "prefer": request.headers.get("prefer", "")},
    )  # fmt: skip
    if path == ("metadata",):
        answer = metadata(request.base)
    elif path[:1] in (("$export",), ("$import",)) or path[-1:] == ("$export",):
        raise BadEntry(position=position, reason=f"{asked.url[:200]} is asked for by itself")
    else:
        answer = routes.find(method, path).interaction(inner)
    return _entry_of(answer, has_body=asked.method != "HEAD")


def _entry_of(answer: Response, *, has_body: bool) -> bytes:
    told = dict(answer.headers)
    response = {"status": "304 Not Modified" if answer.status == 304 else f"{answer.status} OK"}
    if "ETag" in told:
        response["etag"] = told["ETag"]
    whole = orjson.dumps({"response": response})
    return b'{"resource":' + answer.body + b"," + whole[1:] if answer.body and has_body else whole
