"""What the pages of births call things."""

import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.portal.institutions.presenters import standard
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.programmes.births import rules
from kangmai.programmes.births.types import (
    Birth,
    Certificate,
    ItemState,
    Kind,
    RuleItem,
    Show,
    Source,
    State,
)


def show(value: Show) -> str:
    """A list of births."""
    return {
        Show.UNCERTIFIED: _("Without certificate"),
        Show.LATE: _("Errands late"),
        Show.RUNNING: _("Errands running"),
        Show.ALL: _("All births"),
    }[value]


def kind(value: Kind) -> str:
    """Why a certificate was issued."""
    return {
        Kind.FIRST: _("first issue"),
        Kind.LOST: _("in place of a lost one"),
        Kind.WRONG: _("in place of a wrong one"),
    }[value]


def state(value: State) -> tuple[str, str]:
    """Whether a certificate holds, and its tone."""
    return {
        State.CURRENT: (_("holds"), "good"),
        State.REPLACED: (_("replaced"), ""),
        State.VOID: (pgettext("certificate", "void"), "danger"),
    }[value]


def item_state(value: ItemState) -> tuple[str, str]:
    """Where an errand stands, and its tone."""
    return {
        ItemState.OPEN: (pgettext("errand", "not begun"), ""),
        ItemState.SUBMITTED: (pgettext("errand", "handed in"), "info"),
        ItemState.DONE: (pgettext("errand", "done"), "good"),
        ItemState.REFUSED: (pgettext("errand", "refused"), "danger"),
        ItemState.NOT_APPLICABLE: (pgettext("errand", "does not apply"), ""),
    }[value]


def items(of: Birth, on: datetime.date) -> list[dict[str, Any]]:
    """The errands of a birth as its rule words them."""
    rule = rules.rule_numbered(of.rule_version)
    found = []
    for each in of.items:
        known: RuleItem | None = rule.items.get(each.id) if rule else None
        label, tone = item_state(each.state)
        found.append(
            {
                "id": each.id,
                "title": known.title.in_language(language()) if known else each.id,
                "agency": known.agency.in_language(language()) if known else "",
                "hint": known.hint.in_language(language()) if known else "",
                "label": label,
                "tone": tone,
                "state": each.state.value,
                "is_late": each.is_late(on),
                "waits": each.state in (ItemState.OPEN, ItemState.SUBMITTED),
                "due": words.day(each.due_on),
                "since": words.day(each.since) if each.since else "",
                "reason": each.reason,
                "receipt": each.receipt,
                "is_known": each.source is Source.HOUSE,
                "is_own": each.source is Source.PARENT,
                "may_hand_in": each.state in (ItemState.OPEN, ItemState.REFUSED)
                or (each.state is ItemState.SUBMITTED and each.source is Source.PARENT),
                "version": each.version,
            }
        )
    return found


def certificates(of: Birth) -> list[dict[str, Any]]:
    """The certificates of a birth, the newest first."""
    return [_certificate(each) for each in of.certificates]


def _certificate(of: Certificate) -> dict[str, Any]:
    label, tone = state(of.state)
    return {
        "number": of.number,
        "kind": kind(of.kind),
        "label": label,
        "tone": tone,
        "name": of.named.child,
        "issued": words.day(of.issued_on),
        "reason": of.reason or of.end_reason,
        "ended": words.day(of.ended_on) if of.ended_on else "",
    }


def told(of: Birth) -> dict[str, str]:
    """What was observed at birth."""
    return {
        "born": words.instant(of.told.born_at),
        "sex": standard("sex", of.told.sex_code),
        "weeks": str(of.told.weeks),
        "weight": words.count(of.told.weight_g),
        "length": str(of.told.length_cm),
        "ordinal": str(of.told.ordinal),
    }


def progress(of: Birth) -> str:
    """How many errands are over, of how many."""
    over = sum(each.state not in (ItemState.OPEN, ItemState.SUBMITTED) for each in of.items)
    return f"{over} / {len(of.items)}" if of.items else "—"
