"""The operation `$export` of Bulk Data: ordered, polled, fetched, cancelled.

Source: HL7 Bulk Data Access IG, https://hl7.org/fhir/uv/bulkdata/export.html
"""

from datetime import timedelta
from typing import Any

import orjson

from kangmai.exchange.fhir_rest.errors import NoSuchAddress
from kangmai.exchange.fhir_rest.everything import instant_of
from kangmai.exchange.fhir_rest.parameters import BadParameter, Given, given
from kangmai.exchange.fhir_rest.present import http_date
from kangmai.exchange.fhir_rest.types import Request, Response
from kangmai.kernel.errors import Fault, Incorrect
from kangmai.records import actions, queries
from kangmai.records.actions import Order

NDJSON = "application/fhir+ndjson"
FORMATS = ("", NDJSON, "application/ndjson", "ndjson")
NAMES = ("_outputFormat", "_since", "_type", "_typeFilter", "_elements", "patient")
KEPT = timedelta(days=1)
RETRY_SECONDS = "2"


class AsyncNeeded(Incorrect):
    """An export takes a while: send the header Prefer: respond-async."""

    zh = "导出需要时间，请加请求头 Prefer: respond-async。"


class JobFailed(Fault):
    """The job {id} failed ({reason}). Order it again; if it fails again, tell your operator its number."""

    zh = "任务 {id} 失败（{reason}）。请重新提交；如再次失败，请将编号告知管理员。"


def system(request: Request) -> Response:
    """GET and POST $export"""
    said = _said(request, "patient")
    return _order(request, said, "system", None)


def patients(request: Request) -> Response:
    """GET and POST Patient/$export"""
    if request.path[0] != "Patient":
        raise NoSuchAddress(path="/".join(request.path))
    said = _said(request)
    return _order(request, said, "patient", _patients(said))


def group(request: Request) -> Response:
    """GET and POST Group/[id]/$export"""
    if request.path[0] != "Group":
        raise NoSuchAddress(path="/".join(request.path))
    said = _said(request)
    members = actions.group_members(request.path[1], actor=request.actor, at=request.at)
    chosen = _patients(said)
    if chosen is not None and (strangers := set(chosen) - set(members)):
        raise BadParameter(name="patient", reason=f"{len(strangers)} are no members of the Group")
    return _order(request, said, "group", members if chosen is None else chosen)


def _said(request: Request, *refused: str) -> Given:
    if "respond-async" not in request.headers.get("prefer", ""):
        raise AsyncNeeded()
    said = given(request)
    if request.preference("handling") != "lenient":
        said.only(*(name for name in NAMES if name not in refused))
    if said.one("_outputFormat") not in FORMATS:
        raise BadParameter(name="_outputFormat", reason=f"only {NDJSON} is written")
    return said


def _patients(said: Given) -> tuple[str, ...] | None:
    """The Patients that a request names, by reference; None where it names none."""
    found = []
    for value in said.all("patient"):
        reference = value.get("reference", "") if isinstance(value, dict) else str(value)
        kind, _, id = reference.partition("/")
        if kind != "Patient" or not id or "/" in id:
            raise BadParameter(name="patient", reason="references such as Patient/123")
        found.append(id)
    return tuple(dict.fromkeys(found)) or None


def _order(request: Request, said: Given, level: str, chosen: tuple[str, ...] | None) -> Response:
    order = Order(
        level,
        tuple(dict.fromkeys(said.parts("_type"))),
        chosen,
        instant_of(said, "_since"),
        tuple(split_filters([str(value) for value in said.all("_typeFilter")])),
        tuple(dict.fromkeys(said.parts("_elements"))),
    )
    address = f"{request.base}/{'/'.join(request.path)}"
    address += f"?{request.query}" if request.query else ""
    id = actions.order_export(order, address=address, actor=request.actor, at=request.at)
    return Response(202, b"", (("Content-Location", f"{request.base}/$export/{id}"),))


def split_filters(values: list[str]) -> list[str]:
    """Filters that share one parameter, separated by commas: one begins where a type and a ? stand."""
    found: list[str] = []
    for value in values:
        for part in value.split(","):
            name, mark, _ = part.partition("?")
            if found and not (mark and name[:1].isupper() and name.isalpha()):
                found[-1] += f",{part}"
            else:
                found.append(part)
    return found


def status(request: Request) -> Response:
    """GET $export/[id]: 202 while it is under way, then the manifest"""
    id = request.path[1]
    job = queries.get_job(id, actor=request.actor)
    if job.state in ("waiting", "working"):
        return under_way(job.state, job.done)
    if job.state == "failed" or job.result is None:
        raise JobFailed(id=id, reason=job.error)
    address = f"{request.base}/$export/{id}"
    manifest = {
        "transactionTime": job.result["instant"],
        "request": job.address,
        "requiresAccessToken": True,
        "output": _listed(address, job.result["files"]),
        "deleted": _listed(address, job.result["deleted"]),
        "error": [],
    }
    expires = http_date(job.created_at + KEPT)
    headers = (("Content-Type", "application/json"), ("Expires", expires))
    return Response(200, orjson.dumps(manifest), headers)


def _listed(address: str, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"type": file["type"], "url": f"{address}/{file['name']}", "count": file["count"]}
        for file in files
    ]


def under_way(state: str, done: int) -> Response:
    """The answer of a job that is not done yet."""
    progress = "waiting" if state == "waiting" else f"{done} resources so far"
    return Response(202, b"", (("X-Progress", progress), ("Retry-After", RETRY_SECONDS)))


def cancel(request: Request) -> Response:
    """DELETE $export/[id] and $import/[id]"""
    actions.cancel_job(request.path[1], actor=request.actor, at=request.at)
    return Response(202)


def file(request: Request) -> Response:
    """GET $export/[id]/[file], in pieces"""
    _, id, name = request.path
    pieces = queries.read_job_file(id, name, actor=request.actor, at=request.at)
    return Response(200, b"", (("Content-Type", NDJSON), ("Cache-Control", "no-store")), pieces)
