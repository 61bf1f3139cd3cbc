"""The parts of an event as pages show them: lines, contacts, measures, resources, links."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kangmai.deadlines.types import Deadline
from kangmai.epidemic.cases import rules as diseases
from kangmai.epidemic.surveillance.transmission import Forest
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    Contact,
    Exposure,
    Line,
    Link,
    Measure,
    Outbreak,
    Resource,
    ResourceState,
)
from kangmai.kernel.actor import Actor
from kangmai.portal.shell import area, words
from kangmai.portal.surveillance import wording
from kangmai.portal.surveillance.rows import clock_words
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import Level

USUAL_FOLLOW_UP = 14
"""Days to ask after a contact where the disease says nothing of its incubation."""


def line(each: Line, found: Outbreak) -> dict[str, Any]:
    """A line of the list."""
    facts = each.facts
    return {
        "number": each.number,
        "version": each.version,
        "facts": facts,
        "sex": {"1": _("male"), "2": _("female")}.get(facts.sex, "—"),
        "onset": facts.onset_on.isoformat() if facts.onset_on else "",
        "class": wording.case_class(facts.case_class),
        "class_value": facts.case_class.value,
        "home": area.path(facts.area_code) if facts.area_code else "",
        "own": [(column, facts.own.get(column, "")) for column in found.columns],
    }


def line_form(found: Outbreak, actor: Actor, each: Line | None = None) -> dict[str, Any]:
    """What the form of a line offers and holds; `each` None for a new one."""
    own = each.facts.own if each else {}
    return {
        "line": line(each, found) if each else None,
        "classes": [(one.value, wording.case_class(one)) for one in CaseClass],
        "own_columns": [(column, own.get(column, "")) for column in found.columns],
        "homes": homes(found, actor, each.facts.area_code if each else ""),
    }


def homes(found: Outbreak, actor: Actor, current: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Towns by county, the event's own county first; what stands keeps its place even where it is finer."""
    city = area.home_city(actor, found.area_code)
    if city is None:
        return []
    counties = sorted(area.counties(city), key=lambda c: (c.code != found.area_code[:6], c.code))
    groups = [
        (
            area.name(county),
            [
                (t.code, area.name(t))
                for t in city.at_level(Level.TOWN)
                if t.code[:6] == county.code
            ],
        )
        for county in counties
    ]
    if current and not any(code == current for _name, towns in groups for code, _n in towns):
        groups.insert(0, (_("as it stands"), [(current, area.path(current))]))
    return groups


def contact(each: Contact, today: date) -> dict[str, Any]:
    """A contact in the list."""
    latest = each.visits[-1] if each.visits else None
    is_ill = any(ill for _day, ill, _note in each.visits)
    return {
        "contact": each,
        "exposure": wording.exposure(each.exposure),
        "latest": latest,
        "is_ill": is_ill or each.became_line is not None,
        "is_due": each.became_line is None
        and each.exposed_on <= today <= each.until_on
        and (latest is None or latest[0] < today),
        "count": len(each.visits),
    }


def days_of(each: Contact, today: date) -> list[dict[str, Any]]:
    """The days of a contact's follow-up: asked, missed, still to come."""
    said = {day: (ill, note) for day, ill, note in each.visits}
    length = (each.until_on - each.exposed_on).days + 1
    rows = []
    for n in range(length):
        day = each.exposed_on + timedelta(days=n)
        ill, note = said.get(day, (None, ""))
        rows.append(
            {
                "day": day.isoformat(),
                "number": n,
                "is_ill": ill,
                "note": note,
                "is_missed": ill is None and n > 0 and day < today,
                "is_today": day == today,
            }
        )
    return rows


def follow_up_until(found: Outbreak, today: date) -> date:
    """Until when a contact exposed today is asked after: the longest incubation of the disease."""
    disease = diseases.find_disease(found.condition, on=today)
    longest = disease.incubation.max_days if disease and disease.incubation else USUAL_FOLLOW_UP
    return today + timedelta(days=longest)


def measure(each: Measure, clocks: Sequence[Deadline], at: datetime) -> dict[str, Any]:
    """A control measure with what is left of its time."""
    left, tone = clock_words(clocks, at)
    is_late = each.done_on is None and each.due_on < legal_day(at)
    if is_late and not left:
        left, tone = _("late"), "danger"
    return {
        "row": each,
        "left": "" if each.done_on else left,
        "tone": tone,
        "escalated": 0 if each.done_on else max((c.level for c in clocks), default=0),
    }


def resource(each: Resource, today: date) -> dict[str, Any]:
    """Something asked for, with what may be done about it."""
    is_waiting = each.state in (ResourceState.ASKED, ResourceState.GRANTED)
    return {
        "row": each,
        "kind": wording.resource_kind(each.kind),
        "state": wording.resource_state(each.state),
        "tone": wording.RESOURCE_TONES[each.state],
        "is_asked": each.state is ResourceState.ASKED,
        "is_granted": each.state is ResourceState.GRANTED,
        "is_waiting": is_waiting,
        "is_late": is_waiting and each.needed_by < today,
        "answered": words.instant(each.answered_at) if each.answered_at else "",
    }


def links(
    forest: Forest, asserted: Mapping[int, Link], people: Mapping[int, str]
) -> list[dict[str, Any]]:
    """The asserted links as a table, in the order of the figure."""
    rows = []
    for node in forest.nodes:
        found = asserted.get(node.number)
        if node.infector is None or found is None:
            continue
        rows.append(
            {
                "node": node,
                "link": found,
                "basis": wording.exposure(found.basis),
                "certainty": wording.certainty(found.certainty),
                "who": people.get(found.account, f"#{found.account}"),
                "at": words.instant(found.at),
                "is_backward": (node.interval_days or 0) < 0,
            }
        )
    return rows


def exposures(*, of_link: bool) -> list[tuple[str, str]]:
    """Kinds of exposure to choose from; genomes speak only for links."""
    return [
        (each.value, wording.exposure(each))
        for each in Exposure
        if of_link or each is not Exposure.GENOME
    ]
