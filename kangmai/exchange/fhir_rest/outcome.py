"""The one place where a failure becomes an HTTP status and an OperationOutcome.

Source: FHIR R4, https://hl7.org/fhir/R4/http.html#Status-Codes and operationoutcome.html.
"""

from typing import Any

import orjson

from kangmai.exchange.fhir_rest.types import JSON, Response
from kangmai.kernel.errors import Category, KangmaiError
from kangmai.records import errors as records

BY_CATEGORY = {
    Category.INCORRECT: (400, "invalid"),
    Category.FORBIDDEN: (403, "forbidden"),
    Category.NOT_FOUND: (404, "not-found"),
    Category.CONFLICT: (409, "conflict"),
    Category.UNSUPPORTED: (405, "not-supported"),
    Category.BUSY: (429, "throttled"),
    Category.FAULT: (500, "exception"),
    Category.UNAVAILABLE: (503, "transient"),
    Category.INTERRUPTED: (504, "timeout"),
}
BY_ERROR: dict[str, tuple[int, str]] = {
    "ResourceGone": (410, "deleted"),
    "VersionConflict": (412, "conflict"),
    "ManyMatches": (412, "multiple-matches"),
    "TooManyMatches": (412, "multiple-matches"),
    "UnknownType": (404, "not-supported"),
    "ProfileBroken": (422, "invalid"),
    "UnresolvedReference": (422, "not-found"),
    "DuplicateInTransaction": (400, "duplicate"),
    "MalformedJson": (400, "structure"),
    "NotUtf8": (400, "structure"),
    "MalformedXml": (400, "structure"),
    "NotFhirXml": (400, "structure"),
    "TooLarge": (413, "too-long"),
    "NotAcceptable": (406, "not-supported"),
    "WrongMediaType": (415, "not-supported"),
    "NotAuthenticated": (401, "login"),
    "MethodNotAllowed": (405, "not-supported"),
    "PatchUnreadable": (400, "structure"),
    "PatchFailed": (422, "processing"),
    "Overloaded": (503, "throttled"),
    "SourceSystemUnknown": (400, "code-invalid"),
    "TargetSystemUnknown": (403, "code-invalid"),
    "IdentifierShared": (409, "multiple-matches"),
}
RETRY_SECONDS = {429: "5", 503: "5"}


def status_of(error: KangmaiError) -> tuple[int, str]:
    """HTTP status and issue code of a failure."""
    if isinstance(error, records.OperationFailed):
        return status_of(error.cause)
    return BY_ERROR.get(error.code, BY_CATEGORY[error.category])


def outcome_of(error: KangmaiError, language: str) -> dict[str, Any]:
    """The OperationOutcome of a failure: details in the reader's language, diagnostics in English."""
    where = ""
    cause = error
    if isinstance(error, records.OperationFailed):
        where, cause = f"Bundle.entry[{error.position}]", error.cause
    if isinstance(cause, records.InvalidResource):
        issues = [_issue_of(issue, where, language) for issue in cause.issues]
    else:
        issues = [_issue(error, where, language)]
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(error: KangmaiError, where: str, language: str) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": "error",
        "code": status_of(error)[1],
        "details": {
            "coding": [{"system": "urn:kangmai:error", "code": error.code}],
            "text": error.message(language),
        },
        "diagnostics": error.message("en"),
    }
    if where:
        issue["expression"] = [where]
    return issue


def _issue_of(issue: Any, where: str, language: str) -> dict[str, Any]:
    text = issue.message_zh if language.startswith("zh") else issue.message
    expression = (
        f"{where}.resource.{issue.expression.partition('.')[2]}" if where else issue.expression
    )
    return {
        "severity": issue.severity,
        "code": issue.code,
        "details": {
            "coding": [{"system": "urn:kangmai:error", "code": "InvalidResource"}],
            "text": text,
        },
        "diagnostics": issue.message,
        "expression": [expression.rstrip(".")],
    }


def failure(error: KangmaiError, language: str, *, instance: str) -> Response:
    """The response to a failed request; `instance` is the number by which our log knows it."""
    status, _ = status_of(error)
    outcome = outcome_of(error, language)
    if status >= 500:
        outcome["id"] = instance
    headers = [("Content-Type", JSON)]
    if status in RETRY_SECONDS:
        headers.append(("Retry-After", RETRY_SECONDS[status]))
    if allowed := error.details.get("allowed"):
        headers.append(("Allow", str(allowed)))
    if status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="kangmai"'))
    return Response(status, orjson.dumps(outcome), tuple(headers))
