"""One service point: what holds of it, what it lacks, its course, inspections and what somebody may do."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kangmai.access import queries as access
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import counting, wording
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.points import queries, rules
from kangmai.programmes.points.types import (
    Finding,
    FindingState,
    Inspection,
    Kind,
    Point,
    State,
    Statement,
)
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

ENTER, CONFIRM, INSPECT = "points.enter", "points.confirm", "points.inspect"
SHOWN = 12


@require_safe
@signed_in
def point(request: PortalRequest, point_id: UUID) -> HttpResponse:
    """Show a service point."""
    actor, on = request.actor, legal_day(request.at)
    found = queries.get_point(point_id, actor=actor)
    known = queries.kind(found.kind, on=on)
    state, tone = wording.state(found, known)
    rights = {name: queries.may(right, found, actor=actor) for name, right in (("enter", ENTER), ("confirm", CONFIRM), ("inspect", INSPECT))}  # fmt: skip
    context = {
        "crumbs": crumbs(known, found),
        "of": found,
        "kind": known,
        "kind_title": known.title.in_language(language()),
        "state": state,
        "tone": tone,
        "place": area.path(found.place_code),
        "about": _about(found, known),
        "values": _values(found, known),
        "requirements": _requirements(found, known),
        "size_title": counting.size_title(known),
        "size": wording.size(found, known),
        "is_open": found.state is not State.CLOSED,
        "may": rights,
        "may_confirm": rights["confirm"] and found.state is State.ENTERED and found.entered_by != actor.account,
        "is_own_entry": rights["confirm"] and found.state is State.ENTERED and found.entered_by == actor.account,
        "today": on.isoformat(),
        "key": uuid4(),
        "inspections": _inspections(queries.inspections_of(point_id, actor=actor), known, on),
        "statements": _statements(queries.statements_of(point_id, actor=actor), known),
        "steps": _steps(point_id, request),
        "standing": known.standing.in_language(language()),
    }  # fmt: skip
    return render(request, "points/point.html", context)


@require_safe
@signed_in
def of_finding(request: PortalRequest, finding_id: UUID) -> HttpResponse:
    """Lead from a finding, as a deadline names it, to its point."""
    found = queries.point_of_finding(finding_id, actor=request.actor)
    return redirect(f"{reverse('point', args=[found])}#finding-{finding_id}")


def crumbs(known: Kind, found: Point) -> Any:
    """Where a page of a point stands."""
    root = f"{reverse('points')}?kind={known.id}"
    return trail(
        Crumb(_("Service points"), reverse("points")),
        Crumb(known.title.in_language(language()), root),
        Crumb(found.name),
    )


def _about(found: Point, known: Kind) -> list[tuple[str, str, str]]:
    """Whom it is, with the page of the registry where there is one."""
    ids = {each for each in (found.organization, found.partner, found.keeper) if each}
    names = registry.names_by_id(ids=ids, language=language())
    lines = [(_("Division"), area.path(found.place_code), "")]
    if found.organization:
        lines.append((_("Institution"), names.get(found.organization, "—"), reverse("institution", args=[found.organization])))  # fmt: skip
    if found.partner and known.partner:
        lines.append((known.partner.in_language(language()), names.get(found.partner, "—"), reverse("institution", args=[found.partner])))  # fmt: skip
    lines += [(_("Address"), found.address, ""), (_("Telephone"), found.phone, "")]
    if found.keeper and found.keeper != found.organization:
        lines.append((pgettext("points", "Entered by"), names.get(found.keeper, "—"), ""))
    lines.append((_("Confirmed on"), words.day(found.confirmed_on), ""))
    if found.review_on:
        lines.append((_("Next review"), words.day(found.review_on), ""))
    if found.ends_on and known.term:
        lines.append((known.term.in_language(language()), words.day(found.ends_on), ""))
    if found.closed_on:
        lines.append((_("Closed on"), words.day(found.closed_on), ""))
    return [each for each in lines if each[1]]


def _values(found: Point, known: Kind) -> list[tuple[str, str]]:
    lines = [
        (each.title.in_language(language()), wording.value_of(each, found.values))
        for each in known.fields.values()
    ]
    judged = rules.judge(
        known, found.values, holder_kind=found.holder_kind, on=found.stated_from
    ).reckoned
    lines += [
        (each.title.in_language(language()), f"{value.normalize():f}{' %' if each.percent else ''}")
        for each in known.reckoned.values()
        if (value := judged[each.id]) is not None
    ]
    return [each for each in lines if each[1]]


def _requirements(found: Point, known: Kind) -> list[tuple[str, bool]]:
    return [
        (each.title.in_language(language()), each.id not in found.lacks)
        for each in known.requirements
        if not each.of or found.holder_kind in each.of
    ]


def _inspections(some: tuple[Inspection, ...], known: Kind, on: date) -> list[dict[str, Any]]:
    names = registry.names_by_id(
        ids={each.organization for each in some if each.organization}, language=language()
    )
    return [
        {
            "on": words.day(each.on),
            "who": each.inspectors,
            "institution": names.get(each.organization or 0, ""),
            "note": each.note,
            "findings": [_finding(one, known, on) for one in each.findings],
        }
        for each in some
    ]


def _finding(each: Finding, known: Kind, on: date) -> dict[str, Any]:
    item = known.items.get(each.item)
    state, tone = wording.finding_state(each, is_late=each.due_on < on)
    return {
        "id": each.id,
        "title": item.title.in_language(language()) if item else each.item,
        "note": each.note,
        "is_serious": each.is_serious,
        "due": words.day(each.due_on),
        "state": state,
        "tone": tone,
        "mended": each.mended,
        "settled_note": each.settled_note,
        "returned": each.times_returned,
        "is_open": each.state is not FindingState.SETTLED,
        "is_mended": each.state is FindingState.MENDED,
    }


def _statements(some: tuple[Statement, ...], known: Kind) -> list[dict[str, Any]]:
    """What was said from which day on, each with what differs from the one before it."""
    lines = []
    for each, before in zip(some, (*some[1:], None), strict=True):
        changed = [
            f"{field.title.in_language(language())} {wording.value_of(field, before.values) or '—'} → {wording.value_of(field, each.values) or '—'}"
            for field in known.fields.values()
            if before is not None and each.values.get(field.id) != before.values.get(field.id)
        ]
        lines.append(
            {
                "from": words.day(each.from_on),
                "is_current": each.is_current,
                "is_able": each.is_able,
                "size": each.size,
                "changed": changed[:SHOWN],
                "more": max(0, len(changed) - SHOWN),
                "at": words.instant(each.at),
            }
        )
    return lines


def _steps(point_id: UUID, request: PortalRequest) -> list[dict[str, str]]:
    some = queries.steps_of(point_id, actor=request.actor)
    names = access.account_names(ids={each.account for each in some if each.account})
    return [
        {
            "what": wording.deed(each.deed),
            "on": words.day(each.on),
            "note": each.note,
            "who": names.get(each.account, _("the house")),
            "when": words.instant(each.at),
        }
        for each in some
    ]
