"""One row of the ledger: how it stands, what it says, what befell it, and what somebody may do with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.handover import actions, queries
from kangmai.handover.types import State
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.access.names import account_names
from kangmai.portal.handover import rows
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


class ChangeUnknown(Incorrect):
    """A row can get a receipt, be rejected, sent again, typed by hand or withdrawn; “{change}” is none of these."""

    zh = "台账记录可登记回执、退回、重报、手工录入或撤回，不能“{change}”。"


@require_safe
@signed_in
def entry(request: PortalRequest, entry_id: UUID) -> HttpResponse:
    """Show one row; its content only to those who may send."""
    actor, at = request.actor, request.at
    found = queries.get_entry(entry_id, actor=actor)
    (row,) = rows.rows([found], actor=actor, at=at)
    steps = queries.history(entry_id, actor=actor)
    names = account_names((each.account_id for each in steps), actor)
    may_send = is_permitted(actor, "handover.send")
    context = {
        "crumbs": trail(Crumb(_("Handover"), "/handover/"), Crumb(row.reference)),
        "row": row,
        "entry": found,
        "sent": words.instant(found.sent_at),
        "received": words.instant(found.received_at),
        "cells": queries.row_of(entry_id, actor=actor, at=at) if may_send else (),
        "steps": [
            {
                "when": words.instant(each.at),
                "what": rows.deed_words(each.deed),
                "who": names.get(each.account_id, f"#{each.account_id}"),
                "note": each.note,
            }
            for each in steps
        ],
        "may_answer": may_send and found.state in (State.SENT, State.CHANGED),
        "may_resend": may_send and found.state is State.REJECTED,
        "may_type": may_send and row.may_go,
        "may_withdraw": may_send and found.state is not State.WITHDRAWN,
    }
    return render(request, "handover/entry.html", context)


@require_POST
@signed_in
def change(request: PortalRequest, entry_id: UUID) -> HttpResponse:
    """Do what somebody decided about a row."""
    try:
        _change(request, entry_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect("handover-entry", entry_id)


def _change(request: PortalRequest, entry_id: UUID) -> None:
    said, version = request.POST.get("said", ""), request.POST.get("version", "")
    expected = int(version) if version.isdecimal() else 0
    actor, at = request.actor, request.at
    match request.POST.get("do"):
        case "receipt":
            actions.record_receipt(
                entry_id=entry_id,
                receipt_number=said,
                expected_version=expected,
                actor=actor,
                at=at,
            )
        case "reject":
            actions.reject(
                entry_id=entry_id, reason=said, expected_version=expected, actor=actor, at=at
            )
        case "resend":
            actions.resend(entry_id=entry_id, expected_version=expected, actor=actor, at=at)
        case "typed":
            actions.mark_sent_by_hand(entries=[(entry_id, expected)], actor=actor, at=at)
        case "withdraw":
            actions.withdraw(
                entry_id=entry_id, reason=said, expected_version=expected, actor=actor, at=at
            )
        case other:
            raise ChangeUnknown(change=other or "")
