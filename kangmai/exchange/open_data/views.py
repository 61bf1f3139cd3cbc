"""Open data over HTTP: which indicators there are, and their figures as SDMX-CSV (with its structure), FHIR MeasureReports or DHIS2 data value sets.

Every program with a token whose scope reads MeasureReport gets the same: the whole city, small numbers
hidden. Wrong requests are `{"error", "message"}` with 400, 401, 403 or 404.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from kangmai.analytics.types import By
from kangmai.exchange.programs import for_programs
from kangmai.governance.reporting import queries
from kangmai.governance.reporting.errors import OpenDataUnknown
from kangmai.governance.reporting.rules import (
    data_values,
    measure_reports,
    sdmx_csv,
    sdmx_structure,
    withdrawn_values,
)
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.errors import Forbidden
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city_code_of
from kangmai.standards.periods import parse_period

SCOPE = "records.read:MeasureReport"
FORMATS = ("sdmx-csv", "sdmx-structure", "fhir", "dhis2", "dhis2-deletions")
STRUCTURE = "application/vnd.sdmx.structure+xml; version=2.1; charset=utf-8"


class ScopeMissing(Forbidden):
    """The token's scope does not read MeasureReport: ask for system/MeasureReport.rs."""

    zh = "令牌的范围不含 MeasureReport 的读取，请申请 system/MeasureReport.rs。"


def _require_scope(actor: Actor) -> None:
    if not any(is_permitted(actor, each) for each in (SCOPE, SCOPE.partition(":")[0])):
        raise ScopeMissing()


@require_safe
@for_programs
def indicators(request: HttpRequest, actor: Actor, at: datetime) -> HttpResponse:
    """GET /api/open-data/indicators: what there is, how it is counted, for which periods."""
    _require_scope(actor)
    return JsonResponse(
        {
            "indicators": [
                {
                    "id": each.id,
                    "title": {"zh": each.title.zh, "en": each.title.en},
                    "unit": each.unit.en,
                    "periods": list(each.periods),
                    "base": {"zh": each.base.zh, "en": each.base.en},
                    "rule": each.rule,
                    "rule_from": each.effective_from.isoformat(),
                    "verified": each.is_verified,
                }
                for each in queries.open_indicators(on=legal_day(at))
            ]
        }
    )


@require_safe
@for_programs
def figures(request: HttpRequest, actor: Actor, at: datetime) -> HttpResponse:
    """GET /api/open-data/figures?period=2025&area=441200&by=county&indicator=…&format=sdmx-csv|sdmx-structure|fhir|dhis2|dhis2-deletions"""
    _require_scope(actor)
    query = request.GET
    wanted = query.get("format", "sdmx-csv")
    area = query.get("area", "")
    if wanted not in FORMATS:
        raise OpenDataUnknown(what=f"format {wanted[:20]}")
    if city_code_of(area) is None:
        raise OpenDataUnknown(what=f"area {area[:14]}")
    period = parse_period(query.get("period", ""))
    found = queries.released(
        ids=query.getlist("indicator"), period=period, area=area, by=_by(query.get("by", ""))
    )
    if wanted == "sdmx-structure":
        every = queries.open_indicators(on=period.latest_day)
        made = sdmx_structure(every, found, area=area, at=at)
        return HttpResponse(made, content_type=STRUCTURE)
    if wanted == "fhir":
        body: dict[str, Any] = measure_reports(found, base=settings.PUBLIC_URL, at=at)
        return JsonResponse(body, content_type="application/fhir+json")
    if wanted == "dhis2":
        return JsonResponse(data_values(found))
    if wanted == "dhis2-deletions":
        return JsonResponse(withdrawn_values(found))
    return HttpResponse(sdmx_csv(found), content_type="text/csv; charset=utf-8")


def _by(text: str) -> By | None:
    if not text:
        return None
    found = next((each for each in By if each.value == text), None)
    if found is None:
        raise OpenDataUnknown(what=f"by {text[:20]}")
    return found


def _parameter(
    name: str, description: str, *, needed: bool = False, **schema: Any
) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": needed, "description": description, "schema": {"type": "string", **schema}}  # fmt: skip


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """GET /api/open-data/openapi.json: the description of this interface, for anybody."""
    refusals = {code: {"description": why} for code, why in (("401", "no token in force"), ("403", "the scope does not read MeasureReport"), ("404", "no such open data"), ("400", "a parameter cannot be read"))}  # fmt: skip
    return JsonResponse(
        {
            "openapi": "3.0.3",
            "info": {"title": "Kangmai open data", "version": "1.0"},
            "servers": [{"url": settings.PUBLIC_URL}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
            "paths": {
                "/api/open-data/indicators": {
                    "get": {
                        "summary": "Indicators whose figures go out",
                        "responses": {"200": {"description": "the list", "content": {"application/json": {}}}, **refusals},
                    }
                },
                "/api/open-data/figures": {
                    "get": {
                        "summary": "Figures with small numbers hidden",
                        "parameters": [
                            _parameter("period", "2025, 2025Q1, 2025-03 or FROM/TO", needed=True),
                            _parameter("area", "division code, such as 441200", needed=True),
                            _parameter("by", "break the figures down", enum=["county", "town"]),
                            _parameter("indicator", "an id, repeated for several; none: all"),
                            _parameter("format", "how it is written", enum=list(FORMATS)),
                        ],
                        "responses": {
                            "200": {
                                "description": "the figures",
                                "content": {
                                    "text/csv": {},
                                    "application/vnd.sdmx.structure+xml": {},
                                    "application/fhir+json": {},
                                    "application/json": {},
                                },
                            },
                            **refusals,
                        },
                    }
                },
            },
        }
    )  # fmt: skip
