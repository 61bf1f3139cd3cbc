"""The campaigns, one with its progress and sessions, and a new one."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.campaigns import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.campaigns import actions, queries, rules
from kangmai.programmes.campaigns.types import By, Campaign, Progress, Session, Show, Source
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of

READ, WORK, PLAN = "vaccination.read", "vaccination.work", "vaccination.campaign"
MOST_BYTES = 2**20
SHOWN_LINES = 12


def crumbs(*more: Crumb) -> Any:
    """The way here."""
    return trail(
        Crumb(_("Immunization clinic"), reverse("vaccination")),
        Crumb(_("Campaigns"), reverse("campaigns")) if more else Crumb(_("Campaigns")),
        *more,
    )


@require_safe
@signed_in
def campaigns(request: PortalRequest) -> HttpResponse:
    """List the campaigns of one's places."""
    require(request.actor, READ)
    closed_too = request.GET.get("only") == "all"
    found = queries.campaigns(is_closed_too=closed_too, actor=request.actor)
    context = {
        "crumbs": crumbs(),
        **asking.tab(request, "campaigns"),
        "rows": [_row(each, request) for each in found],
        "closed_too": closed_too,
        "may_plan": is_permitted(request.actor, PLAN),
    }
    return render(request, "campaigns/list.html", context)


def _row(of: Campaign, request: PortalRequest) -> dict[str, Any]:
    whole = total(queries.progress(of.id, by=By.TOWN, actor=request.actor))
    return {
        "id": of.id,
        "title": of.title,
        "place": area.path(of.place_code),
        "days": f"{words.day(of.starts_on)} – {words.day(of.ends_on)}",
        "is_closed": of.closed_on is not None,
        "progress": progress_row(_("all"), whole),
    }


def total(rows: list[Progress]) -> Progress:
    """Several lines of progress as one."""
    names = ("total", "done", "begun", "ready", "waiting", "off", "refused", "unasked", "not_needed")  # fmt: skip
    return Progress("", *(sum(getattr(each, name) for each in rows) for name in names))


def progress_row(name: str, of: Progress) -> dict[str, Any]:
    """A line of progress."""
    return {
        "key": of.key,
        "name": name,
        "of": of,
        "wanted": of.wanted,
        "done_rate": wording.percent(of.done, of.wanted),
        "begun_rate": wording.percent(of.begun, of.wanted),
        "permille": round(1000 * of.begun / of.wanted) if of.wanted else 0,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_campaign(request: PortalRequest) -> HttpResponse:
    """Ask for a campaign, and open it."""
    require(request.actor, PLAN)
    fault = ""
    on = legal_day(request.at)
    if request.method == "POST":
        try:
            made = _open(request)
            asking.written(request)
            return redirect("campaign", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    found = rules.rules_on(on)
    context = {
        "crumbs": crumbs(Crumb(_("New campaign"))),
        "rules": choices(((each.id, each.title.in_language(language())) for each in found), current=request.POST.get("rule", "")),
        "notes": [_note(each, request) for each in found],
        "areas": choices(_areas(request), current=request.POST.get("place", "")),
        "sources": choices(((each.value, wording.source(each)) for each in Source), current=request.POST.get("source", "")),
        "said": request.POST,
        "today": words.day(on),
        "fault": fault,
        "key": uuid4(),
    }  # fmt: skip
    return render(request, "campaigns/new.html", context, status=422 if fault else 200)


def _note(of: Any, request: PortalRequest) -> dict[str, Any]:
    first, last = rules.cohort(of, starts_on=legal_day(request.at), ends_on=legal_day(request.at))
    sexes = {"1": _("male"), "2": _("female"), "": _("everybody")}
    return {
        "title": of.title.in_language(language()),
        "sex": sexes[of.sex_code],
        "born": f"{words.day(first)} – {words.day(last)}",
        "is_verified": of.is_verified,
        "needs_consent": of.needs_consent,
        "rate": of.doses_per_station_hour,
    }


def _areas(request: PortalRequest) -> list[tuple[str, str]]:
    """The divisions for which the actor may plan: his own and those below."""
    found: dict[str, str] = {}
    lows = [p.low for g in request.actor.grants if {PLAN, "*"} & g.permissions for p in g.places]
    for low in lows:
        home = city_code_of(low) if low else None
        own = city(home).find(low) if home else None
        if home and own:
            for each in (own, *city(home).children(own.code)):
                found.setdefault(each.code, area.path(each.code))
    return list(found.items())


def _open(request: PortalRequest) -> Campaign:
    source = asking.text(request, "source")
    return actions.open_campaign(
        rule_id=asking.text(request, "rule"),
        title=asking.text(request, "title"),
        place=asking.text(request, "place"),
        born_from=asking.read_day(asking.text(request, "born_from"), _("Born from")),
        born_until=asking.read_day(asking.text(request, "born_until"), _("Born until")),
        starts_on=asking.day(request, "starts_on", _("Begins on")),
        ends_on=asking.day(request, "ends_on", _("Ends on")),
        source=Source(source) if source in {each.value for each in Source} else Source.RESIDENTS,
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def campaign(request: PortalRequest, campaign_id: UUID) -> HttpResponse:
    """Show how far a campaign has come, with its sessions; take a list in, refresh, close."""
    fault = ""
    if request.method == "POST":
        try:
            _do(request, campaign_id)
            return redirect("campaign", campaign_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_campaign(campaign_id, actor=request.actor)
    context = _context(request, found) | {"fault": fault}
    return render(request, "campaigns/campaign.html", context, status=422 if fault else 200)


def _do(request: PortalRequest, campaign_id: UUID) -> None:
    what = asking.text(request, "do")
    if what == "refresh":
        added = actions.refresh(campaign_id=campaign_id, actor=request.actor, at=request.at)
        messages.success(request, _("The list is up to date; %(n)s were added.") % {"n": added})
    elif what == "close":
        actions.close_campaign(campaign_id=campaign_id, expected_version=asking.version(request), actor=request.actor, at=request.at)  # fmt: skip
        asking.written(request)
    elif what == "list" and (uploaded := request.FILES.get("file")) is not None:
        text = uploaded.read(MOST_BYTES).decode("utf-8-sig", "replace")
        taken = actions.take_list(campaign_id=campaign_id, text=text, actor=request.actor, at=request.at)  # fmt: skip
        said = {"lines": taken.lines, "added": taken.added, "changed": taken.changed}
        messages.success(request, _("%(lines)s lines: %(added)s added, %(changed)s with a new class.") % said)  # fmt: skip
        if taken.unknown:
            messages.warning(request, _("Not found in the index, lines: %(lines)s") % {"lines": line_numbers(taken.unknown)})  # fmt: skip
        if taken.outside:
            messages.warning(request, _("Not of this campaign's cohort or area, lines: %(lines)s") % {"lines": line_numbers(taken.outside)})  # fmt: skip


def line_numbers(numbers: tuple[int, ...]) -> str:
    """Lines of a list in a row, the first of many."""
    shown = words.joined(map(str, numbers[:SHOWN_LINES]))
    return f"{shown} … ({len(numbers)})" if len(numbers) > SHOWN_LINES else shown


def _context(request: PortalRequest, found: Campaign) -> dict[str, Any]:
    asked = request.GET.get("by", By.TOWN.value)
    by = By(asked) if asked in {each.value for each in By} else By.TOWN
    rows = queries.progress(found.id, by=by, actor=request.actor)
    rule = queries.rule_of(found)
    shows = (Show.TO_VACCINATE, Show.ASK, Show.CATCH_UP, Show.WAITING, Show.OFF, Show.REFUSED)
    return {
        "crumbs": crumbs(Crumb(found.title)),
        **asking.tab(request, "campaigns"),
        "campaign": found,
        "rule": rule.title.in_language(language()),
        "is_verified": rule.is_verified,
        "place": area.path(found.place_code),
        "source": wording.source(found.source),
        "born": f"{words.day(found.born_from)} – {words.day(found.born_until)}",
        "days": f"{words.day(found.starts_on)} – {words.day(found.ends_on)}",
        "closed": words.day(found.closed_on) if found.closed_on else "",
        "whole": progress_row(_("all"), total(rows)),
        "rows": [progress_row(name, each) for name, each in _named(rows, by, request)],
        "by": by.value,
        "bys": [(each.value, wording.by(each)) for each in (By.TOWN, By.SCHOOL, By.AGE)],
        "shows": [
            (each.value, wording.show(each), queries.count_targets(found.id, filter=queries.shown(each), on=legal_day(request.at), actor=request.actor))
            for each in shows
        ],
        "refusals": [(wording.refusal(code, rule), n) for code, n in queries.refusals(found.id, actor=request.actor).items()],
        "sessions": session_rows(queries.sessions(found.id, actor=request.actor)),
        "may_plan": queries.may_plan(found, actor=request.actor),
        "may_work": is_permitted(request.actor, WORK) and found.closed_on is None,
    }  # fmt: skip


def _named(rows: list[Progress], by: By, request: PortalRequest) -> list[tuple[str, Progress]]:
    if by is By.TOWN:
        return [(area.path(each.key), each) for each in rows]
    if by is By.AGE:
        return [(each.key, each) for each in reversed(rows)]
    ids = [int(each.key) for each in rows if each.key]
    known = registry.places_by_id(ids=ids, actor=request.actor)
    names = {str(id): place.name for id, place in known.items()}
    return [(names.get(each.key, _("no school known")), each) for each in rows]


def session_rows(found: list[Session]) -> list[dict[str, Any]]:
    """Sessions for a list."""
    return [
        {
            "id": each.id,
            "on": words.day(each.on),
            "hours": wording.hours(each.begins, each.ends),
            "site": each.site,
            "place": area.path(each.place_code),
            "label": wording.state(each.state)[0],
            "tone": wording.state(each.state)[1],
            "reason": each.reason,
            "of": each,
        }
        for each in found
    ]
