"""Orders: the list, a new one, and one with its signatures, its end and the proof of erasure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.access import queries as access
from kangmai.epidemic.orders import actions, queries
from kangmai.epidemic.orders.types import Draft, Order, Phase, Purpose, Signature, State
from kangmai.kernel import definitions
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect
from kangmai.portal.orders import wording
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import LEGAL_TIME

PAGE = 20


class ChangeUnknown(Incorrect):
    """An order can be signed, refused, ended or its data erased; “{change}” is none of these."""

    zh = "命令可以签署、拒签、终止或清除数据，不能“{change}”。"


class NumberNotRepeated(Incorrect):
    """Erasing cannot be undone: write the number of the order, {number}, to confirm."""

    zh = "清除后无法恢复：请填写命令编号 {number} 以确认。"


class DaysUnreadable(Incorrect):
    """“{days}” is no number of days. Give the days until erasure in digits, or leave them out."""

    zh = "“{days}”不是天数，请用数字填写结束后多少天清除数据，或留空。"


class TimeUnreadable(Incorrect):
    """Give start and end as a day and a time."""

    zh = "请填写开始和结束的日期与时间。"


@require_safe
@signed_in
def orders(request: PortalRequest) -> HttpResponse:
    """Whether the mode sleeps, and the orders there were."""
    actor, at = request.actor, request.at
    after = request.GET.get("after", "")
    found = queries.orders(
        after=int(after) if after.isdecimal() else 0, limit=PAGE + 1, actor=actor, at=at
    )
    in_force = [each for each in found if each.phase(at) is Phase.IN_FORCE]
    context = {
        "crumbs": trail(Crumb(_("Emergency mode"))),
        "orders": [wording.shown(each, at) for each in found[:PAGE]],
        "in_force": [wording.shown(each, at) for each in in_force],
        "may_propose": is_permitted(actor, "orders.propose"),
        "doors": _doors(request, {purpose for each in in_force for purpose in each.purposes}),
        "pager": pager(
            request.GET, cursor=str(found[PAGE - 1].serial) if len(found) > PAGE else None
        ),
    }
    return render(request, "orders/orders.html", context)


def _doors(request: PortalRequest, purposes: set[Purpose]) -> list[tuple[str, str, str]]:
    """Name of the page, its title and what it is for, of what is awake and open to the actor."""
    table = (
        ("ordered-situation", _("Command page"), _("Every figure of the order, against yesterday"), Purpose.BULLETIN, "bulletin.read"),
        ("ordered-bulletins", _("Daily bulletins"), _("Drafted, signed, released"), Purpose.BULLETIN, "bulletin.read"),
        ("ordered-command", pgettext("what was counted", "Counts"), _("Registered, scanned, refused, by colour"), Purpose.SCANNING, "venues.counts"),
        ("ordered-people", _("Registration desk"), _("Register people and print their pass"), Purpose.REGISTRATION, "venues.register"),
        ("desks", _("Hotels and ports"), _("Who arrived at hotels, stations and checkpoints"), Purpose.REGISTRATION, "venues.register"),
        ("ordered-venues", _("Venues"), _("Venues, entrances and printed codes"), Purpose.SCANNING, "venues.manage"),
        ("ordered-colours", _("Colours"), _("Propose, approve and lift colours"), Purpose.COLOURS, "colours.decide"),
        ("ordered-appeals", _("Appeals"), _("Answer appeals within 24 hours"), Purpose.COLOURS, "colours.appeal"),
        ("ordered-colour-report", _("Report on colours"), _("Changes of the day by operator and reason"), Purpose.COLOURS, "colours.oversee"),
        ("ordered-ways", _("Who was where"), _("Ask for a case, approve, read"), Purpose.TRACING, "venues.trace"),
    )  # fmt: skip
    return [
        (name, title, summary)
        for name, title, summary, purpose, permission in table
        if purpose in purposes and is_permitted(request.actor, permission)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Propose an order."""
    require(request.actor, "orders.propose")
    fault = ""
    if request.method == "POST":
        try:
            order = actions.propose(
                draft=_draft(request),
                key=request.POST.get("key", ""),
                actor=request.actor,
                at=request.at,
            )
            messages.success(request, _("The order waits for two signatures."))
            return redirect("ordered-order", order.id)
        except (Incorrect, Conflict, Forbidden) as error:
            fault = words_of(error)
    return render(request, "orders/new.html", _form(request, fault), status=400 if fault else 200)


def _form(request: PortalRequest, fault: str) -> dict[str, Any]:
    language = get_language() or "zh"
    rule = queries.current_rule(at=request.at)
    given = request.POST
    home = area.home_city(request.actor)
    places = [(home.root.code, area.name(home.root))] if home else []
    places += [(each.code, area.name(each)) for each in area.counties(home)] if home else []
    now = request.at.astimezone(LEGAL_TIME).replace(second=0, microsecond=0)
    extends = queries.public_orders(at=request.at)
    return {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("New order"))),
        "fault": fault,
        "key": given.get("key") or uuid4().hex,
        "given": given,
        "purposes": [
            (each.value, words_.in_language(language), each.value in given.getlist("purpose"))
            for each, words_ in rule.purposes.items()
        ],
        "diseases": [(id, each.in_language(language)) for id, each in rule.diseases.items()],
        "editions": [(id, each.title.in_language(language)) for id, each in rule.editions.items()],
        "places": [(code, label, code in given.getlist("area")) for code, label in places],
        "starts": given.get("starts", f"{now:%Y-%m-%dT%H:%M}"),
        "ends": given.get("ends", f"{now + timedelta(days=7):%Y-%m-%dT%H:%M}"),
        "retention_days": given.get("retention_days", rule.retention_days),
        "extends": [(str(each.id), f"{each.number} {each.title}") for each in extends],
        "rule": rule,
    }


def _draft(request: HttpRequest) -> Draft:
    given = request.POST
    towns = given.get("towns", "").replace("，", ",").replace(" ", ",").split(",")
    return Draft(
        title=given.get("title", ""),
        disease=given.get("disease", ""),
        purposes=frozenset(
            Purpose(each) for each in given.getlist("purpose") if each in set(Purpose)
        ),
        areas=tuple(dict.fromkeys([*given.getlist("area"), *filter(None, towns)])),
        starts_at=_instant(given.get("starts", "")),
        ends_at=_instant(given.get("ends", "")),
        edition=given.get("edition", ""),
        basis=given.get("basis", ""),
        is_drill=given.get("drill") == "1",
        extends=_uuid(given.get("extends", "")),
        retention_days=_days(given.get("retention_days", "").strip()),
    )


def _days(text: str) -> int | None:
    """Days as typed; none where nothing was. Raises DaysUnreadable."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 4:
        raise DaysUnreadable(days=text[:12])
    return int(text)


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LEGAL_TIME)
    except ValueError:
        raise TimeUnreadable() from None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_safe
@signed_in
def order(request: PortalRequest, order_id: UUID) -> HttpResponse:
    """One order: what it says, who signed, what may be done, and what became of its data."""
    actor, at = request.actor, request.at
    found = queries.get_order(order_id, actor=actor)
    signed = queries.signatures(order_id, actor=actor)
    phase = found.phase(at)
    may_sign = phase is Phase.DRAFT and is_permitted(actor, "orders.sign")
    context = {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(found.number)),
        "order": wording.shown(found, at),
        "extended": queries.get_order(found.extends, actor=actor) if found.extends else None,
        "signatures": _signatures(signed),
        "may_sign": may_sign and all(each.account != actor.account for each in signed),
        "may_refuse": may_sign,
        "may_end": phase in (Phase.IN_FORCE, Phase.COMING) and is_permitted(actor, "orders.end"),
        "may_erase": phase is Phase.ENDED and is_permitted(actor, "orders.end"),
        "schedule": _schedule(found) if found.state is State.SIGNED else (),
        "report": _report(request, found),
        "proof": _proof(request, found) if request.GET.get("proof") else None,
    }
    return render(request, "orders/order.html", context)


def _signatures(signed: Sequence[Signature]) -> list[dict[str, str]]:
    """Who signed: name, office, role."""
    names = access.account_names(ids={each.account for each in signed})
    offices = registry.names_by_id(
        ids={each.organization for each in signed if each.organization},
        language=get_language() or "zh",
    )
    return [
        {
            "role": _role(each.role),
            "name": names.get(each.account, "—"),
            "office": offices.get(each.organization, "") if each.organization else "",
            "at": words.instant(each.at),
        }
        for each in signed
    ]


def _role(role: str) -> str:
    titles = {each.id: each.title for each in definitions.load("access", "role")}
    return titles[role]["zh" if (get_language() or "zh").startswith("zh") else "en"]


def _schedule(order: Order) -> list[tuple[str, str, str]]:
    language = get_language() or "zh"
    return [
        (title.in_language(language), wording.treatment_words(treatment), words.day(day))
        for title, treatment, day in queries.erasure_days(order)
    ]


def _report(request: PortalRequest, order: Order) -> list[dict[str, str]]:
    language = get_language() or "zh"
    return [
        {
            "title": each.title.in_language(language),
            "treatment": wording.treatment_words(each.treatment),
            "rows": words.count(each.rows),
            "remaining": words.count(each.remaining),
            "at": words.instant(each.done_at),
        }
        for each in queries.erasure_report(order.id, actor=request.actor)
    ]


def _proof(request: PortalRequest, order: Order) -> dict[str, Any]:
    language = get_language() or "zh"
    proof = queries.proof(order.id, actor=request.actor)
    return {
        "is_clean": proof.is_clean,
        "views": proof.views,
        "lines": [
            (
                each.title.in_language(language),
                each.table,
                words.count(each.rows),
                words.count(each.remaining),
            )
            for each in proof.lines
        ],
    }


@require_POST
@signed_in
def change(request: PortalRequest, order_id: UUID) -> HttpResponse:
    """Sign, refuse, end, or erase at once."""
    try:
        _change(request, order_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect, Forbidden) as error:
        messages.error(request, words_of(error))
    return redirect("ordered-order", order_id)


def _change(request: PortalRequest, order_id: UUID) -> None:
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() else 0
    actor, at, reason = request.actor, request.at, request.POST.get("reason", "")
    match request.POST.get("do"):
        case "sign":
            actions.sign(order_id=order_id, expected_version=expected, actor=actor, at=at)
        case "refuse":
            actions.refuse(
                order_id=order_id, reason=reason, expected_version=expected, actor=actor, at=at
            )
        case "end":
            actions.end(
                order_id=order_id, reason=reason, expected_version=expected, actor=actor, at=at
            )
        case "erase":
            _require_number(request, order_id)
            actions.erase_now(order_id=order_id, actor=actor, at=at)
        case other:
            raise ChangeUnknown(change=other or "")


def _require_number(request: PortalRequest, order_id: UUID) -> None:
    """What cannot be undone is not done by one touch. Raises NumberNotRepeated."""
    number = queries.get_order(order_id, actor=request.actor).number
    if request.POST.get("number", "").strip().upper() != number:
        raise NumberNotRepeated(number=number)


@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What the public may read, without a login: which orders hold, for what, until when, and when data end."""
    at = request.at
    found = queries.public_orders(at=at)
    return render(
        request, "orders/notice.html", {"orders": [wording.shown(each, at) for each in found]}
    )
