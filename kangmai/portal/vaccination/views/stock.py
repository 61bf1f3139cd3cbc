"""Vaccines in the cold: what is where, deliveries, moves, counts, waste, the ledger, lots and recalls."""

import csv
import io
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.kernel.words import joined
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, wording
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.errors import RowsUnreadable
from kangmai.programmes.vaccination.types import Fridge, Held, PackageLine, Recipient
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

READ, KEEP, RECALL = "vaccination.read", "vaccination.keep", "vaccination.recall"
SOON_DAYS = 90
PAGE = 20
COLUMNS = 7
MOST_BYTES = 2 * 2**20


def _house(request: PortalRequest) -> int | None:
    """The institution whose stock is shown: the one asked for, else the actor's own."""
    asked = request.GET.get("at", "")
    if asked.isdecimal():
        return int(asked)
    return next((each.organization for each in request.actor.grants if each.organization), None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def stock(request: PortalRequest) -> HttpResponse:
    """Show cold places and lots; add a place, move, count, throw away."""
    require(request.actor, READ)
    fault = ""
    if request.method == "POST":
        try:
            DEEDS.get(request.POST.get("do", ""), _nothing)(request)
            asking.written(request)
            return redirect(request.get_full_path())
        except KangmaiError as error:
            fault = words_of(error)
    house = _house(request)
    places = queries.fridges(actor=request.actor, at=request.at)
    own = [each for each in places if each.organization == house]
    held = queries.held(organization=house, actor=request.actor) if house else []
    names = registry.names_by_id(ids={each.organization for each in places}, language=language())
    on = legal_day(request.at)
    kept = [each for each in own if queries.keeps(each, actor=request.actor)]
    context = {
        "crumbs": trail(Crumb(_("Immunization clinic"), reverse("vaccination")), Crumb(_("Vaccines in stock"))),
        **asking.tab(request, "stock"),
        "house": names.get(house or 0, ""),
        "houses": choices(((str(id), name) for id, name in sorted(names.items(), key=lambda each: each[1])), current=str(house)) if len(names) > 1 else (),
        "fridges": [fridge_row(each, on) for each in own],
        "held": [_held(each, {one.id: one.name for one in own}, on) for each in held],
        "may_keep": bool(kept) or (not own and is_permitted(request.actor, KEEP)),
        "kinds": choices(((each.id, each.title.in_language(language())) for each in rules.rule(on=on).fridges.values()), current="refrigerator"),
        "places": choices(((str(each.id), each.name) for each in kept), current=""),
        "lots": choices(((f"{each.fridge}|{each.lot.id}", _lot_label(each, {one.id: one.name for one in kept})) for each in held), current=""),
        "waiting": len(queries.breaches(only_open=True, actor=request.actor)),
        "fault": fault,
        "key": uuid4(),
        "readings_a_day": rules.rule(on=on).readings_a_day,
    }  # fmt: skip
    return render(request, "vaccination/stock.html", context, status=422 if fault else 200)


def fridge_row(of: Fridge, on: Any) -> dict[str, Any]:
    """A cold place in words."""
    kind = rules.rule(on=on).fridges.get(of.kind)
    is_out = of.latest is not None and not of.low <= of.latest <= of.high
    return {
        "id": of.id,
        "name": of.name,
        "kind": kind.title.in_language(language()) if kind else of.kind,
        "limits": f"{of.low:g}–{of.high:g} ℃",
        "latest": f"{of.latest:g} ℃" if of.latest is not None else "—",
        "latest_at": words.instant(of.latest_at),
        "readings": of.readings_today,
        "tone": "danger" if is_out or of.is_broken else "good",
        "is_broken": of.is_broken,
    }


def _held(of: Held, names: dict[UUID, str], on: Any) -> dict[str, Any]:
    days = (of.lot.expires_on - on).days
    is_out = days < 0 or of.lot.recalled_on is not None
    return {
        "vaccine": wording.vaccine(of.lot.vaccine),
        "product": of.lot.product,
        "maker": of.lot.maker,
        "lot": of.lot.number,
        "lot_id": of.lot.id,
        "expires": words.day(of.lot.expires_on),
        "tone": "danger" if days < 0 else "warning" if days < SOON_DAYS else "",
        "expiry": _("expired") if days < 0 else _("expires soon") if days < SOON_DAYS else "",
        "fridge": names.get(of.fridge, ""),
        "usable": 0 if is_out else of.usable,
        "put_aside": of.quarantined + (of.usable if is_out else 0),
        "is_recalled": of.lot.recalled_on is not None,
    }


def _lot_label(of: Held, names: dict[UUID, str]) -> str:
    return f"{wording.vaccine(of.lot.vaccine)} · {of.lot.number} · {names.get(of.fridge, '')} · {of.usable + of.quarantined}"


def _nothing(request: PortalRequest) -> None:
    """A deed that is not there: the page is shown again."""


def _add(request: PortalRequest) -> None:
    actions.add_fridge(name=asking.text(request, "name"), kind=asking.text(request, "kind"), actor=request.actor, at=request.at)  # fmt: skip


def _chosen(request: PortalRequest) -> tuple[UUID, UUID]:
    """The cold place and lot chosen from the list. Raises FieldUnreadable."""
    fridge, _bar, lot = asking.text(request, "held").partition("|")
    place, chosen = asking.uuid_of(fridge), asking.uuid_of(lot)
    if place is None or chosen is None:
        raise asking.FieldUnreadable(field=_("Lot"), value="")
    return place, chosen


def _move(request: PortalRequest) -> None:
    place, lot = _chosen(request)
    to = asking.uuid_of(asking.text(request, "to"))
    if to is None:
        raise asking.FieldUnreadable(field=_("Cold place"), value="")
    actions.move(
        fridge_id=place, to_fridge_id=to, lot_id=lot, packages=asking.whole(request, "packages", _("Packages")),
        key=asking.key(request), actor=request.actor, at=request.at,
    )  # fmt: skip


def _count(request: PortalRequest) -> None:
    place, lot = _chosen(request)
    actions.count(
        fridge_id=place, lot_id=lot, found=asking.whole(request, "found", _("Doses found")),
        reason=asking.text(request, "reason"), key=asking.key(request), actor=request.actor, at=request.at,
    )  # fmt: skip


def _waste(request: PortalRequest) -> None:
    actions.waste(
        codes=asking.text(request, "codes").split(), reason=asking.text(request, "reason"),
        key=asking.key(request), actor=request.actor, at=request.at,
    )  # fmt: skip


DEEDS = {"add": _add, "move": _move, "count": _count, "waste": _waste}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def receive(request: PortalRequest) -> HttpResponse:
    """Take in a delivery: one product by scanning its codes, or a file."""
    require(request.actor, KEEP)
    fault = ""
    places = [each for each in queries.fridges(actor=request.actor, at=request.at) if queries.keeps(each, actor=request.actor)]  # fmt: skip
    if request.method == "POST":
        try:
            place = asking.uuid_of(asking.text(request, "fridge"))
            if place is None:
                raise asking.FieldUnreadable(field=_("Cold place"), value="")
            actions.receive(
                fridge_id=place, lines=_lines(request), supplier=asking.text(request, "supplier"),
                document=asking.text(request, "document"), key=asking.key(request), actor=request.actor, at=request.at,
            )  # fmt: skip
            asking.written(request)
            return redirect("vaccination-stock")
        except KangmaiError as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(
            Crumb(_("Immunization clinic"), reverse("vaccination")),
            Crumb(_("Vaccines in stock"), reverse("vaccination-stock")),
            Crumb(_("Receive vaccines")),
        ),
        "fridges": choices(((str(each.id), each.name) for each in places), current=request.POST.get("fridge", "")),
        "vaccines": wording.vaccine_choices(request.POST.get("vaccine", "")),
        "said": request.POST,
        "fault": fault,
        "key": uuid4(),
    }  # fmt: skip
    return render(request, "vaccination/receive.html", context, status=422 if fault else 200)


def _lines(request: PortalRequest) -> list[PackageLine]:
    """The packages that a form or its file names. Raises FieldUnreadable, RowsUnreadable."""
    if (uploaded := request.FILES.get("file")) is not None:
        return _from_file(uploaded.read(MOST_BYTES).decode("utf-8-sig", "replace"))
    expires_on = asking.day(request, "expires_on", _("Expires on"))
    doses = asking.whole(request, "doses", _("Doses in a package"))
    return [
        PackageLine(
            code, asking.text(request, "vaccine"), asking.text(request, "product"), asking.text(request, "maker"),
            asking.text(request, "lot"), expires_on, doses,
        )
        for code in asking.text(request, "codes").split()
    ]  # fmt: skip


def _from_file(text: str) -> list[PackageLine]:
    """Code, vaccine, product, maker, lot, expiry, doses; a heading is passed over."""
    found = []
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        if not any(row) or (number == 1 and not row[0].strip().isdecimal()):
            continue
        if len(row) < COLUMNS or not row[6].strip().isdecimal():
            raise RowsUnreadable(line=number, column=_("Doses in a package"), value=",".join(row)[-20:])  # fmt: skip
        try:
            day = asking.read_day(row[5].strip(), _("Expires on"))
        except asking.FieldUnreadable:
            day = None
        if day is None:
            raise RowsUnreadable(line=number, column=_("Expires on"), value=row[5][:12])
        code, vaccine, product, maker, lot = (each.strip() for each in row[:5])
        found.append(PackageLine(code, vaccine, product, maker, lot, day, int(row[6])))
    return found


@require_safe
@signed_in
def ledger(request: PortalRequest) -> HttpResponse:
    """Show what was booked, newest first."""
    require(request.actor, READ)
    house = _house(request)
    after = asking.uuid_of(request.GET.get("after", ""))
    lines = queries.ledger(organization=house, after=str(after or ""), limit=PAGE, actor=request.actor) if house else []  # fmt: skip
    context = {
        "crumbs": trail(
            Crumb(_("Immunization clinic"), reverse("vaccination")),
            Crumb(_("Vaccines in stock"), reverse("vaccination-stock")),
            Crumb(_("Ledger of vaccines")),
        ),
        "lines": [
            {
                "kind": wording.entry(each.kind),
                "at": words.instant(each.at),
                "place": f"{each.fridge} → {each.to_fridge}" if each.to_fridge else each.fridge,
                "lots": joined(each.lots, language()),
                "doses": f"{each.doses:+d}",
                "reason": each.reason or each.partner,
            }
            for each in lines
        ],
        "pager": pager(request.GET, cursor=str(lines[-1].id) if len(lines) == PAGE else None),
    }
    return render(request, "vaccination/ledger.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def lot(request: PortalRequest, lot_id: UUID) -> HttpResponse:
    """Show a lot and who was given it; recall it."""
    fault = ""
    if request.method == "POST":
        try:
            actions.recall(
                lot_id=lot_id, reason=asking.text(request, "reason"), expected_version=asking.version(request),
                actor=request.actor, at=request.at,
            )  # fmt: skip
            asking.written(request)
            return redirect("vaccination-lot", lot_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_lot(lot_id, actor=request.actor)
    people = queries.recipients(lot=lot_id, limit=200, actor=request.actor)
    context = {
        "crumbs": trail(
            Crumb(_("Immunization clinic"), reverse("vaccination")),
            Crumb(_("Vaccines in stock"), reverse("vaccination-stock")),
            Crumb(found.number),
        ),
        "lot": found,
        "vaccine": wording.vaccine(found.vaccine),
        "expires": words.day(found.expires_on),
        "recalled": words.day(found.recalled_on) if found.recalled_on else "",
        "may_recall": is_permitted(request.actor, RECALL) and found.recalled_on is None,
        "recipients": recipient_rows(people, request),
        "fault": fault,
    }
    return render(request, "vaccination/lot.html", context, status=422 if fault else 200)


def recipient_rows(found: list[Recipient], request: PortalRequest) -> list[dict[str, Any]]:
    """Who was given doses, by name where the reader may see them."""
    ids = {ResidentId(each.resident_id) for each in found}
    who = identity.residents_by_id(ids, actor=request.actor, at=request.at)
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    rows = []
    for each in found:
        person = who.get(ResidentId(each.resident_id))
        rows.append(
            {
                "name": person.demographics.name if person else "—",
                "number": person.index_number if person else "",
                "phone": next(iter(person.demographics.phones), "") if person else "",
                "day": words.day(each.given_on),
                "vaccine": wording.vaccine(each.vaccine),
                "lot": each.lot,
                "institution": names.get(each.organization, ""),
            }
        )
    return rows
