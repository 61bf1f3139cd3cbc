"""The operation `$validate`: what stands against a resource, without storing it.

Source: https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from typing import Any

import orjson

from kangmai.exchange.fhir_rest.outcome import outcome_of
from kangmai.exchange.fhir_rest.parameters import BadParameter, Given, given, is_parameters
from kangmai.exchange.fhir_rest.types import JSON, Request, Response
from kangmai.kernel.errors import KangmaiError
from kangmai.records import queries
from kangmai.records.errors import UnknownType
from kangmai.records.fhir.definitions import resource_types
from kangmai.records.queries import Mode
from kangmai.records.validation.issues import Issue, issue_row


def validate(request: Request) -> Response:
    """POST [type]/$validate and POST|GET [type]/[id]/$validate

    Answers 200 with an OperationOutcome whether or not the resource is valid; only what is no JSON is refused.
    """
    kind, id = request.path[0], request.path[1] if len(request.path) == 3 else None
    if kind not in resource_types():
        raise UnknownType(type=kind)
    wanted = given(request).only("resource", "mode", "profile")
    mode = _mode(wanted, id)
    issues, refusals = queries.check(
        kind,
        _resource(request, wanted, kind, id, mode),
        id=id,
        mode=mode,
        profile=wanted.one("profile"),
        actor=request.actor,
        at=request.at,
    )
    return Response(200, _outcome(issues, refusals, request.language), (("Content-Type", JSON),))


def _mode(wanted: Given, id: str | None) -> Mode:
    try:
        mode = Mode(wanted.one("mode"))
    except ValueError:
        raise BadParameter(name="mode", reason="create, update, delete or profile") from None
    if id is None and mode in (Mode.UPDATE, Mode.DELETE):
        raise BadParameter(name="mode", reason=f"{mode} needs an address with an id")
    if id is not None and mode is Mode.CREATE:
        raise BadParameter(name="mode", reason="create needs an address without an id")
    return mode


def _resource(request: Request, wanted: Given, kind: str, id: str | None, mode: Mode) -> bytes:
    """The resource in the body or in its Parameters; at an id without either, the stored one."""
    if "resource" in wanted.resources:
        return wanted.resources["resource"]
    if request.body.strip() and (kind == "Parameters" or not is_parameters(request.body)):
        return request.body
    if mode is Mode.DELETE:
        return b""
    if id is None:
        raise BadParameter(name="resource", reason="send the resource to be validated")
    return queries.get(kind, id, actor=request.actor, at=request.at).body


def _outcome(issues: list[Issue], refusals: list[KangmaiError], language: str) -> bytes:
    rows: list[dict[str, Any]] = [_row(each, language) for each in issues]
    rows += [row for error in refusals for row in outcome_of(error, language)["issue"]]
    if not rows:
        text = "No faults found. 未发现错误。"
        rows = [{"severity": "information", "code": "informational", "details": {"text": text}}]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": rows})


def _row(found: Issue, language: str) -> dict[str, Any]:
    """One issue as every other answer tells it: details in the reader's language, diagnostics in English."""
    row = issue_row(found)
    english, chinese = row["details"]["text"], row["diagnostics"]
    row["details"]["text"] = chinese if language.startswith("zh") else english
    return {**row, "diagnostics": english}
