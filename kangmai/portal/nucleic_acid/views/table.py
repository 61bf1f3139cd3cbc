"""The table: one field for the hand scanner, the open tube, the queue; and uploads of scanners."""

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries, rules
from kangmai.epidemic.nucleic_acid.errors import RecordUnreadable, TubeTaken
from kangmai.epidemic.nucleic_acid.types import (
    BoxRecord,
    Given,
    Round,
    Site,
    Subject,
    Taken,
    TubeRecord,
)
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in

SCREENING, THING = "screening", "thing"


@require_safe
@signed_in
@awake(Purpose.TESTING)
def table(request: PortalRequest, site_id: int) -> HttpResponse:
    """Show the table of a lane."""
    return render(request, "nucleic_acid/table.html", _context(request, site_id))


@require_POST
@signed_in
@awake(Purpose.TESTING)
def scan(request: PortalRequest, site_id: int) -> HttpResponse:
    """Take one scan: a tube's label opens it, a person goes in, the label again closes it."""
    said = request.POST.get("code", "").strip().upper()
    said_now: dict[str, object] = {}
    try:
        said_now = _take(request, site_id, said)
    except KangmaiError as error:
        # the label just scanned stays, unless it is the label that is at fault
        kept = "" if isinstance(error, TubeTaken) else request.POST.get("tube", "")
        said_now = {"fault": words_of(error), "tube": kept}
    context = _context(request, site_id) | said_now
    if request.headers.get("HX-Request"):
        return render(request, "nucleic_acid/table_part.html", context)
    return render(request, "nucleic_acid/table.html", context)


def _take(request: PortalRequest, site_id: int, said: str) -> dict[str, object]:
    """What a scan does; returns what the page says of it."""
    lane, tube = _lane(request), request.POST.get("tube", "").strip().upper()

    def closed() -> dict[str, object]:
        count = actions.close_tube(code=tube, site_id=site_id, actor=request.actor, at=request.at)
        return _closed(count)

    match request.POST.get("do", "scan"):
        case "close":
            return closed()
        case "out":
            seq = asking.number(request, "seq")
            actions.take_out(
                code=tube, seq=seq, site_id=site_id, actor=request.actor, at=request.at
            )
            return {"said": _("Taken out.")}
        case _other if not said:
            return {}
        case _other if not tube:
            queries.require_label(site_id, code=said, actor=request.actor, at=request.at)
            return {"tube": said, "said": _("Now scan the people.")}
        case _other if said == tube:
            return closed()
    mode = asking.number(request, "mode", default=10)
    group = request.POST.get("group", SCREENING)
    given = Given(
        said,
        request.at,
        group,
        request.POST.get("name", "").strip()[:40],
        request.POST.get("phone", "").strip()[:20],
        request.POST.get("address", "").strip()[:120],
        # who is sampled alone as one of a group was not forgotten: he may stand in a pool of the round already
        request.POST.get("reason", "").strip() or ("" if group == SCREENING else group),
    )
    pool = _pool(request.POST.get("pool", ""))
    count = actions.scan_person(
        site_id=site_id, code=tube, client_id=uuid4(), mode=mode, given=given, lane=lane,
        subject=Subject.THINGS if group == THING else Subject.PEOPLE,
        pool_id=pool, actor=request.actor, at=request.at,
    )  # fmt: skip
    if count >= mode:
        return closed()
    text = ngettext("%(n)s person in the tube.", "%(n)s people in the tube.", count)
    return {"said": text % {"n": count}, "latest": words.masked(said, head=0, tail=4)}


def _pool(said: str) -> UUID | None:
    """The positive pool for which singles are taken, if one is named. Raises FieldUnreadable."""
    try:
        return UUID(said) if said else None
    except ValueError:
        raise asking.unreadable("pool", said) from None


def _shown_pool(request: PortalRequest) -> UUID | None:
    try:
        return _pool(request.POST.get("pool") or request.GET.get("pool", ""))
    except asking.FieldUnreadable:
        return None


def _closed(count: int) -> dict[str, object]:
    if not count:
        return {"tube": "", "said": _("The empty tube was put back.")}
    text = ngettext("The tube is closed with %(n)s person.", "The tube is closed with %(n)s people.", count)  # fmt: skip
    return {"tube": "", "said": text % {"n": count} + " " + _("Scan the next tube.")}


def _lane(request: PortalRequest) -> int:
    said = request.POST.get("lane") or request.GET.get("lane") or "1"
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 3 else 1


def _context(request: PortalRequest, site_id: int) -> dict[str, object]:
    actor, at, lane = request.actor, request.at, _lane(request)
    site = queries.site_of(site_id, actor=actor, at=at)
    round_ = queries.rounds_by_id([site.round_id])[site.round_id]
    open_tube = queries.open_tube(site_id, lane=lane, actor=actor, at=at)
    pool = _shown_pool(request)
    inside = queries.in_tube(site_id, code=open_tube.code, actor=actor, at=at) if open_tube else ()
    group = "pool_follow_up" if pool else _asked_group(request, round_)
    mode = open_tube.mode if open_tube else 1 if pool else _asked_mode(request, round_)
    return {
        **_frame(site, round_),
        "lane": lane,
        "lanes": range(1, site.lanes + 1),
        "tube": open_tube.code if open_tube else "",
        "count": len(inside),
        "mode": mode,
        "group": group,
        **_choices(round_, group, mode),
        "pool": pool or "",
        "inside": [
            (each.seq, words.instant(each.sampled_at)[-5:], each.occasion) for each in inside
        ],
        "to_pack": len(queries.tubes_to_pack(site_id, actor=actor, at=at)),
    }


def _asked_group(request: PortalRequest, round_: Round) -> str:
    """Whom a lane samples: everybody, or one of the groups with a time limit of its own."""
    asked = request.POST.get("group") or request.GET.get("group") or SCREENING
    return asked if asked in rules.edition(on=round_.edition_from).groups else SCREENING


def _asked_mode(request: PortalRequest, round_: Round) -> int:
    asked = request.POST.get("mode") or request.GET.get("mode", "")
    known = rules.edition(on=round_.edition_from).modes
    return int(asked) if asked.isdecimal() and int(asked) in known else round_.mode


def _choices(round_: Round, group: str, mode: int) -> dict[str, tuple[Choice, ...]]:
    name = "en" if language() == "en" else "zh"
    edition = rules.edition(on=round_.edition_from)
    groups = [(g.id, g.title[name]) for g in edition.groups.values() if g.id != "pool_follow_up"]
    modes = [(str(n), each[name]) for n, each in sorted(edition.modes.items())]
    return {
        "groups": choices(groups, current=group),
        "modes": choices(modes, current=str(mode)),
    }


def _frame(site: Site, round_: Round) -> dict[str, object]:
    return {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(site.name)),
        "site": site,
        "round": round_,
        "order": asking.order_words(round_),
    }


@require_POST
@signed_in
@awake(Purpose.TESTING)
def queue(request: PortalRequest, site_id: int) -> HttpResponse:
    """Write down how many people wait."""
    try:
        waiting = asking.number(request, "waiting")
        actions.report_queue(site_id=site_id, waiting=waiting, actor=request.actor, at=request.at)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-table", site_id)


@require_POST
@signed_in
@awake(Purpose.TESTING)
def upload(request: PortalRequest, site_id: int) -> HttpResponse:
    """Take what a scanner kept while it had no network: tubes and boxes as JSON, each with its client id."""
    try:
        sent = orjson.loads(request.body)
        tubes = [_tube(each, n) for n, each in enumerate(sent.get("tubes", ()), 1)]
        boxes = [_box(each, n) for n, each in enumerate(sent.get("boxes", ()), 1)]
    except (orjson.JSONDecodeError, AttributeError, TypeError) as error:
        raise RecordUnreadable(number=0, reason=type(error).__name__) from error
    actor, at = request.actor, request.at
    taken = actions.take_tubes(site_id=site_id, records=tubes, actor=actor, at=at) if tubes else ()
    packed = actions.pack_boxes(site_id=site_id, records=boxes, actor=actor, at=at) if boxes else ()
    return JsonResponse({"tubes": [_said(each) for each in taken], "boxes": [_said(each) for each in packed]})  # fmt: skip


def _said(taken: Taken) -> dict[str, object]:
    return {
        "client_id": str(taken.client_id),
        "code": taken.code,
        "outcome": taken.outcome.value,
        "reasons": list(taken.reasons),
    }


def _tube(sent: Mapping[str, Any], number: int) -> TubeRecord:
    try:
        return TubeRecord(
            client_id=UUID(sent["client_id"]),
            code=str(sent["code"]).upper()[:40],
            people=tuple(_given(each) for each in sent["people"]),
            closed_at=datetime.datetime.fromisoformat(sent["closed_at"]),
            mode=int(sent["mode"]),
            lane=int(sent.get("lane", 1)),
            subject=Subject(sent.get("subject", "people")),
            pool_id=UUID(sent["pool_id"]) if sent.get("pool_id") else None,
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise RecordUnreadable(number=number, reason=str(error)[:40]) from error


def _given(sent: Mapping[str, Any]) -> Given:
    return Given(
        str(sent.get("number", "")).strip()[:32],
        datetime.datetime.fromisoformat(sent["at"]),
        str(sent.get("group", "screening")),
        *(str(sent.get(name, "")).strip()[:120] for name in ("name", "phone", "address", "reason")),
    )


def _box(sent: Mapping[str, Any], number: int) -> BoxRecord:
    try:
        return BoxRecord(
            client_id=UUID(sent["client_id"]),
            code=str(sent["code"]).upper(),
            tubes=tuple(str(each).upper()[:40] for each in sent["tubes"]),
            packed_at=datetime.datetime.fromisoformat(sent["packed_at"]),
            seal_number=str(sent.get("seal_number", "")),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise RecordUnreadable(number=number, reason=str(error)[:40]) from error
