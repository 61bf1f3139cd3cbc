"""Guests of a site with who they are, for its staff and for those who assign rooms there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.capacity import queries as capacity
from kangmai.epidemic.capacity.errors import SiteUnknown
from kangmai.epidemic.orders.queries import emergency_door, living, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.quarantine import models, rules
from kangmai.epidemic.quarantine.errors import StayUnknown
from kangmai.epidemic.quarantine.reach import ASSIGN, RUN, may, require_any
from kangmai.epidemic.quarantine.reading import stay_of
from kangmai.epidemic.quarantine.types import OPEN, Guest, Occupant, Stay, StayState
from kangmai.epidemic.tracing import queries as contacts
from kangmai.epidemic.tracing import rules as following
from kangmai.epidemic.tracing.types import Contact, Facts, Plan
from kangmai.kernel.actor import Actor
from kangmai.standards.calendars import legal_day

MOST = 2000
NOBODY = Facts("", "", "")


@emergency_door(Purpose.QUARANTINE)
def guests(*, site_id: int, actor: Actor, at: datetime) -> tuple[Guest, ...]:
    """Who is in the rooms of a site or on the way there, by room; written down.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown.
    """
    require_any(actor, RUN, ASSIGN)
    if not (may(site_id, RUN, actor) or may(site_id, ASSIGN, actor)):
        raise SiteUnknown()
    rows = models.Stay.objects.filter(site_id=site_id, state__in=[each.value for each in OPEN], order_id__in=living(at=at))  # fmt: skip
    return _guests(rows.order_by("room_id", "assigned_at", "id")[:MOST], actor, at)


@emergency_door(Purpose.QUARANTINE)
@writes_refusals("quarantine.guest_refused")
def get_guest(stay_id: UUID, *, actor: Actor, at: datetime) -> Guest:
    """One guest, also one who left, while the order holds; written down.

    Raises:
        NoOrderInForce, NotPermitted, StayUnknown.
    """
    require_any(actor, RUN, ASSIGN)
    row = models.Stay.objects.filter(id=stay_id, order_id__in=living(at=at)).first()
    if row is None or not (may(row.site_id, RUN, actor) or may(row.site_id, ASSIGN, actor)):
        raise StayUnknown()
    return _guests([row], actor, at)[0]


def _guests(rows: Iterable[models.Stay], actor: Actor, at: datetime) -> tuple[Guest, ...]:
    stays = [stay_of(row) for row in rows]
    ids = {each.contact_id for each in stays if each.contact_id is not None}
    known = contacts.contacts_by_id(ids, purpose="guests_listed", actor=actor, at=at) if ids else {}
    rooms = capacity.room_by_id({each.room_id for each in stays})
    apart = _apart(stays, at)
    found = []
    for stay in stays:
        contact, facts = known.get(stay.contact_id, (None, NOBODY)) if stay.contact_id else (None, NOBODY)  # fmt: skip
        found.append(
            Guest(stay, rooms[stay.room_id], contact, facts, _plan(contact, at), stay.id in apart)
        )
    return tuple(found)


def _plan(contact: Contact | None, at: datetime) -> Plan | None:
    if contact is None:
        return None
    return following.plan(
        following.edition(contact.edition), contact.kind, last_exposure_on=contact.last_exposure_on,
        determined_on=legal_day(contact.judged_at or at),
    )  # fmt: skip


def _apart(stays: Iterable[Stay], at: datetime) -> set[UUID]:
    """Stays in rooms whose people, as tracing knows their exposures now, should not share one."""
    by_room: dict[int, list[Stay]] = defaultdict(list)
    for each in stays:
        if each.state is StayState.STAYING and each.contact_id is not None:
            by_room[each.room_id].append(each)
    shared = [stay for people in by_room.values() if len(people) > 1 for stay in people]
    ids = {each.contact_id for each in shared if each.contact_id is not None}
    met = contacts.cases_met(ids, at=at) if ids else {}
    found: set[UUID] = set()
    for people in by_room.values():
        now = [
            Occupant(each.id, rules.cohort(each.contact_id, met.get(each.contact_id, ())), each.cares_for)
            for each in people
            if each.contact_id is not None
        ]  # fmt: skip
        if not rules.may_share(now):
            found |= {each.stay for each in now}
    return found


@emergency_door(Purpose.QUARANTINE)
def stays_of_contact(*, contact_id: UUID, actor: Actor, at: datetime) -> tuple[Stay, ...]:
    """The stays of a contact whom the actor follows or houses, oldest first.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require_any(actor, RUN, ASSIGN)
    rows = models.Stay.objects.filter(contact_id=contact_id, order_id__in=living(at=at))
    stays = [stay_of(row) for row in rows.order_by("assigned_at", "id")]
    return tuple(each for each in stays if may(each.site_id, RUN, actor) or may(each.site_id, ASSIGN, actor))  # fmt: skip
