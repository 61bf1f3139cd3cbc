"""Transfers: the list, one of them, and each end's part in it."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.supplies import actions, queries, rules
from kangmai.epidemic.supplies.types import Rule, Shipment, Transfer, TransferState
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import Incorrect, KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies import asking, wording
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

READ, PLAN = "supplies.read", "supplies.plan"
LINES = 4
OPEN = (TransferState.ASKED, TransferState.SENT, TransferState.DIFFERS)


@require_safe
@signed_in
def transfers(request: PortalRequest) -> HttpResponse:
    """Show the transfers to and from the institutions one sees."""
    require(request.actor, READ)
    found = rules.rule(on=legal_day(request.at))
    asked = request.GET.get("state", "open")
    states = OPEN if asked == "open" else tuple(s for s in TransferState if s.value == asked)
    page = queries.transfers(states=states, after=request.GET.get("after", ""), actor=request.actor)
    known = [(each.value, wording.state(each)[0]) for each in TransferState]
    may_plan = is_permitted(request.actor, PLAN)
    context = {
        "crumbs": trail(Crumb(_("Supplies"), reverse("supplies")), Crumb(_("Transfers of goods"))),
        "rows": rows(page.rows, found),
        "states": choices([("open", _("under way")), ("all", _("all")), *known], current=asked),
        "pager": pager(request.GET, cursor=page.next or None),
        "may_plan": may_plan,
        **(_form(request, found) if may_plan else {}),
    }
    return render(request, "supplies/transfers.html", context)


def _form(request: PortalRequest, rule: Rule) -> dict[str, object]:
    """A transfer that somebody asks for by hand, without the plan."""
    ids = queries.planned_institutions(actor=request.actor)
    names = registry.names_by_id(ids=ids, language=language())
    return {
        "institutions": [(each, names.get(each, str(each))) for each in ids],
        "items": [
            (each.id, each.title.in_language(language()), each.unit.in_language(language()))
            for each in rule.items.values()
        ],
        "lines": range(1, LINES + 1),
        "key": uuid4(),
    }


@require_POST
@signed_in
def ask(request: PortalRequest) -> HttpResponse:
    """Ask one institution to send goods to another."""
    given = request.POST
    try:
        items = {
            item: asking.number(given.get(f"quantity-{n}", ""), _("Quantity"))
            for n in range(1, LINES + 1)
            if (item := given.get(f"item-{n}", ""))
        }
        shipment = Shipment(
            asking.number(given.get("donor", ""), _("Donor")),
            asking.number(given.get("receiver", ""), _("Receiver")),
            items,
        )
        (made,) = actions.ask(
            shipments=[shipment], reason=given.get("reason", ""), key=asking.key(request),
            actor=request.actor, at=request.at,
        )  # fmt: skip
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
        return redirect("supplies-transfers")
    return redirect("supplies-transfer", made.id)


def rows(found: tuple[Transfer, ...], rule: Rule) -> list[dict[str, object]]:
    """Transfers as lines of a list."""
    ids = {each.donor for each in found} | {each.receiver for each in found}
    names = registry.names_by_id(ids=ids, language=language())
    return [
        {
            "id": each.id,
            "donor": names.get(each.donor, "—"),
            "receiver": names.get(each.receiver, "—"),
            "state": wording.state(each.state)[0],
            "tone": wording.state(each.state)[1],
            "asked": words.instant(each.asked_at),
            "goods": _goods(each, rule),
        }
        for each in found
    ]


def _goods(of: Transfer, rule: Rule) -> str:
    return words.joined(f"{title(line.item, rule)} {words.count(line.asked)}" for line in of.lines)


def title(item: str, rule: Rule) -> str:
    """An item's name; its code if the rule in force no longer knows it."""
    return rule.items[item].title.in_language(language()) if item in rule.items else item


@require_safe
@signed_in
def transfer(request: PortalRequest, transfer_id: UUID) -> HttpResponse:
    """Show one transfer with what the reader can do about it."""
    actor = request.actor
    found = queries.get_transfer(transfer_id=transfer_id, actor=actor)
    rule = rules.rule(on=legal_day(request.at))
    kept = set(queries.kept_institutions(actor=actor))
    (row,) = rows((found,), rule)
    state = found.state
    context: dict[str, Any] = {
        "crumbs": trail(
            Crumb(_("Supplies"), reverse("supplies")),
            Crumb(_("Transfers of goods"), reverse("supplies-transfers")),
            Crumb(row["asked"]),
        ),
        "row": row,
        "of": found,
        "sent": words.instant(found.sent_at),
        "received": words.instant(found.received_at),
        "lines": [
            {
                "item": line.item,
                "title": title(line.item, rule),
                "unit": rule.items[line.item].unit.in_language(language()) if line.item in rule.items else "",
                "asked": words.count(line.asked),
                "sent": words.count(line.sent),
                "received": words.count(line.received),
                "most": line.asked if state is TransferState.ASKED else line.sent,
                "differs": found.received_at is not None and line.received != line.sent,
            }
            for line in found.lines
        ],
        "may_send": state is TransferState.ASKED and found.donor in kept,
        "may_receive": state is TransferState.SENT and found.receiver in kept,
        "may_sign": state is TransferState.DIFFERS
        and bool({found.donor, found.receiver} & kept)
        and found.received_by != actor.account,
        "may_withdraw": state is TransferState.ASKED and is_permitted(actor, PLAN),
        "was_sent": found.sent_at is not None,
        "was_received": found.received_at is not None,
    }  # fmt: skip
    return render(request, "supplies/transfer.html", context)


class StepUnknown(Incorrect):
    """There is no such step of a transfer."""

    zh = "没有这一操作。"


@require_POST
@signed_in
def change(request: PortalRequest, transfer_id: UUID) -> HttpResponse:
    """Send, receive, sign, refuse or withdraw."""
    rule = rules.rule(on=legal_day(request.at))
    said = request.POST.get("said", "")
    try:
        whose: dict[str, Any] = {
            "transfer_id": transfer_id,
            "expected_version": asking.number(request.POST.get("version", ""), "version"),
            "actor": request.actor,
            "at": request.at,
        }
        match request.POST.get("do"):
            case "send":
                actions.send(quantities=asking.quantities(request, rule), **whose)
            case "receive":
                actions.receive(quantities=asking.quantities(request, rule), note=said, **whose)
            case "sign":
                actions.sign_difference(note=said, **whose)
            case "refuse":
                actions.refuse(reason=said, **whose)
            case "withdraw":
                actions.withdraw(reason=said, **whose)
            case _:
                raise StepUnknown()
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("supplies-transfer", transfer_id)
