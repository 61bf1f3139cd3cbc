"""Templates of reports, read from their definitions."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from kangmai.analytics.rules import find_indicator, kinds_of
from kangmai.governance.reporting.errors import (
    PeriodNotOfTemplate,
    TemplateNotForArea,
    TemplateUnknown,
)
from kangmai.governance.reporting.types import Section, Template
from kangmai.governance.reporting.writing import wording
from kangmai.kernel import definitions
from kangmai.kernel.definitions import Definition
from kangmai.kernel.words import Words, listed
from kangmai.standards.division_codes import level_of
from kangmai.standards.divisions import find_division
from kangmai.standards.periods import Period

ROOM, KIND = "governance", "report_template"
KINDS = {
    "month": Words("月", "a month"),
    "quarter": Words("季度", "a quarter"),
    "year": Words("年（十二个月）", "a year (twelve months)"),
}
"""For which periods a template can be written."""


def templates(*, on: date) -> tuple[Template, ...]:
    """The templates in force on a day, by id."""
    found = [each for each in definitions.load(ROOM, KIND) if each.is_effective(on)]
    return tuple(template_of(each) for each in found if each.status == "active")


def template(id: str, *, on: date) -> Template:
    """The template in force on a day. Raises TemplateUnknown."""
    every = templates(on=on)
    found = next((each for each in every if each.id == id), None)
    if found is None:
        raise TemplateUnknown(template=id[:40], known=listed(each.title for each in every))
    return found


def require_fitting(of: Template, *, area: str, period: Period) -> None:
    """Let pass an area and a period that a template is written for.

    Raises:
        TemplateNotForArea, PeriodNotOfTemplate.
    """
    division = find_division(area)
    if division is None or level_of(area).value not in of.levels:
        raise TemplateNotForArea(template=of.title, area=wording.in_both(wording.area, area[:14]))
    if of.period not in kinds_of(period):
        said = wording.in_both(wording.period, period)
        raise PeriodNotOfTemplate(template=of.title, kind=KINDS[of.period], period=said)


@cache
def template_of(definition: Definition) -> Template:
    """The template that a definition writes down."""
    content = definition.content
    return Template(
        id=definition.id,
        title=Words(**definition.title),
        heading=Words(**content["heading"]),
        period=content["period"],
        levels=tuple(content["levels"]),
        sections=tuple(map(_section, content["sections"])),
        valid_from=definition.effective_from,
        source=definition.source["document"],
        is_verified=definition.verified,
    )


def _section(content: Mapping[str, Any]) -> Section:
    return Section(
        id=content["id"],
        title=Words(**content["title"]),
        figures=tuple(content["figures"]),
        required=frozenset(content.get("required", ())),
        chart=content.get("chart", ""),
    )


def check_template(definition: Definition) -> list[str]:
    """Indicators that do not exist or are not counted for the period, figures named twice, charts of none."""
    of = template_of(definition)
    faults = [
        f"/sections: {id!r} stands there twice" for id in of.figures if of.figures.count(id) > 1
    ]
    for n, section in enumerate(of.sections):
        inside = {*section.required, *filter(None, [section.chart])} - set(section.figures)
        faults += [f"/sections/{n}: {id!r} is none of its figures" for id in sorted(inside)]
        for id in section.figures:
            found = find_indicator(id, on=date.max)
            if found is None:
                faults.append(f"/sections/{n}: there is no indicator {id!r}")
            elif of.period not in found.periods:
                faults.append(f"/sections/{n}: {id!r} is not counted by {of.period}")
    return faults


definitions.register_checker(ROOM, KIND, check_template)
