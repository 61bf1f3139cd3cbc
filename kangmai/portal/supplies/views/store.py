"""An institution's store: its items, its numbers at post, its ledger."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.epidemic.supplies import actions, queries, rules
from kangmai.epidemic.supplies.types import (
    Basis,
    Entry,
    EntryKind,
    ItemLine,
    Ledger,
    LoadLine,
    Rule,
)
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies import asking, wording
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


def name_of(organization_id: int) -> str:
    """An institution's name in the language of the page."""
    return registry.names_by_id(ids=[organization_id], language=language()).get(organization_id, "")


def crumbs(organization_id: int, *more: str) -> tuple[Crumb, ...]:
    """The way to a store, and to a page of it."""
    own = Crumb(
        name_of(organization_id), reverse("supplies-store", args=[organization_id]) if more else ""
    )
    return trail(Crumb(_("Supplies"), reverse("supplies")), own, *map(Crumb, more))


@require_safe
@signed_in
def store(request: PortalRequest, organization_id: int) -> HttpResponse:
    """Show what an institution has, how long it lasts, and what to do about it."""
    on = legal_day(request.at)
    found = rules.rule(on=on)
    shown = queries.ledger(organization=organization_id, on=on, actor=request.actor)
    key_days = [each for each in shown.lines if each.item.is_key and each.cell.days is not None]
    least = key_days[0] if key_days else None
    kept = queries.kept_institutions(actor=request.actor)
    names = registry.names_by_id(ids=kept, language=language())
    context = {
        "crumbs": crumbs(organization_id),
        "id": organization_id,
        "name": name_of(organization_id),
        "place": area.path(shown.store.place_code),
        "is_kept": shown.is_kept,
        "least": _least(least, found),
        "lines": [item_line(each) for each in shown.lines],
        "has_loads": bool(shown.loads),
        "has_expired": any(each.expired for each in shown.lines),
        "reserve_days": found.reserve_days,
        "expiring_days": found.expiring_days,
        "others": choices([(str(id), names.get(id, str(id))) for id in kept], current=str(organization_id)) if len(kept) > 1 and shown.is_kept else (),
        "key": uuid4(),
    }  # fmt: skip
    return render(request, "supplies/store.html", context)


def _least(of: ItemLine | None, found: Rule) -> dict[str, str] | None:
    if of is None:
        return None
    return {
        "item": of.item.title.in_language(language()),
        "days": wording.days(of.cell.days),
        "tone": wording.tone(of.cell.days, found),
    }


def item_line(of: ItemLine) -> dict[str, object]:
    """One item of a store in words."""
    standing, tone = wording.standing(of.needs.standing)
    return {
        "title": of.item.title.in_language(language()),
        "unit": of.item.unit.in_language(language()),
        "is_key": of.item.is_key,
        "days": wording.days(of.cell.days),
        "standing": standing,
        "tone": tone,
        "usable": words.count(of.cell.usable),
        "burn": wording.per_day(of.needs.burn_milli) if of.needs.burn_milli else "",
        "gap": words.count(of.needs.gap) if of.needs.gap else "",
        "point": words.count(of.needs.order_point) if of.needs.burn_milli else "",
        "expired": words.count(of.expired) if of.expired else "",
        "expiring": words.count(of.expiring) if of.expiring else "",
        "coming": words.count(of.on_the_way) if of.on_the_way else "",
        "lots": [
            {
                "lot": each.lot or "—",
                "expires": words.day(each.expires_on),
                "quantity": words.count(each.quantity),
            }
            for each in of.lots
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def posts(request: PortalRequest, organization_id: int) -> HttpResponse:
    """Say who is on duty at full load; the registry's posts make the proposal."""
    on = legal_day(request.at)
    found = rules.rule(on=on)
    shown = queries.ledger(organization=organization_id, on=on, actor=request.actor)
    suggested = queries.suggested_loads(organization=organization_id, on=on, actor=request.actor)
    fault = ""
    said = suggested if request.GET.get("propose") and request.method != "POST" else shown.loads
    if request.method == "POST":
        try:
            said = _loads_said(request, found)
            actions.set_loads(
                organization=organization_id, loads=said,
                expected_version=asking.number(request.POST.get("version", ""), "version"),
                actor=request.actor, at=request.at,
            )  # fmt: skip
            asking.written(request)
            return redirect("supplies-store", organization_id)
        except KangmaiError as error:
            fault = asking.refusal(error, at=request.at)
    context = {
        "crumbs": crumbs(organization_id, _("Numbers at post")),
        "id": organization_id,
        "name": name_of(organization_id),
        "version": shown.store.version,
        "fault": fault,
        "is_kept": shown.is_kept,
        "is_proposal": said is suggested,
        "people": _load_rows(Basis.PERSON_SHIFT, said, suggested, found),
        "units": _load_rows(Basis.UNIT_DAY, said, suggested, found),
    }
    return render(request, "supplies/posts.html", context, status=400 if fault else 200)


def _loads_said(request: PortalRequest, found: Rule) -> tuple[LoadLine, ...]:
    said = []
    for load in found.loads.values():
        title = load.title.in_language(language())
        amount = asking.number(request.POST.get(f"amount-{load.id}", ""), title, default=0)
        shifts = asking.number(request.POST.get(f"shifts-{load.id}", ""), title, default=1)
        if amount:
            said.append(LoadLine(load.id, amount, shifts))
    return tuple(said)


def _load_rows(
    basis: Basis, said: tuple[LoadLine, ...], suggested: tuple[LoadLine, ...], found: Rule
) -> list[dict[str, object]]:
    now = {each.load: each for each in said}
    proposed = {each.load: each for each in suggested}
    rows: list[dict[str, object]] = []
    for load in found.loads.values():
        if load.basis is not basis:
            continue
        own, other = now.get(load.id), proposed.get(load.id)
        uses = words.joined(
            f"{found.items[item].short.in_language(language())} {wording.per_day(rate)}"
            for item, rate in load.uses.items()
        )
        rows.append(
            {
                "id": load.id,
                "title": load.title.in_language(language()),
                "uses": uses,
                "amount": own.amount if own else "",
                "shifts": own.shifts if own else other.shifts if other else 2,
                "proposal": f"{other.amount} × {other.shifts}" if other else "",
            }
        )
    return rows


@require_safe
@signed_in
def entries(request: PortalRequest, organization_id: int) -> HttpResponse:
    """Show the ledger, the newest entry first."""
    on = legal_day(request.at)
    found = rules.rule(on=on)
    item = request.GET.get("item", "")
    shown = queries.ledger(organization=organization_id, on=on, actor=request.actor)
    page = queries.entries(
        organization=organization_id, item=item, after=request.GET.get("after", ""), actor=request.actor
    )  # fmt: skip
    titles = [(each.id, each.title.in_language(language())) for each in found.items.values()]
    context = {
        "crumbs": crumbs(organization_id, _("Ledger")),
        "id": organization_id,
        "name": name_of(organization_id),
        "rows": [entry_row(each, shown, found) for each in page.rows],
        "items": choices([("", _("all items")), *titles], current=item),
        "pager": pager(request.GET, cursor=page.next or None),
        "key": uuid4(),
    }
    return render(request, "supplies/entries.html", context)


def entry_row(of: Entry, shown: Ledger, found: Rule) -> dict[str, object]:
    """One entry of a ledger in words."""
    moves = []
    for each in of.movements:
        item = found.items.get(each.item)
        moves.append(
            {
                "item": item.title.in_language(language()) if item else each.item,
                "lot": " · ".join(
                    filter(None, (each.lot, words.day(each.expires_on) if each.expires_on else ""))
                ),
                "quantity": f"{each.quantity:+,}",
                "balance": words.count(each.balance),
            }
        )  # fmt: skip
    free = of.transfer is None and of.kind is not EntryKind.REVERSAL and not of.is_reversed
    return {
        "id": of.id,
        "kind": wording.kind(of.kind),
        "day": words.day(of.booked_on),
        "at": words.instant(of.at),
        "about": " · ".join(filter(None, (of.partner, of.document, of.reason))),
        "transfer": of.transfer,
        "is_reversed": of.is_reversed,
        "may_reverse": shown.is_kept and free and bool(of.movements),
        "moves": moves,
    }
