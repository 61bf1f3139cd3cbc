"""Counts of cases that say what they count, and the same as CSV."""

import csv
import datetime
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.cases import queries
from kangmai.epidemic.cases.types import (
    COUNTED_CLASSES,
    AreaBasis,
    Basis,
    CaseClass,
    Counts,
    DayBasis,
    Level,
    Origin,
)
from kangmai.kernel.errors import Incorrect
from kangmai.portal.cases import wording
from kangmai.portal.cases.links import links
from kangmai.portal.cases.periods import DAY, period
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day

MONTH = 28
TITLES = (
    "disease", "disease_name", "division", "division_name", "day", "cases", "deaths", "area_basis",
    "day_basis", "case_classes", "origin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants counted."""

    first: datetime.date
    end: datetime.date
    basis: Basis
    level: Level


@require_safe
@signed_in
def counts(request: PortalRequest) -> HttpResponse:
    """Show the counts of a period by disease and division."""
    today = legal_day(request.at)
    context: dict[str, object] = {
        "crumbs": trail(Crumb(_("Case reports"), reverse("cases")), Crumb(_("Counts of cases"))),
        "links": links(request.actor, here="case-counts"),
        "query": request.GET.urlencode(),
        **_inputs(request),
        "chosen": {"from": today - (MONTH - 1) * DAY, "last": today},
    }
    try:
        chosen = _chosen(request, today)
        context["chosen"] = {"from": chosen.first, "last": chosen.end - DAY}
        found = _counted(request, chosen)
    except Incorrect as error:
        context["problem"] = words_of(error)
        return render(request, "cases/counts.html", context, status=422)
    rows = _rows(found)
    context |= {
        "says": says(chosen),
        "rows": rows,
        "total": sum(each["cases"] for each in rows),
        "deaths": sum(each["deaths"] for each in rows),
    }
    return render(request, "cases/counts.html", context)


@require_safe
@signed_in
def as_csv(request: PortalRequest) -> HttpResponse:
    """The same by day as CSV; every line says what it counts."""
    chosen = _chosen(request, legal_day(request.at))
    found = _counted(request, chosen)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="case-counts.csv"'
    writer = csv.writer(answer)
    writer.writerow(TITLES)
    classes = "+".join(sorted(chosen.basis.classes))
    base = (
        chosen.basis.area.value,
        chosen.basis.day.value,
        classes,
        chosen.basis.origin.value or "all",
    )
    for each in found.rows:
        writer.writerow(
            [each.disease, wording.disease(each.disease), each.area, area.path(each.area) if each.area else "",
             each.day.isoformat(), each.cases, each.deaths, *base]
        )  # fmt: skip
    return answer


def says(chosen: Chosen) -> str:
    """What a count counts, in one sentence."""
    basis = chosen.basis
    classes = words.joined(standard("case-classification", each) for each in sorted(basis.classes))
    return _(
        "%(from)s to %(to)s by %(day)s and %(area)s: %(classes)s; %(origin)s; by %(level)s."
    ) % {
        "from": words.day(chosen.first),
        "to": words.day(chosen.end - DAY),
        "day": wording.day_basis(basis.day),
        "area": wording.area_basis(basis.area),
        "classes": classes,
        "origin": wording.origin(basis.origin),
        "level": wording.level(chosen.level),
    }


def _counted(request: PortalRequest, chosen: Chosen) -> Counts:
    return queries.counts(
        basis=chosen.basis,
        level=chosen.level,
        period_from=chosen.first,
        period_to=chosen.end,
        actor=request.actor,
    )


def _chosen(request: HttpRequest, today: datetime.date) -> Chosen:
    first, end = period(request, today=today, days=MONTH)
    sent = request.GET
    classes = frozenset(CaseClass(each) for each in sent.getlist("class") if each in set(CaseClass))
    basis = Basis(
        area=AreaBasis(_known(sent.get("area"), AreaBasis, AreaBasis.HOME)),
        day=DayBasis(_known(sent.get("day"), DayBasis, DayBasis.REPORTED)),
        classes=classes or COUNTED_CLASSES,
        origin=Origin(_known(sent.get("origin"), Origin, Origin.ALL)),
    )
    return Chosen(first, end, basis, Level(_known(sent.get("level"), Level, Level.COUNTY)))


def _known(text: str | None, kind: type[StrEnum], otherwise: StrEnum) -> str:
    return text if text is not None and text in set(kind) else otherwise


def _inputs(request: HttpRequest) -> dict[str, object]:
    sent = request.GET
    ticked = set(sent.getlist("class")) or set(COUNTED_CLASSES)
    return {
        "selects": [
            ("day", _("By which day"), _options(DayBasis, wording.day_basis, sent.get("day", "reported"))),
            ("area", _("By which place"), _options(AreaBasis, wording.area_basis, sent.get("area", "home"))),
            ("origin", _("Infected"), _options(Origin, wording.origin, sent.get("origin", ""))),
            ("level", _("Divisions"), _options(Level, wording.level, sent.get("level", "county"))),
        ],
        "classes": [
            Choice(each.value, standard("case-classification", each.value), each.value in ticked)
            for each in CaseClass
        ],
    }  # fmt: skip


def _options(kind: type[StrEnum], word: Callable[[Any], str], current: str) -> tuple[Choice, ...]:
    return choices(((each.value, word(each)) for each in kind), current=current)


def _rows(found: Counts) -> list[dict[str, Any]]:
    """One line for each disease and division, the days together."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in found.rows:
        pair = sums[each.disease, each.area]
        pair[0] += each.cases
        pair[1] += each.deaths
    return [
        {
            "disease": wording.disease(disease),
            "area": area.path(code) if code else _("home unknown"),
            "cases": cases,
            "deaths": deaths,
        }
        for (disease, code), (cases, deaths) in sorted(sums.items())
    ]
