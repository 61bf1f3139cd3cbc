"""The situation of an event in words and figures: on the page, in the report that is kept, in the document."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from kangmai.epidemic.surveillance import queries
from kangmai.epidemic.surveillance.types import CaseClass, Growth, Outbreak
from kangmai.kernel.actor import Actor
from kangmai.portal.shell import area, words
from kangmai.portal.surveillance import rows, wording
from kangmai.standards.calendars import legal_day


def figures(said: queries.Situation) -> list[tuple[str, str]]:
    """The numbers of an event with their names."""
    classes = wording.joined(
        f"{wording.case_class(CaseClass(name))} {count}" for name, count in said.by_class.items()
    )
    return [
        (_("Cases"), wording.bracketed(str(said.cases), classes) if classes else str(said.cases)),
        (_("By class, ward or team"), _joined(said.by_unit)),
        (_("By age"), _joined(said.by_age)),
        (_("By sex"), _joined({_sex(name): count for name, count in said.by_sex.items()})),
        (_("Without a day of onset"), str(said.without_onset)),
        (_("Contacts"), f"{said.contacts}"),
        (_("Contacts who fell ill"), f"{said.contacts_ill}"),
        (
            _("Contacts asked after today"),
            f"{said.contacts_followed} / {said.contacts_due}",
        ),
        (_("Control measures taken"), f"{said.measures_done} / {said.measures}"),
        (_("Resources arrived of those asked for"), f"{said.resources_arrived} / {said.resources}"),
        *_spread(said),
        *_growth(said.growth),
    ]


def _growth(found: Growth | None) -> list[tuple[str, str]]:
    """R_t with its interval, and that the serial interval is from memory where it is."""
    if found is None:
        return []
    values = {
        "r": f"{found.mean:.2f}", "low": f"{found.low:.2f}", "high": f"{found.high:.2f}",
        "n": found.cases, "days": f"{found.interval.mean_days:g}",
    }  # fmt: skip
    text = _("%(r)s (95 %% %(low)s–%(high)s; %(n)s cases, serial interval %(days)s days)") % values
    if not found.interval.is_verified:
        text += " " + _("— serial interval to be verified")
    return [(_("R_t of the latest seven days"), text)]


def kept(said: queries.Situation, found: Outbreak, note: str) -> Mapping[str, Any]:
    """What a report keeps: figures of the instant, words as they stood; nobody's name."""
    return {
        "on": said.on.isoformat(),
        "title": found.title,
        "grade": found.grade,
        "cases": said.cases,
        "by_class": dict(said.by_class),
        "by_day": dict(said.by_day),
        "by_unit": dict(said.by_unit),
        "by_age": dict(said.by_age),
        "contacts": said.contacts,
        "contacts_ill": said.contacts_ill,
        "measures": said.measures,
        "measures_done": said.measures_done,
        "by_area": dict(said.by_area),
        "links": said.links,
        "generations": said.generations,
        "resources": said.resources,
        "resources_arrived": said.resources_arrived,
        "case_definition": found.case_definition,
        "source_found": found.source_found,
        "lessons": found.lessons,
        "note": note.strip()[:2000],
    }


def document(found: Outbreak, *, actor: Actor, at: datetime) -> Mapping[str, Any]:
    """The data of the template situation_report."""
    said = queries.situation(found.id, actor=actor, at=at)
    measures = queries.measures_of(found.id, actor=actor)
    reports = queries.reports_of(found.id, actor=actor)
    resources = queries.resources_of(found.id, actor=actor)
    names = rows.place_names({found.place_id} if found.place_id else set(), actor)
    today = legal_day(at)
    return {
        "title": found.title,
        "reference": found.reference,
        "written_at": words.instant(at),
        "condition": wording.title(found.group, today),
        "place": rows.where(found.area_code, found.place_id, names),
        "state": wording.state(found.state),
        "grade": grade_words(found.grade, today),
        "opened": words.instant(found.opened_at),
        "confirmed": words.instant(found.confirmed_at),
        "first_day": min(said.by_day, default=words.day(found.first_day)),
        "figures": [{"name": name, "value": value} for name, value in figures(said)],
        "curve": [{"day": day, "cases": str(count)} for day, count in said.by_day.items()],
        "towns": [
            {"area": area.path(code) if code else _("not known"), "cases": str(count)}
            for code, count in sorted(said.by_area.items(), key=lambda item: -item[1])
        ],
        "chain": _chain(found, actor),
        "resources": [
            {
                "what": each.what,
                "amount": f"{each.amount} {each.unit}",
                "asked_of": each.asked_of,
                "needed": words.day(each.needed_by),
                "state": wording.resource_state(each.state),
            }
            for each in resources
        ],
        "case_definition": found.case_definition,
        "source_found": found.source_found,
        "measures": [
            {
                "what": each.what,
                "who": each.who,
                "due": words.day(each.due_on),
                "done": words.day(each.done_on),
            }
            for each in measures
        ],
        "reports": [
            {
                "number": str(each.number),
                "kind": wording.report_kind(each.kind),
                "at": words.instant(each.at),
                "note": str(each.content.get("note", "")),
            }
            for each in reports
        ],
        "lessons": found.lessons,
    }


def days(mean: float | None) -> str:
    """A mean of days, to a tenth."""
    return "—" if mean is None else f"{mean:.1f}"


def grade_words(grade: str, on: date) -> str:
    """A grade in words, marked where it is not verified."""
    found = next((each for each in queries.grades(on=on) if each.id == grade), None)
    if found is None:
        return "—"
    title = found.title.in_language(wording.language())
    return title if found.is_verified else wording.bracketed(title, _("to be verified"))


def _spread(said: queries.Situation) -> list[tuple[str, str]]:
    if not said.links:
        return []
    found = [
        (_("Asserted links between cases"), str(said.links)),
        (_("Longest chain (persons)"), str(said.generations)),
    ]
    if said.mean_interval_days is not None:
        found.append((_("Mean days between onsets of a link"), days(said.mean_interval_days)))
    return found


def _chain(found: Outbreak, actor: Actor) -> list[dict[str, str]]:
    """The asserted links by number, nobody's name."""
    forest = queries.spread(found.id, actor=actor)
    if not forest.links:
        return []
    links = queries.links_of(found.id, actor=actor)
    return [
        {
            "infected": str(each.number),
            "infector": str(each.infector),
            "generation": str(each.generation),
            "basis": wording.bracketed(
                wording.exposure(links[each.number].basis),
                wording.certainty(links[each.number].certainty),
            ),
            "interval": "—" if each.interval_days is None else str(each.interval_days),
        }
        for each in forest.nodes
        if each.infector is not None
    ]


def _joined(values: Mapping[str, int]) -> str:
    unknown = {"?": _("not known"), "—": _("not known")}
    return wording.joined(f"{unknown.get(name, name)} {n}" for name, n in values.items()) or "—"


def _sex(code: str) -> str:
    return {"1": _("male"), "2": _("female")}.get(code, _("not known"))
