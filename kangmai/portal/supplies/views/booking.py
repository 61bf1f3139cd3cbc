"""Book an entry on a phone or at a desk; discard what has expired; reverse a mistake."""

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.epidemic.supplies import actions, queries, rules
from kangmai.epidemic.supplies.types import EntryKind, Ledger, Rule
from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies import asking, wording
from kangmai.portal.supplies.views.store import crumbs, name_of
from kangmai.standards.calendars import legal_day

KEEP = "supplies.keep"
BY_HAND = (
    EntryKind.RECEIPT,
    EntryKind.ISSUE,
    EntryKind.COUNT,
    EntryKind.DISCARD,
    EntryKind.DONATION,
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def book(request: PortalRequest, organization_id: int) -> HttpResponse:
    """Book one line; the form comes back for the next one of the same kind."""
    require(request.actor, KEEP)
    on = legal_day(request.at)
    found = rules.rule(on=on)
    shown = queries.ledger(organization=organization_id, on=on, actor=request.actor)
    asked = request.POST.get("kind") or request.GET.get("kind")
    kind = next((each for each in BY_HAND if each.value == asked), EntryKind.RECEIPT)
    unlisted = kind is EntryKind.COUNT and bool(
        request.POST.get("unlisted") or request.GET.get("unlisted")
    )
    fault = ""
    if request.method == "POST":
        try:
            _book(request, organization_id, kind)
            asking.written(request)
            address = reverse("supplies-book", args=[organization_id])
            return redirect(f"{address}?kind={kind.value}")
        except KangmaiError as error:
            fault = asking.refusal(error, at=request.at)
    said = request.POST
    context = {
        "crumbs": crumbs(organization_id, _("Book goods")),
        "id": organization_id,
        "name": name_of(organization_id),
        "is_kept": shown.is_kept,
        "kinds": choices([(each.value, wording.kind(each)) for each in BY_HAND], current=kind.value),
        "kind": kind.value,
        "unlisted": unlisted,
        "chooses": kind is EntryKind.DISCARD or (kind is EntryKind.COUNT and not unlisted),
        "brings": kind in (EntryKind.RECEIPT, EntryKind.DONATION),
        "items": choices(_items(shown, kind, found), current=said.get("item", "")),
        "lots": choices(_lots(shown), current=said.get("held", "")),
        "said": said,
        "today": said.get("booked_on") or on.isoformat(),
        "fault": fault,
        "key": said.get("key") if fault else uuid4(),
    }  # fmt: skip
    return render(request, "supplies/book.html", context, status=400 if fault else 200)


def _book(request: PortalRequest, organization_id: int, kind: EntryKind) -> None:
    on = legal_day(request.at)
    actions.book(
        organization=organization_id,
        kind=kind,
        lines=[asking.line(request)],
        booked_on=asking.day(request.POST.get("booked_on", ""), _("Day")) or on,
        partner=request.POST.get("partner", ""),
        document=request.POST.get("document", ""),
        reason=request.POST.get("reason", ""),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


def _items(shown: Ledger, kind: EntryKind, found: Rule) -> list[tuple[str, str]]:
    """All items for what comes in; for what goes out those in store, with what can be used."""
    if kind is not EntryKind.ISSUE:
        return [
            (each.id, f"{each.title.in_language(language())} ({each.unit.in_language(language())})")
            for each in found.items.values()
        ]
    return [
        (each.item.id, f"{each.item.title.in_language(language())} · {words.count(each.cell.usable)} {each.item.unit.in_language(language())}")
        for each in shown.lines
        if each.cell.usable
    ]  # fmt: skip


def _lots(shown: Ledger) -> list[tuple[str, str]]:
    return [
        (
            f"{lot.item}|{lot.expires_on.isoformat() if lot.expires_on else ''}|{lot.lot}",
            " · ".join(
                filter(
                    None,
                    (
                        each.item.title.in_language(language()),
                        lot.lot,
                        lot.expires_on.isoformat() if lot.expires_on else "",
                        words.count(lot.quantity),
                    ),
                )
            ),
        )
        for each in shown.lines
        for lot in each.lots
    ]


@require_POST
@signed_in
def discard(request: PortalRequest, organization_id: int) -> HttpResponse:
    """Discard every lot that has expired."""
    try:
        actions.discard_expired(
            organization=organization_id, reason=request.POST.get("reason", ""), key=asking.key(request),
            actor=request.actor, at=request.at,
        )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("supplies-store", organization_id)


@require_POST
@signed_in
def reverse_entry(request: PortalRequest, entry_id: UUID) -> HttpResponse:
    """Reverse an entry that was a mistake."""
    found = queries.get_entry(entry_id=entry_id, actor=request.actor)
    try:
        actions.reverse(
            entry_id=entry_id, reason=request.POST.get("reason", ""), key=asking.key(request),
            actor=request.actor, at=request.at,
        )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("supplies-entries", found.organization)
