"""Rows of the ledger in words, with residents and institutions named by one query each."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.handover import queries
from kangmai.handover.types import TO_SEND, Deed, Entry, State, Summary, Way
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.messages.presenters import language
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import words
from kangmai.registry import queries as registry

TONES = {
    State.PREPARED: "info",
    State.SENT: "",
    State.RECEIVED: "good",
    State.REJECTED: "danger",
    State.CHANGED: "warning",
    State.WITHDRAWN: "",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the ledger in a list."""

    id: UUID
    version: int
    reference: str
    address: str
    system: str
    resident: str
    resident_address: str
    institution: str
    state: str
    tone: str
    faults: str
    receipt: str
    reason: str
    way: str
    prepared: str
    may_go: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """How the rows for a system stand."""

    id: str
    title: str
    waiting: int
    incomplete: int
    sent: int
    received: int
    rejected: int
    typed_twice: int


def state_words(state: State) -> str:
    """A state in words."""
    return {
        State.PREPARED: _("prepared"),
        State.SENT: _("sent"),
        State.RECEIVED: _("received"),
        State.REJECTED: _("rejected"),
        State.CHANGED: _("changed since"),
        State.WITHDRAWN: _("withdrawn"),
    }[state]


def way_words(way: Way) -> str:
    """A way in words."""
    return {Way.FILE: _("by file"), Way.HAND: _("typed by hand"), Way.API: _("by interface")}[way]


def deed_words(deed: Deed) -> str:
    """A step of the history in words."""
    return {
        Deed.PREPARED: _("prepared"),
        Deed.CORRECTED: _("corrected"),
        Deed.CHANGED: _("changed after sending"),
        Deed.AS_SENT: _("changed back to what was sent"),
        Deed.SENT: _("sent"),
        Deed.RECEIVED: _("receipt"),
        Deed.REJECTED: _("rejected"),
        Deed.REQUEUED: _("to be sent again"),
        Deed.WITHDRAWN: _("withdrawn"),
    }[deed]


def titles(at: datetime.datetime) -> dict[str, str]:
    """The systems above, by id."""
    return {each.id: each.title[language()] for each in queries.systems_in_force(at=at)}


def rows(found: Sequence[Entry], *, actor: Actor, at: datetime.datetime) -> list[Row]:
    """Entries as lines of a list."""
    ids = {each.resident for each in found if each.resident is not None}
    may_know = bool(ids) and is_permitted(actor, "identity.search")
    people = identity.residents_by_id(ids, actor=actor, at=at) if may_know else {}
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    systems = titles(at)
    shown = []
    for each in found:
        person = people.get(each.resident) if each.resident is not None else None
        shown.append(
            Row(
                each.id,
                each.version,
                each.reference,
                reverse("handover-entry", args=[each.id]),
                systems.get(each.system, each.system),
                person.demographics.name if person else "",
                address_of(person.index_number) if person else "",
                names.get(each.organization, "—"),
                state_words(each.state),
                TONES[each.state],
                words.joined(each.faults),
                each.receipt_number,
                each.reason,
                way_words(each.way) if each.way else "",
                words.instant(each.prepared_at),
                each.state.value in TO_SEND and not each.faults,
            )
        )
    return shown


def sums(found: Sequence[Summary], systems: dict[str, str]) -> list[Sum]:
    """The sums of each system."""
    return [
        Sum(
            each.system,
            systems.get(each.system, each.system),
            each.waiting,
            each.incomplete,
            each.by_state.get(State.SENT, 0),
            each.by_state.get(State.RECEIVED, 0),
            each.by_state.get(State.REJECTED, 0),
            each.typed_twice,
        )
        for each in found
    ]
