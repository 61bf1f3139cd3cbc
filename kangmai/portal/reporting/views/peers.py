"""Bulletins of other cities: read one, confirm its figures one by one, lay confirmed ones beside ours."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.analytics import queries as analytics
from kangmai.governance.reporting import actions, queries, rules
from kangmai.governance.reporting.errors import BulletinUnreadable
from kangmai.governance.reporting.types import Decision, PeerFigure, SideBySide
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.portal.indicators import asking, presenters
from kangmai.portal.reporting import wording
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, number, written
from kangmai.standards.calendars import legal_day

CONFIRM = "peers.confirm"
LARGEST = 5 * 2**20


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    here = Crumb(_("Other cities"), reverse("peers") if more else "")
    return trail(Crumb(_("Statistical reports"), reverse("reports")), here, *more)


def _titles(request: PortalRequest) -> dict[str, str]:
    return {each.id: presenters.said(each.title) for each in analytics.indicators(on=legal_day(request.at))}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def peers(request: PortalRequest) -> HttpResponse:
    """Show what was read and what is confirmed, side by side; a POST reads a bulletin."""
    actor = request.actor
    if request.method == "POST":
        try:
            made = _taken(request)
        except KangmaiError as error:
            complain(request, error)
            return redirect("peers")
        written(request)
        return redirect("peer-bulletin", made)
    found, following = queries.peer_bulletins(after=request.GET.get("after", ""), actor=actor)
    chosen = request.GET.get("indicator", "")
    titles = _titles(request)
    every = queries.side_by_side(actor=actor)
    ids = dict.fromkeys(each.indicator for each in every)
    context = {
        "crumbs": _crumbs(),
        "kinds": wording.kinds(actor, "peers"),
        "rows": [(each, words.instant(each.uploaded_at)) for each in found],
        "sides": [_side(each, titles) for each in every if chosen in ("", each.indicator)],
        "indicators": choices([("", _("all")), *((id, titles.get(id, id)) for id in ids)], current=chosen),
        "may_confirm": is_permitted(actor, CONFIRM),
        "pager": pager(request.GET, cursor=following or None),
    }  # fmt: skip
    return render(request, "reporting/peers.html", context)


def _taken(request: PortalRequest) -> UUID:
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > LARGEST:
        raise BulletinUnreadable(file=file.name if file else "—", reason=Words("超过 5 MB", "it is larger than 5 MB") if file else Words("没有文件", "there is no file"))  # fmt: skip
    return actions.take_in(
        name=str(file.name), content=file.read(), origin=request.POST.get("origin", ""),
        area=asking.first_area(request.actor), actor=request.actor, at=request.at,
    )  # fmt: skip


def _side(of: SideBySide, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "indicator": titles.get(of.indicator, of.indicator),
        "period": of.period,
        "ours": _plain(of.ours.value) if of.ours and of.ours.value is not None else "",
        "unit": of.unit,
        "base": presenters.said(of.base),
        "peers": [_peer(each) for each in of.peers],
    }


def _peer(of: PeerFigure) -> dict[str, Any]:
    assert of.value is not None  # only whole figures are confirmed
    value, unit = rules.scaled(of.value, of.unit)
    return {
        "place": of.place,
        "printed": f"{_plain(of.value)} {of.unit}",
        "value": _plain(value),
        "unit": unit,
        "sentence": of.sentence,
        "by": of.decided_by_name,
        "bulletin": of.bulletin,
    }


def _plain(value: Decimal) -> str:
    return f"{value:,}"


@require_safe
@signed_in
def bulletin(request: PortalRequest, bulletin_id: UUID) -> HttpResponse:
    """Show the figures of a bulletin in the order of its text, each with its sentence."""
    actor = request.actor
    of = queries.get_peer_bulletin(bulletin_id=bulletin_id, actor=actor)
    chosen = next((each for each in Decision if each.value == request.GET.get("show")), None)
    found, following = queries.peer_figures(
        bulletin_id=of.id, decision=chosen, after=request.GET.get("after", ""), actor=actor
    )
    titles = _titles(request)
    context = {
        "crumbs": _crumbs(Crumb(of.name)),
        "of": of,
        "rows": [_figure(each, titles) for each in found],
        "place": next((each.place for each in found if each.decision is Decision.CONFIRMED), ""),
        "shows": choices(
            [("", _("all")), *((each.value, wording.decision(each)[0]) for each in Decision)],
            current=chosen.value if chosen else "",
        ),
        "titles": sorted(titles.values()),
        "may_confirm": is_permitted(actor, CONFIRM),
        "pager": pager(request.GET, cursor=following or None),
    }
    return render(request, "reporting/peer_bulletin.html", context)


def _figure(of: PeerFigure, titles: dict[str, str]) -> dict[str, Any]:
    text, tone = wording.decision(of.decision)
    reading, reading_tone = wording.reading(of.status)
    return {
        "of": of,
        "value": _plain(of.value) if of.value is not None else "—",
        "title": titles.get(of.indicator, of.indicator),
        "state": text,
        "tone": tone,
        "reading": reading,
        "reading_tone": reading_tone,
        "can_be_confirmed": of.value is not None and not reading,
        "decided": words.instant(of.decided_at) if of.decided_at else "",
    }


@require_POST
@signed_in
def decide(request: PortalRequest, figure_id: UUID) -> HttpResponse:
    """Confirm or reject a figure."""
    given = request.POST
    back = given.get("back", "")
    try:
        decision = Decision.CONFIRMED if given.get("do") == "confirm" else Decision.REJECTED
        found = actions.decide(
            figure_id=figure_id, decision=decision, indicator=given.get("indicator", ""),
            place=given.get("place", ""), period=given.get("period", ""),
            expected_version=number(given.get("version", ""), "version"), actor=request.actor, at=request.at,
        )  # fmt: skip
        written(request)
        return redirect(f"{reverse('peer-bulletin', args=[found.bulletin])}{_query(back)}#f-{figure_id}")  # fmt: skip
    except KangmaiError as error:
        complain(request, error)
        return redirect("peers")


def _query(text: str) -> str:
    """The filter and page that one came from, and nothing else."""
    return text if text.startswith("?") and "\n" not in text else ""
