"""The `transaction` and `batch` interactions. Source: https://hl7.org/fhir/R4/http.html#transaction"""

from dataclasses import replace
from typing import Any

import orjson

from kangmai.exchange.fhir_rest.errors import BadEntry, NotABundle
from kangmai.exchange.fhir_rest.outcome import outcome_of, status_of
from kangmai.exchange.fhir_rest.patch import patch_of
from kangmai.exchange.fhir_rest.present import bundle, location
from kangmai.exchange.fhir_rest.search import search_type
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.exchange.fhir_rest.write import version_of
from kangmai.kernel.errors import KangmaiError
from kangmai.records import actions, queries
from kangmai.records.errors import OperationFailed
from kangmai.records.fhir.bundles import Bundle, Entry, read_bundle
from kangmai.records.fhir.times import instant
from kangmai.records.types import Effect, Operation, Outcome, Verb

STATUS = {Effect.CREATED: "201 Created", Effect.DELETED: "204 No Content"}


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
    """What an entry asks for; None for a read.

    Raises:
        BadEntry
    """
    if entry.request is None:
        raise BadEntry(position=position, reason="it has no request")
    address, _, query = entry.request.url.removeprefix("/").partition("?")
    kind, _, id = address.partition("/")
    raw = bytes(entry.resource)
    if entry.request.method in ("POST", "PUT") and not raw:
        raise BadEntry(position=position, reason=f"{entry.request.method} needs a resource")
    if_match = version_of(entry.request.ifMatch)
    match entry.request.method:
        case "GET":
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


def _transaction(request: Request, received: Bundle) -> list[bytes]:
    """Deletes go before creates and updates, whatever their order in the Bundle; reads come last."""
    operations = [_operation(position, entry) for position, entry in enumerate(received.entry)]
    writes = [(n, operation) for n, operation in enumerate(operations) if operation is not None]
    writes.sort(key=lambda pair: pair[1].verb is not Verb.DELETE)
    outcomes: dict[int, Outcome] = {}
    if writes:
        try:
            done = actions.transact(
                [operation for _, operation in writes],
                source=request.source,
                actor=request.actor,
                at=request.at,
            )
        except OperationFailed as error:
            raise OperationFailed(
                position=writes[error.position][0],
                verb=error.details["verb"],  # type: ignore[arg-type]
                type=error.details["type"],  # type: ignore[arg-type]
                cause=error.cause,
            ) from error
        outcomes = {n: outcome for (n, _), outcome in zip(writes, done, strict=True)}
    return [
        _written(request, outcomes[n]) if n in outcomes else _read(request, entry)
        for n, entry in enumerate(received.entry)
    ]


def _alone(request: Request, position: int, entry: Entry) -> bytes:
    """One entry of a batch: its failure is its answer."""
    try:
        operation = _operation(position, entry)
        if operation is None:
            return _read(request, entry)
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


def _written(request: Request, outcome: Outcome) -> bytes:
    response: dict[str, Any] = {
        "status": STATUS.get(outcome.effect, "200 OK"),
        "etag": f'W/"{outcome.version}"',
        "lastModified": instant(outcome.updated_at),
    }
    if outcome.effect is not Effect.DELETED:
        response["location"] = location(request, outcome)
    answer = orjson.dumps({"response": response})
    if request.preference("return") == "representation" and outcome.body:
        return b'{"resource":' + outcome.body + b"," + answer[1:]
    return answer


def _read(request: Request, entry: Entry) -> bytes:
    """A read or search inside a Bundle, answered after the writes."""
    address, _, query = (
        (entry.request.url if entry.request else "").removeprefix("/").partition("?")
    )
    kind, _, id = address.partition("/")
    if id:
        found = queries.get(kind, id, actor=request.actor, at=request.at)
        body, etag = found.body, f'W/"{found.version}"'
    else:
        inner = replace(request, method="GET", path=(kind,), query=query, body=b"")
        body, etag = search_type(inner).body, None
    response = orjson.dumps({"response": {"status": "200 OK", **({"etag": etag} if etag else {})}})
    return b'{"resource":' + body + b"," + response[1:]
