"""The tree of the grid down to the micro-grid, and one village or cell with its workers and households."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.grid import actions, queries, rules
from kangmai.epidemic.grid.errors import CodeUnknown
from kangmai.epidemic.grid.types import GRID_DIGITS, VILLAGE_DIGITS, Cell, Line
from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.grid import asking, wording
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of

READ = "grid.read"
MOST_UNPLACED = 50


@require_safe
@signed_in
def tree(request: PortalRequest) -> HttpResponse:
    """Show the part of the city that one answers for."""
    require(request.actor, READ)
    first = asking.first_area(request.actor)
    if not first:
        raise CodeUnknown(code="")
    return _page(request, first)


@require_safe
@signed_in
def cell(request: PortalRequest, code: str) -> HttpResponse:
    """Show a division, village, grid or micro-grid."""
    return _page(request, code)


def _page(request: PortalRequest, code: str) -> HttpResponse:
    actor, at = request.actor, request.at
    require(actor, READ)
    found = queries.get_cell(code=code, actor=actor, at=at) if rules.is_cell(code) else None
    is_micro = len(code) > GRID_DIGITS
    lines = () if is_micro else queries.lines(code=code, actor=actor, at=at)
    may_shape = len(code) >= VILLAGE_DIGITS and queries.may_shape(code=code, actor=actor)
    rule = rules.rule(on=legal_day(at))
    context = {
        "crumbs": trail(*_way(code, found, asking.first_area(actor))),
        "code": code,
        "cell": found,
        "title": found.name if found else area.path(code),
        "village": area.path(code[:VILLAGE_DIGITS]) if found else "",
        "lines": [_line(each) for each in lines],
        "is_micro": is_micro,
        "shows_residents": len(code) >= VILLAGE_DIGITS,
        "figures": queries.figures(area=code, actor=actor, at=at) if not found else None,
        "workers": [
            {"worker": each, "role": wording.role(each.role, at), "since": words.day(each.from_on)}
            for each in (queries.workers(code=code, actor=actor, at=at) if found else ())
        ],
        "roles": [(id, wording.named(each, id)) for id, each in rule.roles.items()],
        "unplaced": _unplaced(request, code) if len(code) == VILLAGE_DIGITS else (),
        "targets": [(each.code, each.name) for each in lines if each.is_cell and not each.is_closed],
        "may_shape": may_shape and not (found and found.is_closed),
        "source": rule.source,
        "is_verified": rule.is_verified,
    }  # fmt: skip
    return render(request, "grid/tree.html", context)


def _way(code: str, found: Cell | None, top: str) -> list[Crumb]:
    """The way down to a division or cell."""
    home = city_code_of(code[:VILLAGE_DIGITS])
    way = [Crumb(_("Grid"), reverse("cells"))]
    place = code[:VILLAGE_DIGITS]
    if home is not None and (division := city(home).find(place)) is not None:
        above = [each for each in city(home).ancestors(division.code) if each.code.startswith(top[:4]) and len(each.code) > len(top)]  # fmt: skip
        way += [Crumb(area.name(each), reverse("cells-cell", args=[each.code])) for each in above]
        if found is not None:
            way.append(Crumb(area.name(division), reverse("cells-cell", args=[division.code])))
    if found is not None and len(code) > GRID_DIGITS:
        names = queries.cell_names(codes=[found.parent])
        way.append(Crumb(names.get(found.parent, ""), reverse("cells-cell", args=[found.parent])))
    return [*way, Crumb(found.name if found else area.name_of(code))]


def _line(line: Line) -> dict[str, object]:
    return {
        "line": line,
        "name": line.name if line.is_cell else area.name_of(line.code),
        "residents": "—" if line.residents is None else words.count(line.residents),
        "homes": words.count(line.homes),
    }


def _unplaced(request: PortalRequest, village: str) -> list[dict[str, object]]:
    """Residents of a village without a cell, for who may know them."""
    actor, at = request.actor, request.at
    if not is_permitted(actor, "identity.search"):
        return []
    ids = queries.unplaced(village=village, limit=MOST_UNPLACED, actor=actor, at=at)
    found = identity.residents_by_id(ids, actor=actor, at=at)
    return [
        {"number": each.index_number, "name": each.demographics.name, "address": each.demographics.address}
        for id in ids
        if (each := found.get(id)) is not None
    ]  # fmt: skip


@require_POST
@signed_in
def change(request: PortalRequest) -> HttpResponse:
    """Draw, rename or close a cell, appoint or dismiss a worker, place households."""
    code = request.POST.get("code", "")
    try:
        code = _change(request, code)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("cells-cell", code) if code else redirect("cells")


def _change(request: PortalRequest, code: str) -> str:
    given = request.POST
    whose: dict[str, Any] = {"actor": request.actor, "at": request.at}
    match given.get("do"):
        case "found":
            actions.found_cell(parent=code, name=given.get("name", ""), **whose)
        case "rename":
            actions.rename_cell(
                code=code, name=given.get("name", ""), expected_version=asking.number(request, "version"), **whose
            )  # fmt: skip
        case "close":
            actions.close_cell(code=code, expected_version=asking.number(request, "version"), **whose)  # fmt: skip
            return code[:-2]
        case "appoint":
            actions.appoint(
                cell=code, role=given.get("role", ""), name=given.get("name", ""), phone=given.get("phone", ""),
                login=given.get("login", ""), **whose,
            )  # fmt: skip
        case "dismiss":
            actions.dismiss(worker_id=asking.uuid(given.get("worker", ""), "worker"), **whose)
        case "place":
            cell = given.get("cell", "") or code
            actions.place_homes(cell=cell, residents=_chosen(request), **whose)
        case other:
            raise asking.unreadable("do", str(other))
    return code


def _chosen(request: PortalRequest) -> Sequence[ResidentId]:
    """Residents ticked in the list, or written by number."""
    if ticked := request.POST.getlist("resident"):
        found = identity.residents_numbered(ticked)
        return list(found.values())
    return asking.residents(request)
