"""The `create`, `update` and `delete` interactions, also conditional.

Source: https://hl7.org/fhir/R4/http.html#create, #update, #delete, #ccreate, #cond-update
"""

from django.conf import settings

from kangmai.exchange.fhir_rest.present import written
from kangmai.exchange.fhir_rest.provenance import write_with_provenance
from kangmai.exchange.fhir_rest.types import Request, Response
from kangmai.kernel.errors import Incorrect
from kangmai.records import actions
from kangmai.records.types import Operation, Verb


class BadETag(Incorrect):
    """If-Match must be an ETag such as W/"3"; it is {value}."""

    zh = 'If-Match 应为形如 W/"3" 的 ETag，收到 {value}。'


def version_of(etag: str | None) -> int | None:
    """The version number in an ETag.

    Raises:
        BadETag
    """
    if etag is None:
        return None
    number = etag.removeprefix("W/").strip('"')
    if not number.isdecimal():
        raise BadETag(value=etag)
    return int(number)


def create(request: Request) -> Response:
    """POST [type], with If-None-Exist a conditional create"""
    condition = request.headers.get("if-none-exist")
    operation = Operation(Verb.CREATE, request.path[0], raw=request.body, condition=condition)
    return carry_out(request, operation)


def update(request: Request) -> Response:
    """PUT [type]/[id]"""
    kind, id = request.path
    if_match = version_of(request.headers.get("if-match"))
    return carry_out(request, Operation(Verb.UPDATE, kind, id, request.body, if_match=if_match))


def conditional_update(request: Request) -> Response:
    """PUT [type]?[search parameters]"""
    operation = Operation(Verb.UPDATE, request.path[0], raw=request.body, condition=request.query)
    return carry_out(request, operation)


def delete(request: Request) -> Response:
    """DELETE [type]/[id]; of what is gone already: 204 again, as the specification asks"""
    kind, id = request.path
    if_match = version_of(request.headers.get("if-match"))
    return carry_out(request, Operation(Verb.DELETE, kind, id, if_match=if_match))


def conditional_delete(request: Request) -> Response:
    """DELETE [type]?[search parameters]; of several only where the installation allows it"""
    if settings.DELETE_SEVERAL:
        actions.delete_matching(
            request.path[0],
            request.query,
            source=request.source,
            actor=request.actor,
            at=request.at,
        )
        return Response(204)
    return carry_out(request, Operation(Verb.DELETE, request.path[0], condition=request.query))


def carry_out(request: Request, operation: Operation) -> Response:
    """Do one write and answer with its outcome."""
    (outcome,) = write_with_provenance(
        request,
        lambda: actions.transact(
            [operation], source=request.source, actor=request.actor, at=request.at
        ),
    )
    return written(request, outcome)
