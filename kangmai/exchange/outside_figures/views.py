"""Figures that were counted elsewhere, over HTTP: a program sends them, and reads back what was taken in.

The same checks as on the page: a table is taken whole, or its lines are named with 400 and nothing is. What was
sent before, with the same provenance, is known again. A program needs a token whose scope names the creation of
MeasureReport, and takes figures in for the area of its institution. Refusals are `{"error", "message"}`.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.analytics import actions, queries, rules
from kangmai.analytics.rules import Fault
from kangmai.analytics.types import Outside, Received
from kangmai.exchange.outside_figures.errors import FiguresUnreadable, ScopeMissing
from kangmai.exchange.programs import for_programs
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.standards.calendars import legal_day

LARGEST_BYTES = 2 * 2**20
NEEDED = ("indicator", "area", "period", "supplier", "document", "received_on")


@require_http_methods(["GET", "HEAD", "POST"])
@for_programs
def outside_figures(request: HttpRequest, actor: Actor, at: datetime) -> HttpResponse:
    """POST /api/outside-figures: figures as CSV or JSON · GET …?area=441200&after=…: what was taken in."""
    if not is_permitted(actor, rules.INTAKE):
        raise ScopeMissing()
    if request.method != "POST":
        return _received(request, actor)
    figures, faults = _figures(request, legal_day(at))
    if faults:
        return JsonResponse(
            {
                "error": "FiguresRefused",
                "message": {"zh": "没有写入任何数据，请改正所列各行。", "en": "Nothing was taken in; mend the lines named."},
                "faults": [_fault(each) for each in faults],
            },
            status=400,
        )  # fmt: skip
    taken = actions.record_outside(figures=figures, actor=actor, at=at)
    new = sum(each.recorded_at == at for each in taken)
    return JsonResponse(
        {"taken": new, "known": len(taken) - new, "figures": [_told(each) for each in taken]}
    )


def _received(request: HttpRequest, actor: Actor) -> JsonResponse:
    area = request.GET.get("area", "")
    found, following = queries.received(area=area, after=request.GET.get("after", ""), actor=actor)
    return JsonResponse({"figures": [_told(each) for each in found], "next": following})


def _figures(request: HttpRequest, on: date) -> tuple[list[Outside], list[Fault]]:
    raw = request.read(LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES:
        raise FiguresUnreadable(reason=f"more than {LARGEST_BYTES} bytes")
    if request.content_type == "text/csv":
        return rules.read_outside(raw, on=on)
    if request.content_type != "application/json":
        raise FiguresUnreadable(reason=f"the type is {request.content_type[:40] or 'missing'}")
    return rules.read_outside_rows(list(_rows(raw)), on=on)


def _rows(raw: bytes) -> list[Mapping[str, str]]:
    try:
        content = json.loads(raw, parse_float=str, parse_int=str)
    except ValueError:
        raise FiguresUnreadable(reason="no JSON") from None
    figures = content.get("figures") if isinstance(content, dict) else None
    if not isinstance(figures, list) or not all(isinstance(each, dict) for each in figures):
        raise FiguresUnreadable(reason='"figures" is no list of objects')
    return [_cells(each) for each in figures]


def _cells(of: Mapping[str, Any]) -> dict[str, str]:
    """A figure as the cells of a line: numbers as they were written, what is absent empty."""
    if unknown := sorted(set(of) - set(rules.OUTSIDE_COLUMNS)):
        raise FiguresUnreadable(reason=f"there is no field {unknown[0][:40]!r}")
    cells = dict.fromkeys(rules.OUTSIDE_COLUMNS, "")
    for name, value in of.items():
        if value is not None and not isinstance(value, str):
            raise FiguresUnreadable(reason=f"{name} must be a text or a number")
        cells[name] = (value or "").strip()
    return cells


def _fault(of: Fault) -> dict[str, Any]:
    message = {each: of.error.message(each) for each in ("zh", "en")}
    return {"line": of.line, "error": of.error.code, "message": message}


def _told(of: Received) -> dict[str, Any]:
    """A figure with all that is known of where it is from."""
    figure = of.figure
    return {
        "id": str(of.id),
        "indicator": figure.indicator,
        "area": figure.area,
        "period": str(figure.period),
        "value": f"{figure.value:f}",
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "supplier": figure.supplier,
        "document": figure.document,
        "received_on": figure.received_on.isoformat(),
        "recorded_at": of.recorded_at.isoformat(),
        "recorded_by": of.recorded_by_name,
    }


FIGURE = {
    "type": "object",
    "additionalProperties": False,
    "required": list(NEEDED),
    "properties": {
        "indicator": {"type": "string", "description": "an id of an indicator from outside"},
        "area": {"type": "string", "description": "division code"},
        "period": {"type": "string", "description": "2025, 2025Q1, 2025-03 or FROM/TO"},
        "value": {"type": ["number", "string"], "description": "or the two amounts; where all are there they must agree"},
        "numerator": {"type": "integer", "minimum": 0},
        "denominator": {"type": "integer", "minimum": 1},
        "supplier": {"type": "string", "maxLength": 120},
        "document": {"type": "string", "maxLength": 200},
        "received_on": {"type": "string", "format": "date"},
    },
}  # fmt: skip


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """GET /api/outside-figures/openapi.json: the description of this interface, for anybody."""
    refusals = {code: {"description": why} for code, why in (("400", "the figures cannot be read, or lines are wrong: nothing was taken in"), ("401", "no token in force"), ("403", "the scope does not create MeasureReport by name, or an area is not the program's"))}  # fmt: skip
    body = {"schema": {"type": "object", "required": ["figures"], "properties": {"figures": {"type": "array", "maxItems": 5000, "items": FIGURE}}}}  # fmt: skip
    answers = {"200": {"description": "what was taken in or known before, with its provenance", "content": {"application/json": {}}}, **refusals}  # fmt: skip
    query = [{"name": name, "in": "query", "required": name == "area", "schema": {"type": "string"}} for name in ("area", "after")]  # fmt: skip
    return JsonResponse(
        {
            "openapi": "3.1.0",
            "info": {"title": "Kangmai figures from outside", "version": "1.0"},
            "servers": [{"url": settings.PUBLIC_URL}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
            "paths": {
                "/api/outside-figures": {
                    "post": {
                        "summary": "Send figures that were counted elsewhere",
                        "requestBody": {"required": True, "content": {"application/json": body, "text/csv": {}}},
                        "responses": answers,
                    },
                    "get": {"summary": "What was taken in", "parameters": query, "responses": answers},
                }
            },
        }
    )  # fmt: skip
