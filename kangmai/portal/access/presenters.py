"""Plain data for the pages of accounts, emergency openings and the access ledger."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.access.types import AccountView, GlassView, GrantView, LedgerLine
from kangmai.identity.rules import index_number
from kangmai.kernel.words import joined
from kangmai.portal.administration.presenters import purpose_words
from kangmai.portal.residents.presenters import spaced
from kangmai.portal.shell import words
from kangmai.portal.shell.standing import role_name

OPERATOR = "operator"
"""The role of an operator's command, which no definition names."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the list."""

    id: int
    login: str
    name: str
    state: str
    tone: str
    last_login: str
    address: str
    version: int
    is_active: bool


def account(view: AccountView, *, at: datetime.datetime) -> AccountRow:
    """One line of the list, also the head of an account's page."""
    if not view.is_active:
        state, tone = _("disabled"), "danger"
    elif view.locked_until is not None and view.locked_until > at:
        state, tone = (
            _("locked until %(when)s") % {"when": words.instant(view.locked_until)},
            "warning",
        )
    elif view.must_change_password:
        state, tone = _("must choose a password"), "warning"
    else:
        state, tone = _("active"), "good"
    return AccountRow(
        view.id,
        view.login,
        view.name,
        state,
        tone,
        words.instant(view.last_login),
        reverse("account", args=[view.id]),
        view.version,
        view.is_active,
    )


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role of an account."""

    id: int
    role: str
    organization: str
    since: str
    until: str


def grant(view: GrantView, organizations: Mapping[int, str]) -> GrantRow:
    """One line of the roles of an account."""
    where = (
        organizations.get(view.organization_id or 0, "")
        if view.organization_id
        else _("whole city")
    )
    return GrantRow(
        view.id,
        role_name(view.role),
        where,
        words.instant(view.from_at),
        words.instant(view.to_at) if view.to_at else "",
    )


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An opening of a record, as its resident reads it."""

    at: str
    who: str
    role: str
    organization: str
    purpose: str
    action: str
    reason: str
    is_emergency: bool
    is_refused: bool


def ledger_rows(lines: Iterable[LedgerLine]) -> tuple[LedgerRow, ...]:
    """The ledger; what one person did in one minute stands in one row."""
    rows = map(ledger_row, lines)
    same = groupby(rows, key=lambda row: replace(row, action=""))
    return tuple(replace(key, action=_joined(some)) for key, some in same)


def _joined(rows: Iterable[LedgerRow]) -> str:
    return joined(dict.fromkeys(row.action for row in rows), get_language() or "zh")


def ledger_row(line: LedgerLine) -> LedgerRow:
    """One line of the ledger."""
    is_operator = line.role_en == OPERATOR
    is_chinese = (get_language() or "zh").startswith("zh")
    return LedgerRow(
        words.instant(line.at),
        _("operator") if is_operator else line.who or _("the system"),
        "" if is_operator else line.role_zh if is_chinese else line.role_en,
        line.organization_zh if is_chinese else line.organization_en,
        purpose_words(line.purpose),
        action_words(line.action),
        line.reason,
        line.purpose == "ETREAT" or bool(line.reason),
        line.outcome != "ok",
    )


def action_words(action: str) -> str:
    """What was done, as a resident understands it: in words of its own, or by the part of the work it belongs to."""
    known = {
        "records.read": _("read an entry"),
        "records.vread": _("read an earlier version"),
        "records.history": _("read the history"),
        "records.search": _("searched the record"),
        "records.timeline": _("opened the record"),
        "records.created": _("added an entry"),
        "records.updated": _("changed an entry"),
        "records.deleted": _("deleted an entry"),
        "records.transaction": _("wrote entries"),
        "records.load": _("wrote entries"),
        "identity.read": _("saw personal data"),
        "identity.search": _("found by search"),
        "identity.list": _("saw in a list"),
        "identity.registered": _("registered"),
        "identity.load": _("registered"),
        "identity.linked": _("joined an outside record"),
        "identity.correct": _("corrected personal data"),
        "identity.numbered": _("opened the health record"),
        "identity.move": _("entered a move"),
        "identity.unmask": _("saw numbers in full"),
        "identity.corrections": _("saw what you asked to correct"),
        "identity.correction_asked": _("asked for a correction"),
        "identity.correction_applied": _("made a correction you asked for"),
        "identity.correction_declined": _("declined a correction you asked for"),
        "identity.correction_withdrawn": _("took back a correction asked for"),
        "programmes.read": _("read a health programme"),
        "access.glass.broken": _("opened in an emergency"),
    }
    rooms = {
        "records": _("worked with the record"),
        "identity": _("worked with personal data"),
        "cards": _("worked with an e-health card"),
        "access": _("changed who may see the record"),
        "forms": _("filled in a form"),
        "documents": _("made a printout"),
        "messages": _("sent a message"),
        "deadlines": _("followed a deadline"),
        "handover": _("reported to a higher system"),
        "programmes": _("worked in a health programme"),
        "cases": _("worked on a case report"),
        "surveillance": _("looked into a signal"),
        "orders": _("acted under an emergency order"),
        "venues": _("acted under an emergency order"),
        "nucleic_acid": _("sampling and testing"),
        "indicators": _("looked behind a figure"),
    }
    return known.get(action) or rooms.get(action.partition(".")[0], action)


@dataclass(frozen=True, slots=True)
class Glass:
    """An emergency opening that waits for a review."""

    id: int
    who: str
    resident: str
    reason: str
    opened_at: str
    expires_at: str


def glass(view: GlassView, names: Mapping[int, str]) -> Glass:
    """One line of the list of emergency openings."""
    return Glass(
        view.id,
        names.get(view.account_id, f"#{view.account_id}"),
        spaced(index_number(view.resident_id)),
        view.reason,
        words.instant(view.opened_at),
        words.instant(view.closed_at or view.expires_at),
    )
